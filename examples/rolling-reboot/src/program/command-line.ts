// Reads the command line by the table of commands and the table of settings, and writes the help from them.
import { RollError } from '../errors.js';
import { keyOf, type SettingName, settingNames, settingTable, type SettingTexts } from '../settings.js';
import {
  type CommandDefinition,
  type CommandName,
  commandTable,
  type OptionDefinition,
  type OptionName,
  options,
} from './commands.js';

export interface CommandLine {
  readonly command: CommandName;
  /** Text for an option with a value, true for a flag. */
  readonly options: Readonly<Partial<Record<OptionName, string | true>>>;
  /** The settings among the options; they go before the file's. */
  readonly settings: SettingTexts;
}

/** @throws RollError `USAGE`. A `help` among the options makes everything else right. */
export function parseCommandLine(argv: readonly string[]): CommandLine | 'help' | 'version' {
  const [command = '', ...rest] = argv;
  if (['', 'help', '--help', '-h'].includes(command)) return 'help';
  if (command === '--version') return 'version';
  if (!Object.hasOwn(commandTable, command)) {
    throw usage(`there is no command ${command}; the commands are ${Object.keys(commandTable).join(', ')}`);
  }
  const definition: CommandDefinition = commandTable[command as CommandName];
  const given: Partial<Record<OptionName, string | true>> = {};
  const settings: Partial<Record<SettingName, string>> = {};
  const words = [...rest];
  const value = (name: string, attached: string | undefined) => {
    const text = attached ?? words.shift();
    if (text === undefined) throw usage(`--${name} needs a value`);
    return text;
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, name = '', attached] = /^--([^=]+)(?:=(.*))?$/s.exec(word === '-h' ? '--help' : word) ?? [];
    const option = definition.options.find((one) => one === name);
    const setting = settingNames.find((one) => one === name);
    if (option !== undefined) {
      const { value: needed }: OptionDefinition = options[option];
      if (needed === undefined && attached !== undefined) throw usage(`--${name} takes no value`);
      given[option] = needed === undefined ? true : value(name, attached);
    } else if (setting !== undefined && isSecret(setting)) {
      throw usage(`--${name} would show its secret to every user of this machine: set ${keyOf(name)} in the file`);
    } else if (setting !== undefined) {
      settings[setting] = value(name, attached);
    } else {
      throw usage(`${command} has no option ${word}: rolling-reboot ${command} --help lists them`);
    }
  }
  return { command: command as CommandName, options: given, settings };
}

/** The help of the program, or of one command. */
export function helpText(command?: CommandName): string {
  if (command === undefined) {
    return [
      'rolling-reboot: each node of a cluster rebooted in turn, the service never away.',
      '',
      'Usage: rolling-reboot COMMAND [options]',
      '',
      ...Object.entries(commandTable).flatMap(([name, { summary }]) => columns(`  ${name}`, summary, 11)),
      '',
      'rolling-reboot COMMAND --help says more. First: rolling-reboot run --dry-run',
      '',
    ].join('\n');
  }
  const { summary, description, options: names }: CommandDefinition = commandTable[command];
  return [
    `Usage: rolling-reboot ${command} [options]`,
    '',
    ...wrap(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`, width),
    '',
    ...wrap(description, width),
    '',
    'Options:',
    ...names.flatMap((name) => {
      const { value, description: text }: OptionDefinition = options[name];
      return columns(`  --${name}${value === undefined ? '' : ` ${value}`}`, text, 26);
    }),
    '',
    'Settings, as KEY=value in the file or as options, which go first:',
    ...settingNames.flatMap((name) => {
      const { description: text, default: fallback }: { description: string; default?: string } = settingTable[name];
      const note = fallback === undefined ? ' (must be set)' : fallback === '' ? '' : ` (default ${fallback})`;
      return columns(`  ${keyOf(name)}`, text + note, 26);
    }),
    '',
  ].join('\n');
}

const width = 100;

function columns(head: string, text: string, column: number): string[] {
  const [first = '', ...more] = wrap(text, width - column);
  return [head.padEnd(column) + first, ...more.map((line) => ' '.repeat(column) + line)];
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

function isSecret(name: SettingName): boolean {
  return 'secret' in settingTable[name];
}

function usage(message: string): RollError {
  return new RollError('USAGE', message);
}
