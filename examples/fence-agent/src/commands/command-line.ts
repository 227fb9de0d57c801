// The command line of the commands that go with the agent, read by their definition.
import type { Command } from './table.js';

/** What was given: text for an option with a value, true for a flag. */
export type CommandValues<C extends Command> = {
  readonly [N in keyof C['options']]?: C['options'][N] extends { readonly value: string } ? string : true;
};

/** A command line that cannot be carried out; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads `--name value`, `--name=value` and flags. The last one given wins.
 *
 * @throws UsageError for anything else.
 */
export function parseCommandLine<C extends Command>(command: C, words: readonly string[]): CommandValues<C> {
  const values: Record<string, string | true> = {};
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name = '', attached] = /^--([^=]+)(?:=(.*))?$/s.exec(word === '-h' ? '--help' : word) ?? [];
    const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
    if (!option) throw new UsageError(name ? `there is no option --${name}` : `"${word}" is no option`);
    if (option.value === undefined) {
      if (attached !== undefined) throw new UsageError(`--${name} takes no value`);
      values[name] = true;
    } else {
      const value = attached ?? rest.shift();
      if (value === undefined) throw new UsageError(`--${name} needs a value`);
      values[name] = value;
    }
  }
  return values as CommandValues<C>;
}

/**
 * A number among the values.
 *
 * @throws UsageError when it is none or out of range.
 */
export function numberOption(
  name: string,
  text: string | undefined,
  { min, max, fallback }: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  if (text === undefined) return fallback;
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`--${name}=${text}: must be a number from ${min} to ${max}`);
}

const column = 26;
const width = 100;

/** What --help prints. */
export function commandHelp(name: string, { summary, description, options }: Command): string {
  const lines = [
    `Usage: fence_sleepi3 ${name} [options]`,
    '',
    `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`,
  ];
  lines.push('', ...wrap(description, width), '', 'Options:');
  for (const [long, option] of Object.entries(options)) {
    const head = `  --${long}${option.value === undefined ? '' : `=${option.value}`}`;
    const note = option.default === undefined ? '' : ` (default ${option.default})`;
    const [first = '', ...more] = wrap(option.description + note, width - column);
    lines.push(head.length < column ? head.padEnd(column) + first : `${head} ${first}`);
    lines.push(...more.map((line) => ' '.repeat(column) + line));
  }
  return `${lines.join('\n')}\n`;
}

function wrap(text: string, limit: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
