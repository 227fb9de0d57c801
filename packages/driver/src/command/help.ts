import { type Parameter, parameters } from '../board/parameters.js';
import { type CommandRow, commands, type OptionRow, options } from './table.js';
import { valueSyntax } from './values.js';

/** A word and what it stands for. */
type Row = readonly [word: string, meaning: string];

const commandRows = Object.entries(commands).map(([name, { operands = '', summary, aliases = [] }]): Row => [
  `${name} ${operands}`.trim(),
  aliases[0] === undefined ? summary : `${summary} (${aliases[0]})`,
]);

export const optionRows = Object.entries<OptionRow>(options).map(([name, { value = '', description }]): Row => [
  `--${name} ${value}`.trim(),
  description,
]);

const all = Object.entries<Parameter>(parameters);

export const parameterRows: Readonly<Record<'get' | 'set', readonly Row[]>> = {
  get: all.map(([name, { description }]) => [name === 'voltage' ? `${name} [1|2|active|all]` : name, description]),
  set: all
    .filter(([, { access }]) => access === 'read-write')
    .map(([name, parameter]) => [`${name} ${valueSyntax(parameter)}`, parameter.description]),
};

/** The help for one command, or for all. */
export function helpText(command = ''): string {
  const get = section('Parameters of get', parameterRows.get, 34);
  const set = section('Parameters and values of set', parameterRows.set, 34);
  // Any word may be asked about, also one that every object knows, such as constructor.
  const row = Object.hasOwn(commands, command) ? commands[command] : undefined;
  const { operands = '', description }: Partial<CommandRow> = row ?? {};
  const more = command === 'get' ? get : command === 'set' ? set : description;
  return more === undefined
    ? `Usage: sleepi3 COMMAND [OPTION...]

${section('Commands', commandRows, 26)}
${section('Options', optionRows, 26)}
Exit status: 0 done, 1 failed, 2 wrong usage.

${get}
${set}`
    : `Usage: sleepi3 ${command} ${operands} [OPTION...]\n\n${more}`;
}

function section(title: string, rows: readonly Row[], width: number): string {
  return `${title}:\n${rows.map(([word, meaning]) => `  ${word.padEnd(width)} ${meaning}\n`).join('')}`;
}
