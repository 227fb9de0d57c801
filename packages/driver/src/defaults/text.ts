/**
 * The text of /etc/default/sleepi3, which the vendor's Python and shell programs and systemd all read: lines of
 * `KEY=value`. Comments, order, unknown keys and odd bytes are the user's and survive an edit. No files are touched here.
 */
import { boardAddresses, checkBoardAddress, hex } from '../bus/board-address.js';
import {
  type Defaults,
  type DefaultsKey,
  type DefaultsSetting,
  defaultsSettings,
  type DefaultsValue,
} from './settings.js';
import { shown, Sleepi3Error } from '../errors.js';
import { parseBusSpec } from '../bus/open-bus.js';

/** A line that cannot be used. */
export interface DefaultsProblem {
  /** The line, from 1. */
  readonly line: number;
  /** The setting it is about, if it is about one. */
  readonly key?: DefaultsKey;
  /** What stands there. */
  readonly value: string;
  /** What should. */
  readonly message: string;
}

/** What a defaults file says. */
export interface ParsedDefaults {
  /** All settings. One that is missing or bad has its default; look at `problems`. */
  readonly values: Defaults;
  /** The bad lines, in order. */
  readonly problems: readonly DefaultsProblem[];
}

/** Reads the text of a defaults file. As in a shell, the last assignment of a key counts. */
export function parseDefaults(text: string): ParsedDefaults {
  const values: Record<string, unknown> = {};
  for (const key of keys) values[key] = defaultsSettings[key].default;
  const problems = new Map<string, DefaultsProblem>();
  for (const { line, key, content, value } of assignmentsOf(text)) {
    if (key === undefined) {
      problems.set(`line ${line}`, { line, value: content, message: 'is neither a comment nor KEY=value' });
    } else if (isDefaultsKey(key)) {
      problems.delete(key);
      try {
        if (value === undefined) throw new Error('must be a plain or quoted value, without anything for a shell to do');
        values[key] = decode(defaultsSettings[key], value);
      } catch (error) {
        values[key] = defaultsSettings[key].default;
        problems.set(key, { line, key, value: value ?? content, message: (error as Error).message });
      }
    }
  }
  return { values: values as Defaults, problems: [...problems.values()] };
}

/**
 * Changes settings in the text of a defaults file and keeps every other byte. A key's last assignment is changed; a key
 * that is not there is added at the end.
 *
 * @throws {@link Sleepi3Error} `UNKNOWN_PARAMETER`, `INVALID_VALUE`, `OUT_OF_RANGE`, `INVALID_ADDRESS`, `INVALID_BUS`.
 */
export function editDefaults(text: string, changes: Partial<Defaults>): string {
  for (const [key, value] of Object.entries(changes)) {
    if (!isDefaultsKey(key)) {
      throw new Sleepi3Error('UNKNOWN_PARAMETER', `unknown setting '${key}'; the settings are ${keys.join(', ')}`, {
        parameter: key,
        value,
      });
    }
    const encoded = encode(key, defaultsSettings[key], value);
    const last = assignmentsOf(text)
      .filter((assignment) => assignment.key === key)
      .at(-1);
    text =
      last === undefined
        ? `${text}${lineBreakBefore(text)}${key}=${encoded}\n`
        : text.slice(0, last.start) + encoded + text.slice(last.end);
  }
  return text;
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

interface Assignment {
  /** The number of its line, from 1. */
  readonly line: number;
  /** Undefined when the line is no assignment. */
  readonly key: string | undefined;
  /** The line, without its end. */
  readonly content: string;
  /** The value without quotes; undefined when it is more than a plain value. */
  readonly value: string | undefined;
  /** Where in the text the value starts and ends. */
  readonly start: number;
  readonly end: number;
}

/** A comment to its end, or a line that a backslash at its end continues. */
const logicalLine = /[ \t]*#[^\n]*\n?|(?:\\\r?\n|[^\n])+\n?|\n/g;
const assignment = /^([ \t]*([A-Za-z_][A-Za-z0-9_]*)=)([^]*)$/;
/** A value in double quotes, in single quotes or bare, and after it a comment. */
const plainValue = /^(?:"([^"\\$`\n]*)"|'([^'\n]*)'|([^\s"'\\$`#;&|<>()*?]*))[ \t]*(?:(?<=[ \t])#.*)?$/;

/** Every line that is neither empty nor a comment. */
function assignmentsOf(text: string): Assignment[] {
  const found: Assignment[] = [];
  let line = 1;
  for (const { 0: whole, index } of text.matchAll(logicalLine)) {
    const content = whole.replace(/\r?\n$/, '');
    if (/^[ \t]*[^#\s]/.test(content)) {
      const [, head, key, rest = ''] = assignment.exec(content) ?? [];
      const start = index + (head?.length ?? 0);
      const [, double, single, bare] = plainValue.exec(rest) ?? [];
      const value = double ?? single ?? bare;
      const length = value === undefined ? rest.length : bare === undefined ? value.length + 2 : bare.length;
      found.push({ line, key, content, value, start, end: start + length });
    }
    line += whole.split('\n').length - 1;
  }
  return found;
}

/** What has to stand between the text and a new line after it. */
function lineBreakBefore(text: string): string {
  if (text === '') return '';
  const last = [...text.matchAll(logicalLine)].at(-1)?.[0] ?? '';
  const ended = last.endsWith('\n') ? '' : '\n';
  // A backslash before the break would take our line for its continuation.
  return /^[ \t]*#/.test(last) || !/\\\r?\n?$/.test(last) ? ended : `${ended}\n`;
}

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
      parseBusSpec(value);
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
    if (decode(setting, text) === value) {
      if (/^[\w./:@%+,=-]*$/.test(text)) return text;
      if (/^[ -~]*$/.test(text) && !/["\\$`]/.test(text)) return `"${text}"`;
    }
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
