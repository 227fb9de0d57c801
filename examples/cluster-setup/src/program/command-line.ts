// Reads the command line by the table of commands, and writes the help from it.
import { SetupError } from '../errors.js';
import {
  type CommandDefinition,
  type CommandName,
  commandTable,
  type OptionDefinition,
  type OptionName,
  options,
} from './commands.js';
import { wrap } from '../wrap.js';

export interface CommandLine {
  readonly command: CommandName;
  /** Path of the cluster file, `-` for standard input; undefined when the command reads none. */
  readonly file: string | undefined;
  /** Text for an option with a value, true for a flag. */
  readonly options: Readonly<Partial<Record<OptionName, string | true>>>;
}

/** @throws SetupError `USAGE`. A `help` among the options makes everything else right. */
export function parseCommandLine(argv: readonly string[]): CommandLine | 'help' | 'version' {
  const [command = '', ...rest] = argv;
  if (['help', '--help', '-h', ''].includes(command)) {
    const about = rest.find((word) => isCommand(word));
    return about === undefined ? 'help' : { command: about, file: undefined, options: { help: true } };
  }
  if (command === '--version') return 'version';
  if (!isCommand(command))
    throw usage(`there is no command ${command}; the commands are ${Object.keys(commandTable).join(', ')}`);
  const definition: CommandDefinition = commandTable[command];
  const given: Partial<Record<OptionName, string | true>> = {};
  const files: string[] = [];
  const words = [...rest];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-' || !word.startsWith('-')) {
      files.push(word);
      continue;
    }
    const [, name = '', attached] = /^--([^=]+)(?:=(.*))?$/s.exec(word === '-h' ? '--help' : word) ?? [];
    const known = definition.options.find((one) => one === name);
    if (known === undefined) throw usage(`${command} has no option ${word}; it has ${list(definition.options)}`);
    const { value }: OptionDefinition = options[known];
    if (value === undefined) {
      if (attached !== undefined) throw usage(`--${name} takes no value`);
      given[known] = true;
    } else {
      const text = attached ?? words.shift();
      if (text === undefined || text === '') throw usage(`--${name} needs a value: --${name} ${value}`);
      given[known] = text;
    }
  }
  if (given.help) return { command, file: undefined, options: given };
  if (given.color !== undefined && !['auto', 'always', 'never'].includes(String(given.color))) {
    throw usage(`--color must be auto, always or never, not ${String(given.color)}`);
  }
  if (definition.file === 'needed' && files.length === 0)
    throw usage(`${command} needs a cluster file: cluster-setup ${command} cluster.yaml`);
  const most = definition.file === 'none' ? 0 : 1;
  if (files.length > most) throw usage(`there is no use for ${files.slice(most).join(' ')}`);
  return { command, file: files[0], options: given };
}

/** The help of the program, or of one command. */
export function helpText(command?: CommandName): string {
  if (command === undefined) {
    return [
      'cluster-setup: a fenced two-node cluster of Raspberry Pis with slee-Pi 3 boards, from one file.',
      '',
      'Usage: cluster-setup COMMAND [FILE] [options]',
      '',
      ...Object.entries(commandTable).flatMap(([name, { summary }]) => columns(`  ${name}`, summary, 12)),
      '',
      'cluster-setup COMMAND --help says more. A first file, and what every key means: README.md.',
      '',
      'Usually, on one of the two nodes, as root:',
      '  cluster-setup plan cluster.yaml      read what it would do, and why',
      '  cluster-setup apply cluster.yaml     do it',
      '  cluster-setup doctor --all           look it over, now and whenever something changed',
      '',
    ].join('\n');
  }
  const { file, summary, description, options: names }: CommandDefinition = commandTable[command];
  return [
    `Usage: cluster-setup ${command}${file === 'none' ? '' : ' FILE'} [options]`,
    '',
    ...wrap(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`, 100),
    '',
    ...wrap(description, 100),
    '',
    'Options:',
    ...names.flatMap((name) => {
      const { value, description: text }: OptionDefinition = options[name];
      return columns(`  --${name}${value === undefined ? '' : ` ${value}`}`, text, 25);
    }),
    '',
  ].join('\n');
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(commandTable, word);
}

function usage(message: string): SetupError {
  return new SetupError('USAGE', message);
}

function list(names: readonly OptionName[]): string {
  return names.map((name) => `--${name}`).join(', ');
}

function columns(head: string, text: string, width: number): string[] {
  const [first = '', ...more] = wrap(text, 100 - width);
  return [head.padEnd(width) + first, ...more.map((line) => ' '.repeat(width) + line)];
}
