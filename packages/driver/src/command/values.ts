/** Values as sleepi3ctl prints and takes them. */
import type { Parameter } from '../board/parameters.js';
import { Sleepi3Error } from '../errors.js';

/** What sleepi3ctl prints for a value: flags and triggers as 0 or 1, a list one a line. */
export function formatValue(value: boolean | number | string | readonly string[]): string {
  if (Array.isArray(value)) return value.join('\n');
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value === 'edge') return '0';
  if (value === 'level') return '1';
  return String(value);
}

/** Turns the word of a `set` into a value of the parameter's type; `undefined` if it is none. Ranges are not checked. */
export function parseValue(parameter: Parameter, word: string): unknown {
  switch (parameter.kind) {
    case 'flag':
      return word === '1' ? true : word === '0' ? false : undefined;
    case 'trigger':
      return word === '1' || word === 'level' ? 'level' : word === '0' || word === 'edge' ? 'edge' : undefined;
    default:
      return /^[+-]?\d+$/.test(word) ? Number(word) : undefined;
  }
}

/** What `set` takes for the parameter, in a message. */
export function acceptedValues(parameter: Parameter): string {
  if (parameter.kind === 'number') return `a whole number from ${parameter.min} to ${parameter.max}`;
  return parameter.kind === 'trigger' ? '0 (edge) or 1 (level)' : '0 or 1';
}

/** What `set` takes for the parameter, in the help. */
export function valueSyntax(parameter: Parameter): string {
  return parameter.kind === 'number' ? `<${parameter.min}..${parameter.max}>` : '<0|1>';
}

/** The supply of `get voltage`. */
export type VoltageChannel = '1' | '2' | 'active' | 'all';

/** @throws {@link Sleepi3Error} `USAGE` for anything but 1, 2, active and all. */
export function parseChannel(word: string): VoltageChannel {
  if (word === '1' || word === '2' || word === 'active' || word === 'all') return word;
  throw new Sleepi3Error('USAGE', `voltage takes 1, 2, active or all, not '${word}'`);
}
