import { type Parameter, parameters } from '../board/parameters.js';
import type { Snapshot } from '../board/snapshot.js';
import { formatValue } from './values.js';

/** Everything the board says as a table that a person reads. */
export function statusTable(snapshot: Snapshot): string {
  const rows = Object.entries<Parameter>(parameters).map(([name, parameter]) => [
    name,
    shownValue(snapshot, name as keyof Snapshot),
    parameter.description,
  ]);
  const all = [
    ['PARAMETER', 'VALUE', 'MEANING'],
    ...rows,
    ['version', String(snapshot.version), "firmware of the board's controller"],
  ];
  const width = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0));
  const [first, second] = [width(0), width(1)];
  return all
    .map(([name = '', value = '', meaning = '']) => `${name.padEnd(first)}  ${value.padEnd(second)}  ${meaning}\n`)
    .join('');
}

/** One value as the table and `watch` show it: with its unit, triggers by name. */
export function shownValue(snapshot: Snapshot, name: keyof Snapshot): string {
  const value = snapshot[name];
  if (name === 'voltage') return `${snapshot.voltage} mV (CN1 ${snapshot.voltage1}, CN2 ${snapshot.voltage2})`;
  if (name === 'wakeup-flag') return snapshot[name].length === 0 ? '-' : snapshot[name].join(' ');
  if (value === 'edge' || value === 'level') return value;
  const parameter: Parameter | undefined = (parameters as Record<string, Parameter>)[name];
  const unit =
    parameter !== undefined && 'unit' in parameter && parameter.unit !== undefined ? ` ${parameter.unit}` : '';
  return `${formatValue(value)}${unit}`;
}

/** A value as one line of JSON. */
export function jsonOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
