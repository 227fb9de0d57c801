// The settings as data: the configuration file, the command line and the help read them.
//
// One file of KEY=value lines, as the vendor's and Debian's own under /etc/default are; each setting is an option of the
// command line too, by its name in small letters with dashes.
import { textfileDirectory } from '@sleepi3/program';
import type { Window } from './window.js';

/** What a setting of a kind is, once it is read. */
export interface KindOf {
  text: string;
  trigger: 'always' | 'required';
  words: readonly string[];
  url: string;
  seconds: number;
  count: number;
  switch: boolean;
  window: Window;
}

export interface SettingDefinition {
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

/** The longest a turn of one node may take, s; the lock is good for as long. */
export function turnTimeout(settings: Settings): number {
  const parts = ['move-timeout', 'drain-timeout', 'reboot-timeout', 'healthy-timeout', 'soak'] as const;
  // Failing back is one more move; a minute for all that is quick.
  return parts.reduce((sum, name) => sum + settings[name], 60 + (settings.failback ? settings['move-timeout'] : 0));
}
