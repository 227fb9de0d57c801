// Help, from the table of the program.
import { operandText } from './command-line.js';
import {
  type Command,
  helpOption,
  isNumberOption,
  type Option,
  placeholder,
  type Program,
  takesValue,
} from './table.js';
import { beside, wrap } from './terminal.js';

/** The help of the program, or of one command. */
export function helpText(program: Program, about?: string): string {
  const command = about === undefined ? undefined : program.commands[about];
  if (about !== undefined && command !== undefined) return commandHelp(`${program.name} ${about}`, command);
  const { name, summary, commands, epilogue = [] } = program;
  const rows = Object.entries(commands).map(([word, one]) => [usageOf(word, one), one.summary] as const);
  return [
    ...wrap(`${name}: ${summary}`),
    '',
    `Usage: ${name} COMMAND [OPTIONS]`,
    '',
    'Commands:',
    ...table(rows),
    '',
    ...wrap(`${name} COMMAND --help says more about a command.`),
    ...(epilogue.length === 0 ? [] : ['', ...epilogue]),
    '',
  ].join('\n');
}

/** The help of one command. `title` is how it is called. */
export function commandHelp(
  title: string,
  { summary, description, operands = [], options, lists = {} }: Command,
): string {
  const all: Command['options'] = { ...options, help: helpOption };
  const sections = [...new Set(Object.values(all).map(({ section }) => section))];
  return [
    `Usage: ${[title, ...operands.map(operandText), '[OPTIONS]'].join(' ')}`,
    '',
    ...wrap(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    '',
    ...wrap(description),
    ...sections.flatMap((section) => [
      '',
      `${section ?? 'Options'}:`,
      ...table(
        Object.entries(all)
          .filter(([, option]) => option.section === section)
          .map(([name, option]) => [optionForm(name, option), optionText(option)] as const),
      ),
    ]),
    ...Object.entries(lists).flatMap(([heading, entries]) => ['', `${heading}:`, ...table(entries)]),
    '',
  ].join('\n');
}

/** How a command is called, without the program's name and its options. */
export function usageOf(word: string, { operands = [] }: Command): string {
  return [word, ...operands.map(operandText)].join(' ');
}

/** `-h, --help`, `--file FILE`. */
export function optionForm(name: string, option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${name}${takesValue(option) ? ` ${placeholder(option)}` : ''}`;
}

/** What an option is for, with the range and the unit of a number, and what is taken when it is absent. */
export function optionText(option: Option): string {
  const unit = isNumberOption(option) && option.unit !== undefined ? ` ${option.unit}` : '';
  const range = isNumberOption(option) ? `, ${option.min} to ${option.max}${unit}` : '';
  const fallback =
    'default' in option && option.default !== ''
      ? ` (default ${option.default}${unit})`
      : 'otherwise' in option
        ? ` (default: ${option.otherwise})`
        : '';
  return `${option.description}${range}${fallback}`;
}

/** The most that the left column of a table takes. */
const widest = 30;

function table(rows: readonly (readonly [head: string, text: string])[]): string[] {
  const heads = rows.map(([head]) => head.length).filter((length) => length <= widest - 4);
  const column = Math.max(0, ...heads) + 4;
  return rows.flatMap(([head, text]) => beside(`  ${head}`, text, column));
}
