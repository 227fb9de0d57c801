// pcs stonith: the fence devices, and fencing itself.
import type { CibCommand, Command } from '../../command/command.js';
import {
  cibChange,
  change,
  type Change,
  type Confirmed,
  confirmed,
  flags,
  type Force,
  type RequestTimeout,
  type SkipOffline,
  type Wait,
} from '../../command/change.js';
import { agentMetadata, fencingHistory } from '../../read/reads.js';
import {
  id,
  ids,
  integer,
  invalid,
  nodeName,
  type OptionChanges,
  optionName,
  type Options,
  pairs,
  path,
  someChanges,
  literal,
  choice,
} from '../../command/words.js';
import { readDescription, setDescription } from '../description.js';
import {
  actionName,
  type CleanupFilter,
  cleanupWords,
  createCommand,
  type CreateSettings,
  list,
  updateCommand,
  type UpdateSettings,
} from './primitive.js';

/**
 * `pcs stonith create`. Passwords in the options show in the process list while pcs runs: prefer an agent's
 * `*_script` option.
 * @param device The new fence device's id.
 * @param agent The fence agent, such as `fence_sleepi3`.
 * @param options The agent's parameters and the `pcmk_*` ones.
 */
export const create = (
  device: string,
  agent: string,
  options: Options = {},
  settings: CreateSettings = {},
): CibCommand<Change> => createCommand('stonith', device, agent, options, settings);

/** `pcs stonith update`: what is not named is kept, null removes. */
export const update = (
  device: string,
  options: OptionChanges = {},
  settings: UpdateSettings = {},
): CibCommand<Change> => updateCommand('stonith', device, options, settings);

/** `pcs stonith delete`. */
export const remove = (device: string, options: Force = {}): CibCommand<Change> =>
  cibChange(['stonith', 'delete', id(device)], options);
export { remove as delete };

/** `pcs stonith enable`. */
export const enable = (devices: string | readonly string[], options: Wait = {}): CibCommand<Change> =>
  cibChange(['stonith', 'enable', ...list(devices)], options);

/** `pcs stonith disable`. */
export const disable = (devices: string | readonly string[], options: Wait & Force = {}): CibCommand<Change> =>
  cibChange(['stonith', 'disable', ...list(devices)], options);

/** `pcs stonith meta`; null removes. pcs 0.10 has it as `resource meta`. */
export const meta = (device: string, attributes: OptionChanges, options: Wait & Force = {}): CibCommand<Change> => {
  const rest = ['meta', id(device), ...someChanges(attributes, 'meta attribute')];
  return cibChange(['stonith', ...rest], {
    ...options,
    variants: [{ without: 'pcmk.cib.roles.promoted-unpromoted', words: ['resource', ...rest] }],
  });
};

/** `pcs stonith op …`; pcs 0.10 has it as `resource op`. */
export const op = {
  /** `pcs stonith op add`. */
  add: (device: string, action: string, options: Options = {}, force: Force = {}): CibCommand<Change> =>
    opCommand(['add', id(device), actionName(action), ...pairs(options)], force),
  /** `pcs stonith op delete`: the operation with exactly these options. */
  delete: (device: string, action: string, options: Options = {}): CibCommand<Change> =>
    opCommand(['delete', id(device), actionName(action), ...pairs(options)]),
  /** `pcs stonith op delete <operation id>`. */
  deleteById: (operation: string): CibCommand<Change> => opCommand(['delete', id(operation, 'operation')]),
};

/** Whom a fencing level is for. */
export type LevelTarget =
  | string
  | { readonly node: string }
  | { readonly regexp: string }
  | { readonly attribute: string; readonly value: string };

/** `pcs stonith level …`: which devices are tried, in which order. */
export const level = {
  /** `pcs stonith level add`: level 1 to 9, tried in ascending order; all devices of a level must succeed. */
  add: (index: number, target: LevelTarget, devices: string | readonly string[], options: Force = {}) =>
    cibChange(
      ['stonith', 'level', 'add', String(integer(index, 1, 9, 'level')), targetWord(target), ...list(devices)],
      options,
    ),
  /** `pcs stonith level delete`: the level, only for a target, only with these devices. */
  delete: (index: number, filter: { readonly target?: LevelTarget; readonly devices?: readonly string[] } = {}) =>
    cibChange([
      ...['stonith', 'level', 'delete', String(integer(index, 1, 9, 'level'))],
      ...(filter.target === undefined ? [] : ['target', targetWord(filter.target)]),
      ...(filter.devices === undefined ? [] : ['stonith', ...ids(filter.devices, 'device')]),
    ]),
  /** `pcs stonith level clear`: all levels, or those of a target, or those with these devices. */
  clear: (
    filter: { readonly all: true } | { readonly target: LevelTarget } | { readonly devices: readonly string[] },
  ) => {
    if ('target' in filter) return cibChange(['stonith', 'level', 'clear', 'target', targetWord(filter.target)]);
    if ('devices' in filter) {
      return cibChange(['stonith', 'level', 'clear', 'stonith', ...ids(filter.devices, 'device')]);
    }
    return cibChange(['stonith', 'level', 'clear']);
  },
  /** `pcs stonith level verify`: fails when a level names a device or node that is not there. */
  verify: () => cibChange(['stonith', 'level', 'verify']),
};

/** What a fence agent says of itself, where `pcs stonith describe` takes a second. */
export const describe = (agent: string) => agentMetadata(`stonith:${agent}`);

/** `pcs stonith description`, since pcs 0.12.2; empty when there is none. */
export const description = (device: string): CibCommand<string> => readDescription(['stonith', 'description'], device);

/** `pcs stonith description`, since pcs 0.12.2: sets it; the empty text removes it. */
const describeAs = (device: string, text: string): CibCommand<Change> =>
  setDescription(['stonith', 'description'], device, text);
export { describeAs as setDescription };

/** How long a fencing may take before the call gives up, in milliseconds: an off and on of several devices in turn. */
const FENCING_TIMEOUT_MS = 600_000;

/** `pcs stonith fence`: reboots the node, or with `off` turns it off. Returns when the fencing is over. */
export const fence = (node: string, options: { readonly off?: boolean } = {}): Command<Change> =>
  change(['stonith', 'fence', nodeName(node)], {
    options: flags({ '--off': options.off }),
    timeoutMs: FENCING_TIMEOUT_MS,
  });

/**
 * `pcs stonith confirm`: tells the cluster that the node is off. If it is not, data is lost. pcs does not check that
 * the node exists; `Pcs.stonith.confirm` does.
 */
export const confirm = (node: string, { yes }: Confirmed): Command<Change> =>
  confirmed(['stonith', 'confirm', nodeName(node)], yes);

/** `pcs stonith history …` */
export const history = {
  /** The fencing operations remembered for a node, or for all, from `stonith_admin --history`. */
  show: fencingHistory,
  /** `pcs stonith history cleanup`: of a node, or of all. */
  cleanup: (node?: string): Command<Change> =>
    change(['stonith', 'history', 'cleanup', ...(node === undefined ? [] : [nodeName(node)])]),
  /** `pcs stonith history update`: collects the history from all nodes. */
  update: (): Command<Change> => change(['stonith', 'history', 'update']),
};

/** `pcs stonith cleanup`: forgets failed operations. Without a device: all. */
export const cleanup = (device?: string, filter: CleanupFilter = {}): Command<Change> =>
  change(['stonith', 'cleanup', ...cleanupWords(device, filter)], { options: flags({ '--strict': filter.strict }) });

/** `pcs stonith refresh`: forgets the whole operation history. Without a device: all. */
export const refresh = (device?: string, filter: Pick<CleanupFilter, 'node' | 'strict'> = {}): Command<Change> =>
  change(['stonith', 'refresh', ...cleanupWords(device, filter)], { options: flags({ '--strict': filter.strict }) });

/** `pcs stonith update-scsi-devices`: without touching other resources. */
export const updateScsiDevices = (
  device: string,
  devices:
    { readonly set: readonly string[] } | { readonly add?: readonly string[]; readonly delete?: readonly string[] },
  options: SkipOffline & RequestTimeout = {},
): Command<Change> => {
  const part = (keyword: string, paths: readonly string[] = []) =>
    paths.length === 0 ? [] : [keyword, ...paths.map((one) => path(one, 'device'))];
  const words =
    'set' in devices ? part('set', devices.set) : [...part('add', devices.add), ...part('delete', devices.delete)];
  if (words.length === 0) invalid('name at least one SCSI device');
  return change(['stonith', 'update-scsi-devices', id(device), ...words], {
    ...options,
    variants: [{ without: 'pcmk.stonith.update.scsi-devices', unsupported: 'it has no update-scsi-devices' }],
  });
};

/** Something for all nodes, or for one. */
export interface PerNode {
  readonly path: string;
  /** Only on this node. */
  readonly node?: string;
}

/** What SBD needs. */
export interface SbdSettings extends Force, SkipOffline, RequestTimeout {
  readonly watchdog?: readonly PerNode[];
  readonly device?: readonly PerNode[];
  /** `SBD_WATCHDOG_TIMEOUT` and its like, see sbd(8). */
  readonly options?: Options;
  /** Do not test the watchdog; the test may restart a node whose watchdog cannot be stopped. */
  readonly noWatchdogValidation?: boolean;
}

/** `pcs stonith sbd …`: self-fencing by a watchdog. */
export const sbd = {
  /** `pcs stonith sbd enable`: takes effect with the cluster's next start. */
  enable: (settings: SbdSettings = {}): Command<Change> => {
    const { watchdog = [], device = [], options, noWatchdogValidation, ...rest } = settings;
    return change(
      [
        ...['stonith', 'sbd', 'enable'],
        ...watchdog.map((one) => `watchdog=${pathOnNode(one)}`),
        ...device.map((one) => `device=${pathOnNode(one)}`),
        ...pairs(options),
      ],
      { ...rest, options: flags({ '--no-watchdog-validation': noWatchdogValidation }) },
    );
  },
  /** `pcs stonith sbd disable`: takes effect with the cluster's next start. */
  disable: (options: SkipOffline & RequestTimeout = {}): Command<Change> =>
    change(['stonith', 'sbd', 'disable'], options),
  /** `pcs stonith sbd device setup`: overwrites everything on the devices. */
  deviceSetup: (devices: readonly string[], options: Confirmed & { readonly timeouts?: Options }): Command<Change> => {
    if (devices.length === 0) invalid('name at least one device');
    const words = devices.map((device) => `device=${path(device, 'device')}`);
    return confirmed(['stonith', 'sbd', 'device', 'setup', ...words, ...pairs(options.timeouts)], options.yes);
  },
  /** `pcs stonith sbd device message`. */
  deviceMessage: (
    device: string,
    node: string,
    message: 'test' | 'reset' | 'off' | 'crashdump' | 'exit' | 'clear',
  ): Command<Change> =>
    change([
      ...['stonith', 'sbd', 'device', 'message', path(device, 'device'), nodeName(node)],
      choice(message, ['test', 'reset', 'off', 'crashdump', 'exit', 'clear'], 'message'),
    ]),
};

function targetWord(target: LevelTarget): string {
  if (typeof target === 'string') return `node%${nodeName(target)}`;
  if ('node' in target) return `node%${nodeName(target.node)}`;
  if ('regexp' in target) return `regexp%${literal(target.regexp, 'regexp')}`;
  return `attrib%${optionName(target.attribute, 'attribute')}=${literal(target.value, 'value')}`;
}

function pathOnNode({ path: file, node }: PerNode): string {
  const checked = path(file);
  // pcs takes what follows the last @ for a node's name.
  if (checked.includes('@') && node === undefined) invalid(`${file}: name the node, because pcs splits at the @`);
  return node === undefined ? checked : `${checked}@${nodeName(node)}`;
}

function opCommand(rest: readonly string[], force: Force = {}): CibCommand<Change> {
  return cibChange(['stonith', 'op', ...rest], {
    ...force,
    variants: [{ without: 'pcmk.cib.roles.promoted-unpromoted', words: ['resource', 'op', ...rest] }],
  });
}
