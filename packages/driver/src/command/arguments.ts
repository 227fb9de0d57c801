import { nearest } from '../../../../examples/program/src/nearest.js';
import { Sleepi3Error } from '../errors.js';
import { commands, type OptionRow, options } from './table.js';

/** The command line taken apart. */
export interface Arguments {
  /** The words that are not options: the command and what it is about. */
  readonly words: readonly string[];
  readonly json?: boolean;
  /** A bus spec, in the place of the defaults file. */
  readonly bus?: string;
  /** The board's address, before the defaults file's. */
  readonly address?: number;
  readonly 'defaults-file'?: string;
  /** s between two looks of `watch`. */
  readonly interval?: number;
  /** What `watch` runs at each change. */
  readonly exec?: string;
}

/**
 * Takes the command line apart. Options may stand anywhere; a value follows its option as the next word or after `=`.
 *
 * @throws {@link Sleepi3Error} `USAGE` for an unknown option or one without its value.
 */
export function parseArguments(args: readonly string[]): Arguments {
  const words: string[] = [];
  const values: Record<string, string | number | boolean> = {};
  const rest = args.values();
  for (const arg of rest) {
    // sleepi3ctl also takes its commands as options.
    const command = Object.keys(commands).find((name) => commands[name]?.aliases?.includes(arg));
    // A negative number is a value, if a wrong one.
    if (command !== undefined || !/^-\D/.test(arg)) {
      // Help comes first, wherever it is asked for.
      words[command === 'help' ? 'unshift' : 'push'](command ?? arg);
      continue;
    }
    const [, option = arg, inline] = /^(--[^=]+)=(.*)$/.exec(arg) ?? [];
    const found = Object.entries<OptionRow>(options).find(([name]) => `--${name}` === option);
    if (found === undefined) throw new Sleepi3Error('USAGE', unknown('option', option, Object.keys(options), '--'));
    const [name, { value: takesValue }] = found;
    const value = takesValue === undefined ? true : (inline ?? rest.next().value);
    if (value === undefined) throw new Sleepi3Error('USAGE', `${option} needs a value`);
    values[name] = checks[name]?.(String(value)) ?? value;
  }
  return { words, ...values };
}

const checks: Readonly<Record<string, (text: string) => number>> = {
  address: (text) => {
    if (!/^(?:0x)?[0-9a-f]{2}$/i.test(text))
      throw new Sleepi3Error('USAGE', `--address must be like 0x6E, not '${text}'`);
    return Number.parseInt(text, 16);
  },
  interval: (text) => {
    const seconds = Number(text);
    if (!(seconds >= 0.1 && seconds <= 3600))
      throw new Sleepi3Error('USAGE', `--interval must be 0.1 to 3600 s, not '${text}'`);
    return seconds;
  },
};

/** What is said of a word that nobody knows: the one that was meant, where one is near. */
export function unknown(what: string, word: string, words: readonly string[], before = ''): string {
  const meant = nearest(word.slice(before.length), words);
  return `unknown ${what} ${word}${meant === undefined ? '' : `: did you mean ${before}${meant}?`}`;
}
