/** The `sleepi3` command: sleepi3ctl's get, set and version, word for word, and more. */
import { Sleepi3Error } from '../errors.js';
import {
  encodeParameter,
  isParameterName,
  type ParameterName,
  parameterNamed,
  type SettableParameterName,
  unknownParameter,
} from '../board/parameters.js';
import { type DefaultsFileOptions, Sleepi3 } from '../board/sleepi3.js';
import { alarm } from './alarm.js';
import { type Arguments, parseArguments, unknown } from './arguments.js';
import { bashCompletion } from './completion.js';
import { helpText } from './help.js';
import type { CommandIo } from './io.js';
import { jsonOf, statusTable } from './status.js';
import { commands } from './table.js';
import { acceptedValues, formatValue, parseChannel, parseValue, type VoltageChannel } from './values.js';
import { watch } from './watch.js';

/**
 * Runs the command.
 *
 * @param options - How boards are opened, beyond what the command line says.
 * @returns the exit status: 0 done, 1 failed, 2 wrong usage.
 */
export async function runCommand(io: CommandIo, version: string, options: DefaultsFileOptions = {}): Promise<number> {
  try {
    const given = parseArguments(io.args);
    const [command, ...words] = given.words;
    switch (command) {
      case 'help':
        io.write(helpText(words[0]));
        return 0;
      case undefined:
        io.write(helpText());
        return 2;
      case 'version':
        expectWords(words, 0);
        io.write(given.json ? jsonOf({ version }) : `sleepi3 version ${version}\n`);
        return 0;
      case 'get':
        return await get(io, given, words, options);
      case 'set':
        return await set(given, words, options);
      case 'status': {
        expectWords(words, 0);
        const snapshot = await withBoard(given, options, (board) => board.snapshot());
        io.write(given.json ? jsonOf(snapshot) : statusTable(snapshot));
        return 0;
      }
      case 'watch':
        return await withBoard(given, options, (board) => watch(board, io, given, parameterNames(words)));
      case 'alarm':
        return await alarm(io, given, words);
      case 'completion':
        expectWords(words, 0);
        io.write(bashCompletion());
        return 0;
      default:
        throw new Sleepi3Error('USAGE', unknown('command', command, Object.keys(commands)));
    }
  } catch (error) {
    if (!(error instanceof Sleepi3Error)) throw error;
    const { code, message } = error;
    io.writeError(`sleepi3: ${message}${code === 'USAGE' ? ' (see sleepi3 --help)' : ''}\n`);
    return code === 'USAGE' || code === 'UNKNOWN_PARAMETER' || code === 'READ_ONLY' ? 2 : 1;
  }
}

async function get(
  io: CommandIo,
  given: Arguments,
  words: readonly string[],
  options: DefaultsFileOptions,
): Promise<number> {
  const [name, channel] = words;
  if (name === undefined) throw new Sleepi3Error('USAGE', 'get needs a parameter');
  expectWords(words, name === 'voltage' ? 2 : 1);
  if (!isParameterName(name)) throw unknownParameter(name);
  if (channel !== undefined && channel !== 'active') return getVoltage(io, given, parseChannel(channel), options);
  const value = await withBoard(given, options, (board) => board.get(name));
  const text = formatValue(value);
  io.write(given.json ? jsonOf({ [name]: value }) : text === '' ? '' : `${text}\n`);
  return 0;
}

async function getVoltage(
  io: CommandIo,
  given: Arguments,
  channel: VoltageChannel,
  options: DefaultsFileOptions,
): Promise<number> {
  const shown = await withBoard(given, options, async (board) => {
    if (channel === '1') return { voltage1: await board.readRegister('voltage1') };
    if (channel === '2') return { voltage2: await board.readRegister('voltage2') };
    const { voltage1, voltage2 } = await board.voltages();
    return { voltage1, voltage2 };
  });
  io.write(given.json ? jsonOf(shown) : `${Object.values(shown).join(' ')}\n`);
  return 0;
}

async function set(given: Arguments, words: readonly string[], options: DefaultsFileOptions): Promise<number> {
  const [name, word] = words;
  if (name === undefined || word === undefined) throw new Sleepi3Error('USAGE', 'set needs a parameter and a value');
  expectWords(words, 2);
  const parameter = parameterNamed(name);
  const value = parseValue(parameter, word);
  if (value === undefined && parameter.access === 'read-write') {
    throw new Sleepi3Error('INVALID_VALUE', `${name} takes ${acceptedValues(parameter)}, not '${word}'`, {
      parameter: name,
      value: word,
    });
  }
  encodeParameter(name, value); // A bad value is refused before the bus is opened.
  await withBoard(given, options, (board) => board.set(name as SettableParameterName, value as never));
  return 0;
}

/** The parameters that are named, each of which there must be. */
function parameterNames(words: readonly string[]): readonly ParameterName[] {
  return words.map((word) => {
    if (!isParameterName(word)) throw unknownParameter(word);
    return word;
  });
}

async function withBoard<T>(
  { bus, address, 'defaults-file': defaultsFile }: Arguments,
  options: DefaultsFileOptions,
  body: (board: Sleepi3) => Promise<T>,
): Promise<T> {
  // What the command does is probe enough, and every transfer counts in a script.
  const all = { probe: false, ...options, ...(address !== undefined && { address }) };
  const board =
    bus === undefined ? await Sleepi3.fromDefaultsFile(defaultsFile, all) : await Sleepi3.open({ ...all, bus });
  try {
    return await body(board);
  } finally {
    await board.close();
  }
}

function expectWords(words: readonly string[], most: number): void {
  if (words.length > most) throw new Sleepi3Error('USAGE', `unexpected argument ${words.slice(most).join(' ')}`);
}
