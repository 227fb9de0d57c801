import { UsageError } from './io.js';

/** The command line taken apart. */
export interface Arguments {
  /** The words that are not options: the command and what it is about. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  /** A bus spec, in the place of the defaults file. */
  readonly bus?: string;
  /** The board's address, before the defaults file's. */
  readonly address?: number;
  readonly defaultsFile?: string;
  /** s between two looks of `watch`. */
  readonly interval?: number;
  /** What `watch` runs at each change. */
  readonly exec?: string;
}

/** sleepi3ctl also takes its commands as options. */
const commandOptions = new Map([
  ['-g', 'get'],
  ['--get', 'get'],
  ['-s', 'set'],
  ['--set', 'set'],
  ['-v', 'version'],
  ['--version', 'version'],
]);

/**
 * Takes the command line apart. Options may stand anywhere; a value follows its option as the next word or after `=`.
 *
 * @throws {@link UsageError} for an unknown option or one without its value.
 */
export function parseArguments(args: readonly string[]): Arguments {
  const words: string[] = [];
  const found: { -readonly [K in keyof Arguments]: Arguments[K] } = { words, json: false, help: false };
  const rest = args.values();
  for (const arg of rest) {
    // A negative number is a value, if a wrong one.
    if (!/^-\D/.test(arg)) {
      words.push(arg);
      continue;
    }
    const command = commandOptions.get(arg);
    if (command !== undefined) {
      words.push(command);
      continue;
    }
    const [, option = arg, inline] = /^(--[^=]+)=(.*)$/.exec(arg) ?? [];
    const value = (): string => {
      const given = inline ?? rest.next().value;
      if (given === undefined) throw new UsageError(`${option} needs a value`);
      return given;
    };
    switch (option) {
      case '-h':
      case '--help':
        found.help = true;
        break;
      case '--json':
        found.json = true;
        break;
      case '--bus':
        found.bus = value();
        break;
      case '--address': {
        const text = value();
        if (!/^(?:0x)?[0-9a-f]{2}$/i.test(text)) throw new UsageError(`--address must be like 0x6E, not '${text}'`);
        found.address = Number.parseInt(text, 16);
        break;
      }
      case '--defaults-file':
        found.defaultsFile = value();
        break;
      case '--exec':
        found.exec = value();
        break;
      case '--interval': {
        const text = value();
        const seconds = Number(text);
        if (!(seconds >= 0.1 && seconds <= 3600))
          throw new UsageError(`--interval must be 0.1 to 3600 s, not '${text}'`);
        found.interval = seconds;
        break;
      }
      default:
        throw new UsageError(`unknown option ${option}`);
    }
  }
  return found;
}
