// Reads the settings, and says of all that are wrong where they stand and what is allowed.
import { nearest } from '@sleepi3/program';
import { RollError } from './errors.js';
import {
  defaultConfigPath,
  keyOf,
  type KindOf,
  type SettingDefinition,
  type SettingName,
  settingNames,
  type Settings,
  settingTable,
  type SettingTexts,
  turnTimeout,
} from './settings.js';
import { parseWindow, windowLength } from './window.js';

/** Where settings come from. */
export interface SettingSources {
  /** Of the file: `KEY=value` lines, `#` comments, quotes around values. */
  readonly text?: string;
  readonly path?: string;
  /** The settings among the options, which take precedence. */
  readonly given?: SettingTexts;
  /** This host's name, by which the node goes where nothing else is said. */
  readonly hostname: string;
}

/** The settings as far as they can be read. */
export interface ReadSettings {
  /** For one that is wrong its default was taken, or nothing where it has none. */
  readonly settings: Settings;
  /** All that is wrong, each with its file and line, or its option. */
  readonly problems: readonly string[];
}

/**
 * Reads what can be read: a setting that is wrong keeps nobody from seeing where the node is, or from getting it out of
 * standby.
 */
export function readSettings({
  text = '',
  path = defaultConfigPath,
  given = {},
  hostname,
}: SettingSources): ReadSettings {
  const problems: string[] = [];
  const lines = readLines(text, path, problems);
  const label = (name: SettingName) =>
    given[name] === undefined ? `${lines[name]?.where ?? ''}${keyOf(name)}` : `--${name}`;
  const values: Partial<Record<SettingName, KindOf[keyof KindOf]>> = {};
  for (const name of settingNames) {
    const definition: SettingDefinition = settingTable[name];
    const { default: fallback = '', description } = definition;
    const value = given[name] ?? lines[name]?.text ?? fallback;
    const isMissing = value === '' && definition.default === undefined;
    if (isMissing) problems.push(`${path}: ${keyOf(name)} is not set (${description}): add a line ${keyOf(name)}=…`);
    try {
      values[name] = isMissing ? '' : valueOf(definition, value);
    } catch (error) {
      if (!(error instanceof RollError)) throw error;
      problems.push(`${label(name)} ${error.message}`);
      values[name] = definition.default === undefined ? '' : valueOf(definition, fallback);
    }
  }
  const settings = values as { -readonly [N in SettingName]: Settings[N] };
  settings.node ||= hostname.split('.', 1)[0] ?? hostname;
  problems.push(...contradictions(settings).map(([name, what]) => `${label(name)} ${what}`));
  return { settings, problems };
}

/** @throws RollError `BAD_SETTING` with all that is wrong, one a line. */
export function rightSettings(sources: SettingSources): Settings {
  const { settings, problems } = readSettings(sources);
  if (problems.length > 0) throw new RollError('BAD_SETTING', problems.join('\n'));
  return settings;
}

interface Line {
  readonly text: string;
  /** `/etc/default/rolling-reboot:7: ` */
  readonly where: string;
}

/** The lines of the file that set something. */
function readLines(text: string, path: string, problems: string[]): Readonly<Partial<Record<SettingName, Line>>> {
  const lines: Partial<Record<SettingName, Line>> = {};
  text.split(/\r?\n/).forEach((line, index) => {
    if (/^\s*(?:#|$)/.test(line)) return;
    const where = `${path}:${index + 1}: `;
    const match = /^\s*([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|([^\s"'#]*))\s*(?:#.*)?$/.exec(line);
    if (match === null) {
      // The rest of the line is not shown: whatever it is, it was not meant for the journal.
      problems.push(`${where}${/^\s*([A-Z_]+)/.exec(line)?.[1] ?? 'this line'} … is not KEY=value`);
      return;
    }
    const [, key = ''] = match;
    const values: readonly (string | undefined)[] = match.slice(2);
    const name = settingNames.find((one) => keyOf(one) === key);
    const meant = name === undefined ? nearest(key, settingNames.map(keyOf)) : undefined;
    if (name === undefined) {
      problems.push(`${where}unknown setting ${key}${meant === undefined ? '' : `: did you mean ${meant}?`}`);
    } else if (name in lines) problems.push(`${where}${key} is set twice`);
    else lines[name] = { where, text: values.find((value) => value !== undefined) ?? '' };
  });
  return lines;
}

/** What is right by itself, and not beside the others. */
function contradictions(settings: Settings): readonly (readonly [SettingName, string])[] {
  const found: (readonly [SettingName, string])[] = [];
  const turn = turnTimeout(settings);
  if (settings['health-url'] !== '' && !settings['health-url'].includes('{node}')) {
    found.push(['health-url', 'must contain {node}, which stands for the name of each node']);
  }
  if (settings['wake-after'] >= settings['reboot-timeout']) {
    found.push([
      'wake-after',
      'must be less than reboot-timeout, or the alarm comes when nobody waits for the node any more',
    ]);
  }
  if (windowLength(settings.window) * 60 < turn) {
    found.push([
      'window',
      `${settings.window.text} is too short: one turn may take ${turn} s (move-timeout, drain-timeout, ` +
        'reboot-timeout, healthy-timeout and soak together)',
    ]);
  }
  if (settings['turn-wait'] < turn) {
    found.push([
      'turn-wait',
      `must be at least ${turn} s, the longest turn: whoever waits raises the alarm for a node that is lost`,
    ]);
  }
  return found;
}

/** @throws RollError whose message follows the name of the setting. */
function valueOf({ kind, min = 0, max = Infinity }: SettingDefinition, text: string): KindOf[keyof KindOf] {
  switch (kind) {
    case 'text':
      if (/\p{Cc}/u.test(text)) throw bad('has a control character in it');
      return text;
    case 'trigger':
      if (text !== 'always' && text !== 'required') throw bad(`must be always or required, not ${text}`);
      return text;
    case 'words':
      return text.split(' ').filter((word) => word !== '');
    case 'url':
      return text === '' ? text : urlOf(text);
    case 'seconds':
    case 'count': {
      const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (number >= min && number <= max) return number;
      throw bad(`must be a whole number${kind === 'seconds' ? ' of seconds' : ''} from ${min} to ${max}, not ${text}`);
    }
    case 'switch':
      if (text === 'yes' || text === 'no') return text === 'yes';
      throw bad(`must be yes or no, not ${text}`);
    case 'window':
      return parseWindow(text);
  }
}

function urlOf(text: string): string {
  // {node} is no part of a URL, but a name in its place is.
  const url = URL.canParse(text.replaceAll('{node}', 'node')) ? new URL(text.replaceAll('{node}', 'node')) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw bad(`must be an http or https URL`);
  // What does not answer is named in the journal, and fetch takes no URL with a password.
  if (url.username !== '' || url.password !== '') throw bad(`must not have a user name or password in it`);
  return text;
}

function bad(message: string): RollError {
  return new RollError('BAD_SETTING', message);
}
