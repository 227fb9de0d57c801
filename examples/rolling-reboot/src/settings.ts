// The settings as data: the configuration file, the command line and the help read them.
//
// One file of KEY=value lines, as the vendor's and Debian's own under /etc/default are; each setting is an option of the
// command line too, by its name in small letters with dashes.
import { textfileDirectory } from '@sleepi3/program';
import { RollError } from './errors.js';
import { parseWindow, type Window, windowLength } from './window.js';

interface KindOf {
  text: string;
  trigger: 'always' | 'required';
  words: readonly string[];
  url: string;
  seconds: number;
  count: number;
  switch: boolean;
  window: Window;
}

interface SettingDefinition {
  readonly kind: keyof KindOf;
  /** As it would stand in the file; undefined: it must be given, `''`: it may be left out. */
  readonly default?: string;
  readonly min?: number;
  readonly max?: number;
  readonly description: string;
}

export const defaultConfigPath = '/etc/default/rolling-reboot';

export const settingTable = {
  node: { kind: 'text', default: '', description: "This node's name in the cluster; by default the host's name" },
  service: {
    kind: 'text',
    description: 'The resource that clients depend on: the virtual IP address (VIP), or what runs beside it',
  },
  url: {
    kind: 'url',
    description: 'Answers over the virtual IP address as long as the service is up: http://192.168.11.215/',
  },
  'health-url': {
    kind: 'url',
    default: '',
    description: "Answers as long as a node's own instance is healthy; {node} stands for the node: http://{node}/",
  },
  window: {
    kind: 'window',
    default: 'always',
    description: 'Local time in which a turn may begin: 03:00-05:00, or always',
  },
  when: {
    kind: 'trigger',
    default: 'always',
    description: 'always, or required: only when the sentinel file is there',
  },
  sentinel: { kind: 'text', default: '/run/reboot-required', description: 'The file that asks for a reboot' },
  'min-interval': {
    kind: 'seconds',
    default: '72000',
    max: 31_536_000,
    description: 'Least time from one reboot of this node by a roll to the next',
  },
  'max-per-day': {
    kind: 'count',
    default: '2',
    min: 1,
    max: 24,
    description: 'Most reboots of this node by rolls in 24 hours',
  },
  'turn-wait': {
    kind: 'seconds',
    default: '7200',
    max: 86_400,
    description: 'How long to wait for the turns of the other nodes',
  },
  'move-timeout': {
    kind: 'seconds',
    default: '120',
    min: 10,
    max: 3600,
    description: 'Longest time for the service to move',
  },
  'drain-timeout': {
    kind: 'seconds',
    default: '300',
    min: 10,
    max: 3600,
    description: 'Longest time for the node to drain',
  },
  'reboot-timeout': {
    kind: 'seconds',
    default: '600',
    min: 60,
    max: 7200,
    description: 'Longest time from the reboot until the node is in the cluster again',
  },
  'healthy-timeout': {
    kind: 'seconds',
    default: '300',
    min: 10,
    max: 3600,
    description: 'Longest time for everything to run again after that',
  },
  soak: {
    kind: 'seconds',
    default: '60',
    max: 86_400,
    description: 'How long all must stay well before the next node',
  },
  'fence-monitor-age': {
    kind: 'seconds',
    default: '3600',
    min: 1,
    max: 86_400,
    description: "Oldest that a fence device's last monitor may be",
  },
  board: { kind: 'switch', default: 'yes', description: 'This node has a slee-Pi 3 board' },
  'wake-after': {
    kind: 'seconds',
    default: '300',
    min: 60,
    max: 7200,
    description: 'How long after the reboot the RTC wake alarm powers on a node that has gone off',
  },
  failback: {
    kind: 'switch',
    default: 'no',
    description: 'Move the service back to where it was; costs a second move',
  },
  hook: {
    kind: 'words',
    default: '',
    description: 'A program, run as PROGRAM EVENT with EVENT start, success or failure',
  },
  metrics: {
    kind: 'text',
    default: `${textfileDirectory}/rolling_reboot.prom`,
    description: 'Textfile for node exporter, written where its directory is there; empty: none',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;

export type SettingName = keyof typeof settingTable;

/** All settings, checked. */
export type Settings = { readonly [N in SettingName]: KindOf[(typeof settingTable)[N]['kind']] };

/** What was written, by the settings' names. */
export type SettingTexts = Readonly<Partial<Record<SettingName, string>>>;

export const settingNames = Object.keys(settingTable) as readonly SettingName[];

/** `move-timeout` as it stands in the file: `MOVE_TIMEOUT`. */
export function keyOf(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** What the value of a setting is, as an option. */
export function settingValue(name: SettingName): { readonly value: string } {
  return { value: valueWords[settingTable[name].kind] };
}

const valueWords: Readonly<Record<keyof KindOf, string>> = {
  text: 'TEXT',
  trigger: 'always|required',
  words: 'COMMAND',
  url: 'URL',
  seconds: 'SECONDS',
  count: 'N',
  switch: 'yes|no',
  window: 'HH:MM-HH:MM',
};

/** A setting for help and manual: what it is, its range with the unit, its key in the file and its default. */
export function settingText(name: SettingName): string {
  const definition: SettingDefinition = settingTable[name];
  const { kind, description, default: fallback, min = 0, max } = definition;
  const unit = kind === 'seconds' ? ' s' : '';
  const range = max === undefined ? '' : `, ${min} to ${max}${unit}`;
  const note = fallback === undefined ? ', must be set' : fallback === '' ? '' : `, default ${fallback}${unit}`;
  return `${description}${range} (${keyOf(name)}${note})`;
}

/**
 * Reads the file's text: `KEY=value` lines, `#` comments, quotes around values.
 *
 * @throws RollError `BAD_SETTING` for any other line, an unknown key and one given twice.
 */
export function parseConfig(text: string, path: string): SettingTexts {
  return readLines(text, path, (problem) => {
    throw problem;
  });
}

/** The lines of the file that set something; what is wrong with others goes to `complain`. */
function readLines(text: string, path: string, complain: (problem: RollError) => void): SettingTexts {
  const texts: Partial<Record<SettingName, string>> = {};
  text.split(/\r?\n/).forEach((line, index) => {
    if (/^\s*(?:#|$)/.test(line)) return;
    const where = `${path}:${index + 1}`;
    const match = /^\s*([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|([^\s"'#]*))\s*(?:#.*)?$/.exec(line);
    if (match === null) {
      // The rest of the line is not shown: whatever it is, it was not meant for the journal.
      complain(bad(`${where}: ${/^\s*([A-Z_]+)/.exec(line)?.[1] ?? 'this line'} … is not KEY=value`));
      return;
    }
    const [, key = ''] = match;
    const values: readonly (string | undefined)[] = match.slice(2);
    const name = settingNames.find((one) => keyOf(one) === key);
    if (name === undefined) complain(bad(`${where}: unknown setting ${key}`));
    else if (name in texts) complain(bad(`${where}: ${key} is set twice`));
    else texts[name] = values.find((value) => value !== undefined) ?? '';
  });
  return texts;
}

/** Settings for what must go on whatever the file says: to look at a turn, and to end it. */
export interface ForgivenSettings {
  readonly settings: Settings;
  /** What is wrong with the file and the options; the default was taken in its place, or nothing where there is none. */
  readonly problems: readonly RollError[];
}

/**
 * Reads what can be read. A setting that is wrong keeps nobody from seeing where the node is, or from getting it out of
 * standby.
 *
 * @param given - The settings among the options.
 */
export function readForgivingly(
  { text, path, given }: { readonly text: string; readonly path: string; readonly given: SettingTexts },
  { hostname }: { readonly hostname: string },
): ForgivenSettings {
  const problems: RollError[] = [];
  const texts = { ...readLines(text, path, (problem) => problems.push(problem)), ...given };
  const values: Partial<Record<SettingName, KindOf[keyof KindOf]>> = {};
  for (const name of settingNames) {
    try {
      values[name] = valueOf(name, texts[name]);
    } catch (error) {
      if (!(error instanceof RollError)) throw error;
      problems.push(error);
      const { default: fallback }: SettingDefinition = settingTable[name];
      values[name] = fallback === undefined ? '' : valueOf(name, fallback);
    }
  }
  const settings = values as { -readonly [N in SettingName]: Settings[N] };
  settings.node ||= hostOnly(hostname);
  return { settings, problems };
}

function hostOnly(hostname: string): string {
  return hostname.split('.', 1)[0] ?? hostname;
}

/**
 * Checks everything that can be checked without the cluster.
 *
 * @throws RollError `BAD_SETTING` that names the setting and says what is allowed.
 */
export function readSettings(texts: SettingTexts, { hostname }: { readonly hostname: string }): Settings {
  const values: Partial<Record<SettingName, KindOf[keyof KindOf]>> = {};
  for (const name of settingNames) values[name] = valueOf(name, texts[name]);
  const settings = values as { -readonly [N in SettingName]: Settings[N] };
  settings.node ||= hostOnly(hostname);
  if (settings['health-url'] !== '' && !settings['health-url'].includes('{node}')) {
    throw bad('health-url must hold {node}, in whose place the name of each node is put');
  }
  if (settings['wake-after'] >= settings['reboot-timeout']) {
    throw bad(
      'wake-after must be less than reboot-timeout, or the alarm comes when nobody waits for the node any more',
    );
  }
  const turn = turnLimit(settings);
  if (windowLength(settings.window) * 60 < turn) {
    throw bad(
      `window: ${settings.window.text} never opens wide enough: one turn may take ${turn} s (move-timeout, drain-timeout, ` +
        'reboot-timeout, healthy-timeout and soak together)',
    );
  }
  if (settings['turn-wait'] < turn) {
    throw bad(
      `turn-wait must be at least ${turn} s, the longest turn: whoever waits raises the alarm for a node that is lost`,
    );
  }
  return settings;
}

/** The longest a turn of one node may take, s; the lock is good for as long. */
export function turnLimit(settings: Settings): number {
  const parts = ['move-timeout', 'drain-timeout', 'reboot-timeout', 'healthy-timeout', 'soak'] as const;
  // Failing back is one more move; a minute for all that is quick.
  return parts.reduce((sum, name) => sum + settings[name], 60 + (settings.failback ? settings['move-timeout'] : 0));
}

function valueOf(name: SettingName, given: string | undefined): KindOf[keyof KindOf] {
  const { kind, description, min = 0, max = Infinity, ...definition }: SettingDefinition = settingTable[name];
  const text = given ?? definition.default;
  if (text === undefined || (text === '' && definition.default === undefined)) {
    throw bad(`${name} is not set (${description}): put ${keyOf(name)}=… into ${defaultConfigPath}`);
  }
  switch (kind) {
    case 'text':
      if (/\p{Cc}/u.test(text)) throw bad(`${name} has a control character in it`);
      return text;
    case 'trigger':
      if (text !== 'always' && text !== 'required') throw bad(`${name} must be always or required, not ${text}`);
      return text;
    case 'words':
      return text.split(' ').filter((word) => word !== '');
    case 'url':
      return text === '' ? text : urlOf(name, text);
    case 'seconds':
    case 'count': {
      const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (number >= min && number <= max) return number;
      throw bad(
        `${name} must be a whole number${kind === 'seconds' ? ' of seconds' : ''} from ${min} to ${max}, not ${text}`,
      );
    }
    case 'switch':
      if (text === 'yes' || text === 'no') return text === 'yes';
      throw bad(`${name} must be yes or no, not ${text}`);
    case 'window':
      return parseWindow(text);
  }
}

function urlOf(name: SettingName, text: string): string {
  // {node} is no part of a URL, but a name in its place is.
  const url = URL.canParse(text.replaceAll('{node}', 'node')) ? new URL(text.replaceAll('{node}', 'node')) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw bad(`${name} must be an http or https URL`);
  // What does not answer is named in the journal, and fetch takes no URL with a password.
  if (url.username !== '' || url.password !== '') throw bad(`${name} must not have a user name or password in it`);
  return text;
}

function bad(message: string): RollError {
  return new RollError('BAD_SETTING', message);
}
