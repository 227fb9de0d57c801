/**
 * The text of /etc/default/sleepi3: lines of `KEY=value` that three readers take apart, each by rules of its own. The vendor's
 * config.py and sleepi3ctl are Python and read it as configparser does; sleepi3alarm is a shell script and runs it; systemd
 * reads it as an EnvironmentFile. A line is sound when all of them take it for the same. No files are touched here.
 */
import { isUtf8 } from 'node:buffer';
import { boardAddresses, checkBoardAddress, hex } from '../bus/board-address.js';
import { parseBusSpec } from '../bus/open-bus.js';
import { shown, Sleepi3Error } from '../errors.js';
import {
  type Defaults,
  type DefaultsKey,
  type DefaultsSetting,
  defaultsSettings,
  type DefaultsValue,
} from './settings.js';

/** What is wrong with a line. One such line can keep the vendor's boot service from setting up the board at all. */
export interface DefaultsProblem {
  /** The line, from 1. For a setting that is missing, the line after the last. */
  readonly line: number;
  /** The setting it is about, if it is about one. */
  readonly key?: DefaultsKey;
  /** What stands there. */
  readonly value: string;
  /** What is wrong with it, or what should stand there. */
  readonly message: string;
  /** True when its value counts here all the same, because it is only a program of the vendor's that cannot read it. */
  readonly understood: boolean;
}

/** The problem in one line: `/etc/default/sleepi3, line 5: BOOT_TIMEOUT=x must be …`. */
export function describeDefaultsProblem({ line, key, value, message }: DefaultsProblem, path: string): string {
  return `${path}, line ${line}: ${key === undefined ? value : `${key}=${value}`} ${message}`;
}

/** What a defaults file says. */
export interface ParsedDefaults {
  /** All settings. One that is missing or not understood has its default; look at `problems`. */
  readonly values: Defaults;
  /** What is wrong, in the order of the lines. */
  readonly problems: readonly DefaultsProblem[];
}

/**
 * Reads a defaults file. Of several assignments of a key the last counts, as in a shell. Whether a text was UTF-8 can only
 * be told of bytes: in a string, a replacement character stands for a byte that was not.
 */
export function parseDefaults(text: string | Uint8Array): ParsedDefaults {
  const { values, problems } = read(text);
  return { values, problems };
}

/**
 * Changes settings in the text of a defaults file, and mends what is wrong with it, so that every reader takes it for the
 * same. A sound file keeps every other byte. A key's last assignment is the one that is changed; a key that is not there is
 * added at the end. What is mended says the same as before: lines that no reader can use become comments, a setting that was
 * missing or not understood gets its default.
 *
 * @throws {@link Sleepi3Error} `UNKNOWN_PARAMETER`, `INVALID_VALUE`, `OUT_OF_RANGE`, `INVALID_ADDRESS`, `INVALID_BUS`.
 */
export function editDefaults(text: string, changes: Partial<Defaults>): string;
export function editDefaults(text: Uint8Array, changes: Partial<Defaults>): Uint8Array;
export function editDefaults(text: string | Uint8Array, changes: Partial<Defaults>): string | Uint8Array {
  const encoded = new Map<string, string>();
  for (const [key, value] of Object.entries(changes)) {
    if (!isDefaultsKey(key)) {
      throw new Sleepi3Error('UNKNOWN_PARAMETER', `unknown setting '${key}'; the settings are ${keys.join(', ')}`, {
        parameter: key,
        value,
      });
    }
    encoded.set(key, encode(key, defaultsSettings[key], value));
  }
  const { values, lines } = read(text);
  const valueOf = (key: DefaultsKey) => encoded.get(key) ?? encode(key, defaultsSettings[key], values[key]);

  let edited = '';
  for (const line of lines) edited += mended(line, edited === '', encoded, valueOf);
  const there = new Set(lines.map(({ key }) => key));
  const added = keys.filter((key) => !there.has(key) && (encoded.has(key) || isRequired(key)));
  if (added.length > 0 && edited !== '' && !edited.endsWith('\n')) edited += '\n';
  for (const key of added) edited += `${edited === '' ? headLine : ''}${key}=${valueOf(key)}\n`;
  return typeof text === 'string' ? edited : Buffer.from(edited, 'latin1');
}

/** What a change of settings asks for so that it takes effect. */
export interface Reapplication {
  /** What to set on the board so that the change counts now, without a reboot. */
  readonly now: readonly { readonly parameter: 'watchdog-timeout' | 'extin-powerdown'; readonly value: unknown }[];
  /** The settings that take effect by themselves, and when. */
  readonly later: readonly { readonly key: DefaultsKey; readonly at: 'boot' | 'shutdown' | 'next use' }[];
}

/** Compares two states of the settings: what has to be re-applied now, and what takes effect by itself later. */
export function planReapplication(before: Defaults, after: Defaults): Reapplication {
  const changed = keys.filter((key) => before[key] !== after[key]);
  const now: { parameter: 'watchdog-timeout' | 'extin-powerdown'; value: unknown }[] = [];
  const later: { key: DefaultsKey; at: 'boot' | 'shutdown' | 'next use' }[] = [];
  for (const key of changed) {
    const { takesEffect } = defaultsSettings[key];
    if ('parameter' in takesEffect) now.push({ parameter: takesEffect.parameter, value: after[key] });
    else later.push({ key, at: takesEffect.at });
  }
  return { now, later };
}

const keys = Object.keys(defaultsSettings) as DefaultsKey[];

function isDefaultsKey(key: string): key is DefaultsKey {
  return Object.hasOwn(defaultsSettings, key);
}

/** Whether the vendor's programs have no default for it. */
function isRequired(key: DefaultsKey): boolean {
  return !('optional' in defaultsSettings[key]);
}

/** A line, and what three readers make of it. */
interface Line {
  /** Without its end. */
  readonly content: string;
  readonly end: string;
  /** The name that it assigns to, as Python has it: in small letters. */
  readonly name?: string;
  /** The setting that it assigns to. */
  readonly key?: DefaultsKey;
  /** Blanks, and a comment, behind the value of a setting. */
  readonly blanks?: string;
  readonly note?: string;
  /** What is wrong with it. */
  problem?: { readonly message: string; readonly understood: boolean };
  /** Another line assigns to the same name, and counts. */
  overridden?: boolean;
  /** A byte that is not UTF-8, made visible. */
  readonly foreign: RegExp | undefined;
}

const isBlankOrComment = /^[ \t]*(?:#|$)/;
const assignment = /^([ \t]*)([A-Za-z_]\w*)=(.*)$/s;
/** A value in double quotes, in single quotes or bare, blanks, and a comment. */
const plainValue = /^(?:"([^"\\$`]*)"|'([^']*)'|([^\s"'\\$`#;&|<>()*?]*))([ \t]*)((?<=[ \t])#.*)?$/;
/** One word for a shell, plain or quoted, with variables and simple commands in it, and after it a comment. */
const dollar = String.raw`\$(?:\w+|\{\w+\}|\([\w./ =,:-]*\)|(?=[\s"]|$))`;
const oneWord = new RegExp(
  String.raw`^(?:[^\s"'\\$\`#;&|<>()]|(?<=\S)#|\\\S|${dollar}|"(?:[^"\\$\`]|\\[^]|${dollar})*"|'[^']*')*(?:[ \t]+(?:#.*)?)?$`,
);

/** Python puts [env] before the file: what else is in the first line is lost to it. */
const headLine = '#\n';

function read(text: string | Uint8Array) {
  const bytes = typeof text !== 'string';
  const values: Record<string, unknown> = {};
  for (const key of keys) values[key] = defaultsSettings[key].default;
  const lines: Line[] = [];
  const lastOf = new Map<string, number>();
  for (const whole of (bytes ? Buffer.from(text).toString('latin1') : text).match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const content = whole.replace(/\r?\n$|\r$/, '');
    const [, indent, written, rest = ''] = isBlankOrComment.test(content) ? [] : (assignment.exec(content) ?? []);
    const key = written?.toUpperCase();
    const [, double, single, bare, blanks, note] = plainValue.exec(rest) ?? [];
    const isSetting = key !== undefined && isDefaultsKey(key);
    const line: Line = {
      content,
      end: whole.slice(content.length),
      ...(written !== undefined && { name: written.toLowerCase() }),
      ...(isSetting && { key }),
      ...(blanks !== undefined && { blanks }),
      ...(note !== undefined && { note }),
      foreign: foreignIn(content, bytes),
    };
    lines.push(line);

    const complain = (message: string, understood = true) => {
      // What is not understood goes before what is, and what was said first before what comes later.
      if (line.problem === undefined || (line.problem.understood && !understood))
        line.problem = { message, understood };
    };
    const earlier = line.name === undefined ? undefined : lastOf.get(line.name);
    if (line.name !== undefined) lastOf.set(line.name, lines.length - 1);
    const earlierLine = earlier === undefined ? undefined : lines[earlier];
    if (earlierLine !== undefined) earlierLine.overridden = true;

    if (line.foreign !== undefined) complain('has a byte that is not UTF-8: config.py reads nothing of the file');
    if (content.includes('\r')) complain('has a carriage return in it, where config.py begins a new line');
    if (lines.length === 1 && content.includes(']')) complain('has a ] in the first line: config.py finds no settings');
    if (isBlankOrComment.test(content)) continue;
    if (written === undefined) {
      complain('is neither a comment nor KEY=value', false);
      continue;
    }
    if (earlier !== undefined)
      complain(`is there again, after line ${earlier + 1}: config.py reads nothing of the file`);
    if (indent !== '') complain('is indented: config.py takes it for a part of the line before');
    if (!isSetting) {
      if (!oneWord.test(rest)) complain('is more to a shell than one plain or quoted word', false);
      continue;
    }
    if (lines.length === 1) complain('is in the first line, which config.py does not read');
    if (written !== key) complain(`is to be written ${key}`);
    if (note !== undefined) complain('has a note behind it, which is taken for a part of the value');
    const setting: DefaultsSetting = defaultsSettings[key];
    if (bare === undefined && setting.readBy === 'python') {
      complain('has quotes, which config.py takes for a part of the value');
    }
    if (setting.kind === 'rtc' && line.end.startsWith('\r')) {
      complain('ends in a carriage return, which sleepi3alarm takes for a part of the name');
    }
    values[key] = setting.default;
    try {
      const value = double ?? single ?? bare;
      if (value === undefined) throw new Error('must be a plain value, without anything for a shell to do');
      const number = setting.kind === 'bus' ? /^i2c-tools:(\d{1,6})$/.exec(value)?.[1] : undefined;
      if (number !== undefined) complain(mustBeNumber);
      values[key] = decode(setting, number ?? value);
    } catch (error) {
      complain((error as Error).message, false);
    }
  }
  return { values: values as unknown as Defaults, lines, problems: problemsOf(lines) };
}

function problemsOf(lines: readonly Line[]): DefaultsProblem[] {
  const problems: DefaultsProblem[] = [];
  for (const [index, { content, key, problem, overridden }] of lines.entries()) {
    // An assignment that does not count is told of where the one is that does.
    if (problem === undefined || (overridden === true && key !== undefined)) continue;
    const value = key === undefined ? content : content.slice(content.indexOf('=') + 1);
    problems.push({ line: index + 1, ...(key !== undefined && { key }), value, ...problem });
  }
  for (const key of keys) {
    if (!isRequired(key) || lines.some((line) => line.key === key)) continue;
    const message = "is missing, and the vendor's programs have no default for it";
    problems.push({ line: lines.length + 1, key, value: '', message, understood: false });
  }
  return problems;
}

/** A line as it is to be: changed, mended, or as it was. */
function mended(
  line: Line,
  isFirst: boolean,
  changes: ReadonlyMap<string, string>,
  valueOf: (key: DefaultsKey) => string,
): string {
  const { content, end, key, problem, overridden, foreign } = line;
  const head = isFirst && (key !== undefined || content.includes(']')) ? headLine : '';
  const clean = (foreign === undefined ? content : content.replace(foreign, '?')).replaceAll('\r', ' ');
  // A comment that ends in a backslash goes on in the next line, says systemd of Debian 12.
  const aside = () => `# ${clean.trimStart()}${clean.endsWith('\\') ? ' ' : ''}${end}`;
  if (overridden === true) return head + aside();
  if (key !== undefined) {
    if (problem === undefined && !changes.has(key)) return content + end;
    if (problem === undefined) return `${key}=${valueOf(key)}${line.blanks ?? ''}${end}`;
    const old = problem.understood ? '' : aside();
    const note = old === '' && line.note !== undefined ? `${line.note}\n` : '';
    return `${old === '' ? head + note : head + old.trimEnd() + '\n'}${key}=${valueOf(key)}\n`;
  }
  if (problem === undefined || isBlankOrComment.test(content)) return head + clean + end;
  // Of another program, and only indented or odd: it stays. What no reader takes for an assignment does not.
  return head + (problem.understood ? clean.trimStart() + end : aside());
}

/** What of a line is not UTF-8, if anything: of bytes, one character a byte, or of text that was decoded. */
function foreignIn(content: string, bytes: boolean): RegExp | undefined {
  const odd = bytes ? /[\x80-\xff]/g : /[\uFFFD\uD800-\uDFFF]/gu;
  return content.search(odd) === -1 || (bytes && isUtf8(Buffer.from(content, 'latin1'))) ? undefined : odd;
}

const mustBeNumber =
  "must be the number of a bus, since the vendor's programs read nothing else; another back end is chosen by an option " +
  '(bus= of fence_sleepi3)';

function decode(setting: DefaultsSetting, value: string): unknown {
  switch (setting.kind) {
    case 'seconds':
      if (!/^\d{1,3}$/.test(value) || Number(value) > 255) throw new Error('must be whole seconds from 0 to 255');
      return Number(value);
    case 'switch': {
      const index = setting.words.indexOf(value);
      if (index === -1) throw new Error(`must be ${setting.words.join(' or ')}`);
      return index === 1;
    }
    case 'address': {
      if (!/^(?:0x)?[0-9a-f]{1,2}$/i.test(value)) throw new Error(`must be ${boardAddresses.map(hex).join(', ')}`);
      const address = Number.parseInt(value, 16);
      checkBoardAddress(address);
      return address;
    }
    case 'bus':
      if (parseBusSpec(value).backEnd !== 'i2c-bus') throw new Error(mustBeNumber);
      return value;
    case 'rtc':
      if (!/^[A-Za-z0-9_-]+$/.test(value)) throw new Error('must be the name of a clock, such as rtc0');
      return value;
  }
}

/** The text of a value, refused if it would not read back as the same. */
function encode<K extends DefaultsKey>(key: K, setting: DefaultsSetting, value: DefaultsValue<K> | undefined): string {
  const text = textOf(setting, value);
  try {
    if (decode(setting, text) === value) return text;
  } catch (error) {
    if (error instanceof Sleepi3Error) throw error;
    throw new Sleepi3Error('INVALID_VALUE', `${key} ${(error as Error).message}, not ${shown(value)}`, {
      parameter: key,
      value,
    });
  }
  throw new Sleepi3Error('INVALID_VALUE', `${key} cannot be ${shown(value)}`, { parameter: key, value });
}

function textOf(setting: DefaultsSetting, value: unknown): string {
  if (setting.kind === 'switch' && typeof value === 'boolean') return setting.words[value ? 1 : 0];
  if (setting.kind === 'address' && typeof value === 'number') return `0x${value.toString(16).toUpperCase()}`;
  return shown(value);
}
