// pcs resource: what the cluster runs.
import type { CibCommand, Command } from '../../command/command.js';
import { cibChange, change, type Change, flags, type Force, type Wait } from '../../command/change.js';
import { legacyRoles } from '../../command/roles.js';
import { agentMetadata } from '../../read/reads.js';
import {
  choice,
  id,
  invalid,
  literal,
  nodeName,
  type OptionChanges,
  type Options,
  pairs,
  section,
  someChanges,
  waitSeconds,
} from '../../command/words.js';
import { readDescription, setDescription } from '../description.js';
import { bundleCreate, bundleReset, bundleUpdate } from './bundle.js';
import { defaultsFamily } from './defaults.js';
import {
  actionName,
  type CleanupFilter,
  cleanupWords,
  createCommand,
  DEFAULT_MOVE_WAIT,
  type CreateSettings,
  type GroupPlace,
  list,
  placeFlags,
  updateCommand,
  type UpdateSettings,
} from './primitive.js';

/** A clone made together with the resource. */
export interface CloneSettings {
  /** The clone's id; pcs's default is the resource's with `-clone`. */
  readonly id?: string;
  /** The clone's own meta attributes, such as `interleave`. */
  readonly meta?: Options;
}

/** What an agent says of itself, such as `ocf:heartbeat:IPaddr2`; `pcs resource describe` takes a second. */
export const describe = agentMetadata;

/** `pcs resource description`, since pcs 0.12.2: of a resource, group, clone or bundle; empty when there is none. */
export const description = (resource: string): CibCommand<string> =>
  readDescription(['resource', 'description'], resource);

/** `pcs resource description`, since pcs 0.12.2: sets it; the empty text removes it. */
const describeAs = (resource: string, text: string): CibCommand<Change> =>
  setDescription(['resource', 'description'], resource, text);
export { describeAs as setDescription };

/** What `pcs resource create` can wrap the resource in. */
export interface ResourceCreateSettings extends CreateSettings {
  readonly clone?: true | CloneSettings;
  readonly promotable?: true | CloneSettings;
  /** Put it into this bundle. */
  readonly bundle?: string;
  /**
   * In the words that pcs will want one day (`--future`), since pcs 0.12: the resource is the same, and pcs complains of nothing
   * deprecated.
   */
  readonly future?: boolean;
}

/**
 * `pcs resource create`. With `stonith-enabled` and no fence device resources stay stopped: create the fencing first.
 * @param resource The new resource's id.
 * @param type The agent, such as `ocf:heartbeat:IPaddr2`.
 * @param options The agent's parameters.
 */
export const create = (
  resource: string,
  type: string,
  options: Options = {},
  settings: ResourceCreateSettings = {},
): CibCommand<Change> => {
  const { clone, promotable, bundle, group, future = false } = settings;
  if ([clone, promotable, bundle, group].filter((part) => part !== undefined).length > 1) {
    invalid('a resource is created in one of clone, promotable, bundle or group');
  }
  return createCommand('resource', resource, type, options, settings, [
    ...(clone === undefined ? [] : ['clone', ...cloneWords(clone, future)]),
    ...(promotable === undefined ? [] : ['promotable', ...cloneWords(promotable, future)]),
    ...(bundle === undefined ? [] : ['bundle', id(bundle, 'bundle')]),
  ]);
};

/** `pcs resource update`: what is not named is kept, null removes. */
export const update = (
  resource: string,
  options: OptionChanges = {},
  settings: UpdateSettings = {},
): CibCommand<Change> => updateCommand('resource', resource, options, settings);

/** `pcs resource delete`: a resource, or a group, clone or bundle with everything in it; it is stopped first. */
export const remove = (resource: string, options: Force = {}): CibCommand<Change> =>
  cibChange(['resource', 'delete', id(resource)], options);
export { remove as delete };

/** `pcs resource enable`: the cluster may start them. Takes tags too. */
export const enable = (resources: string | readonly string[], options: Wait = {}): CibCommand<Change> =>
  cibChange(['resource', 'enable', ...list(resources)], options);

export interface DisableOptions extends Wait {
  /**
   * Only if nothing else is affected: `strict` (pcs's default) for in any way, `loose` for stopped or demoted.
   * Needs the running cluster.
   */
  readonly safe?: 'strict' | 'loose';
}

/** `pcs resource disable`: the cluster stops them and keeps them stopped. Takes tags too. */
export const disable = (
  resources: string | readonly string[],
  { safe, ...wait }: DisableOptions = {},
): CibCommand<Change> =>
  cibChange(['resource', 'disable', ...list(resources)], {
    ...wait,
    options: flags({
      '--safe': safe !== undefined,
      '--no-strict': safe !== undefined && choice(safe, ['strict', 'loose'], 'safe') === 'loose',
    }),
  });

/** `pcs resource disable --simulate --brief`: the ids of the resources that would be affected; nothing changes. */
export const simulateDisable = (resources: string | readonly string[]): Command<readonly string[]> => ({
  ...change(['resource', 'disable', ...list(resources)], { options: ['--simulate', '--brief'] }),
  parse: ({ stdout }) =>
    stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== ''),
});

/** Where to move, and how long to wait. */
export interface MoveOptions extends Wait {
  /** Without it: away from where it runs. */
  readonly node?: string;
  /** The promoted instance of a promotable clone; name the clone then. */
  readonly promoted?: boolean;
}

/**
 * `pcs resource move` of pcs 0.11 and later: simulates, moves, waits, and removes its constraint again. Waiting takes
 * up to twice `wait` (seconds, default 60). The whole procedure for every version is `Pcs.resource.move`.
 */
export const move = (
  resource: string,
  { node, promoted, wait = DEFAULT_MOVE_WAIT, strict }: MoveOptions & { readonly strict?: boolean } = {},
): Command<Change> => {
  const options = flags({ '--promoted': promoted, '--strict': strict });
  return change(['resource', 'move', id(resource), ...optionalNode(node)], {
    wait,
    options,
    variants: [
      {
        having: 'pcmk.resource.move.autoclean',
        without: 'pcmk.resource.move.autoclean.default',
        options: ['--autodelete', ...flags({ '--master': promoted, '--strict': strict })],
      },
      {
        without: 'pcmk.resource.move.autoclean.default',
        unsupported: "its 'resource move' leaves the constraint behind: use moveWithConstraint, then clear",
      },
    ],
  });
};

/** How long a constraint of ban or moveWithConstraint holds. */
export interface Lifetime {
  /** An ISO 8601 duration such as `PT10M`; for ever without it. */
  readonly lifetime?: string;
}

/** `pcs resource move-with-constraint`: moves, and leaves the constraint until it is cleared. */
export const moveWithConstraint = (
  resource: string,
  { node, promoted, lifetime, wait }: MoveOptions & Lifetime = {},
): CibCommand<Change> => {
  const rest = [id(resource), ...optionalNode(node), ...lifetimeWord(lifetime)];
  return cibChange(['resource', 'move-with-constraint', ...rest], {
    wait,
    options: flags({ '--promoted': promoted }),
    variants: [
      {
        without: 'pcmk.resource.move.autoclean.default',
        words: ['resource', 'move', ...rest],
        options: flags({ '--master': promoted }),
      },
    ],
  });
};

/** `pcs resource ban`: keeps a resource off a node (default: the one it runs on) by a constraint. */
export const ban = (
  resource: string,
  { node, promoted, lifetime, wait }: MoveOptions & Lifetime = {},
): CibCommand<Change> =>
  placed(['resource', 'ban', id(resource), ...optionalNode(node), ...lifetimeWord(lifetime)], { promoted, wait });

/** `pcs resource clear`: removes the constraints of moves and bans. */
export const clear = (
  resource: string,
  { node, promoted, wait, expired }: MoveOptions & { readonly expired?: boolean } = {},
): CibCommand<Change> =>
  placed(['resource', 'clear', id(resource), ...optionalNode(node)], { promoted, wait, expired });

/** `pcs resource clone`: of a resource or group. */
export const clone = (
  resource: string,
  { id: cloneId, meta, ...options }: CloneSettings & Wait & Force = {},
): CibCommand<Change> => cibChange(['resource', 'clone', id(resource), ...cloneMeta(cloneId, meta)], options);

/** `pcs resource promotable`: a clone whose instances can be promoted. */
export const promotable = (
  resource: string,
  { id: cloneId, meta, ...options }: CloneSettings & Wait & Force = {},
): CibCommand<Change> => cibChange(['resource', 'promotable', id(resource), ...cloneMeta(cloneId, meta)], options);

/** `pcs resource unclone`: the resource stays, as a single instance. */
export const unclone = (resource: string, options: Wait = {}): CibCommand<Change> =>
  cibChange(['resource', 'unclone', id(resource)], options);

/** `pcs resource ungroup`: dissolves a group, or takes the resources out of it; the resources stay. */
export const ungroup = (name: string, resources: readonly string[] = [], options: Wait = {}): CibCommand<Change> =>
  cibChange(['resource', 'ungroup', id(name, 'group'), ...resources.map((resource) => id(resource))], options);

/** `pcs resource group …` */
export const group = {
  /** `pcs resource group add`: creates the group if need be, or moves resources within it. */
  add: (
    name: string,
    resources: string | readonly string[],
    { before, after, ...options }: GroupPlace & Wait = {},
  ): CibCommand<Change> =>
    cibChange(['resource', 'group', 'add', id(name, 'group'), ...list(resources)], {
      ...options,
      options: placeFlags({ before, after }),
    }),
  /** `pcs resource group delete`: the same as `ungroup`. */
  delete: (name: string, resources: readonly string[] = [], options: Wait = {}): CibCommand<Change> =>
    cibChange(['resource', 'group', 'delete', id(name, 'group'), ...resources.map((one) => id(one))], options),
};

/** `pcs resource bundle …` */
export const bundle = {
  /** `pcs resource bundle create`: `rkt` ended with Pacemaker 3. */
  create: bundleCreate,
  /** `pcs resource bundle reset`: what is not named goes back to the default. */
  reset: bundleReset,
  /** `pcs resource bundle update`: what is not named is kept. */
  update: bundleUpdate,
};

/** `pcs resource meta`: of a resource, group or clone; null removes. */
export const meta = (resource: string, attributes: OptionChanges, options: Wait & Force = {}): CibCommand<Change> =>
  cibChange(['resource', 'meta', id(resource), ...someChanges(attributes, 'meta attribute')], options);

/** `pcs resource op …` */
export const op = {
  /** `pcs resource op add`. */
  add: (resource: string, action: string, options: Options = {}, force: Force = {}): CibCommand<Change> =>
    cibChange(['resource', 'op', 'add', id(resource), actionName(action), ...pairs(options)], force),
  /** `pcs resource op delete`: the operation with exactly these options. */
  delete: (resource: string, action: string, options: Options = {}): CibCommand<Change> =>
    cibChange(['resource', 'op', 'delete', id(resource), actionName(action), ...pairs(options)]),
  /** `pcs resource op delete <operation id>`. */
  deleteById: (operation: string): CibCommand<Change> =>
    cibChange(['resource', 'op', 'delete', id(operation, 'operation')]),
  /** `pcs resource op defaults …`: for all operations that do not say otherwise. */
  defaults: defaultsFamily(['resource', 'op', 'defaults']),
};

/** `pcs resource defaults …`: meta attributes for all resources that do not say otherwise. */
export const defaults = defaultsFamily(['resource', 'defaults']);

/** `pcs resource cleanup`: forgets failed operations and looks again. Without a resource: all. */
export const cleanup = (resource?: string, filter: CleanupFilter = {}): Command<Change> =>
  change(['resource', 'cleanup', ...cleanupWords(resource, filter)], { options: flags({ '--strict': filter.strict }) });

/** `pcs resource refresh`: forgets the whole operation history and looks again. Without a resource: all. */
export const refresh = (
  resource?: string,
  { node, strict, ...force }: Pick<CleanupFilter, 'node' | 'strict'> & Force = {},
): Command<Change> =>
  change(['resource', 'refresh', ...cleanupWords(resource, { node })], {
    ...force,
    options: flags({ '--strict': strict }),
  });

/** `pcs resource restart`: waits for it, `wait` seconds (default 60). A node only for clones and bundles. */
export const restart = (
  resource: string,
  { node, wait = DEFAULT_MOVE_WAIT }: Pick<MoveOptions, 'node' | 'wait'> = {},
): Command<Change> => change(['resource', 'restart', id(resource), ...optionalNode(node)], { wait: waitSeconds(wait) });

/** `pcs resource manage`: the cluster controls them again. */
export const manage = (resources: string | readonly string[], monitor: Monitor = {}): CibCommand<Change> =>
  cibChange(['resource', 'manage', ...list(resources)], { options: flags({ '--monitor': monitor.monitor }) });

/** `pcs resource unmanage`: the cluster neither starts nor stops them. */
export const unmanage = (resources: string | readonly string[], monitor: Monitor = {}): CibCommand<Change> =>
  cibChange(['resource', 'unmanage', ...list(resources)], { options: flags({ '--monitor': monitor.monitor }) });

/** Whether manage enables, and unmanage disables, the monitor operations too. */
export interface Monitor {
  readonly monitor?: boolean;
}

/** `pcs resource utilization`: what it needs of a node's capacities, in whole numbers; null removes. */
export const utilization = (resource: string, needs: Readonly<Record<string, number | null>>): CibCommand<Change> =>
  cibChange(['resource', 'utilization', id(resource), ...someChanges(needs, 'need')]);

/** `pcs resource relocate …`: to the nodes resources prefer, ignoring stickiness. */
export const relocate = {
  /** `pcs resource relocate run`; without resources: all. */
  run: (...resources: readonly string[]): Command<Change> =>
    change(['resource', 'relocate', 'run', ...resources.map((one) => id(one))]),
  /** `pcs resource relocate dry-run`: what `run` would do, as text. */
  dryRun: (...resources: readonly string[]): CibCommand<Change> =>
    cibChange(['resource', 'relocate', 'dry-run', ...resources.map((one) => id(one))]),
  /** `pcs resource relocate clear`: the constraints an interrupted `run` left. */
  clear: (): CibCommand<Change> => cibChange(['resource', 'relocate', 'clear']),
};

/** `pcs resource debug-start`, `-stop`, `-promote`, `-demote`, `-monitor`: on this node, behind the cluster's back. */
export const debug = (
  action: 'start' | 'stop' | 'promote' | 'demote' | 'monitor',
  resource: string,
  options: Force & { readonly full?: boolean } = {},
): Command<Change> => {
  const { full, ...force } = options;
  const word = choice(action, ['start', 'stop', 'promote', 'demote', 'monitor'], 'action');
  return change(['resource', `debug-${word}`, id(resource)], { ...force, options: flags({ '--full': full }) });
};

function placed(
  words: readonly string[],
  {
    promoted,
    wait,
    expired,
  }: { promoted?: boolean | undefined; wait?: number | undefined; expired?: boolean | undefined },
): CibCommand<Change> {
  const options = flags({ '--promoted': promoted, '--expired': expired });
  const variants = legacyRoles(words, options);
  return cibChange(words, {
    options,
    wait,
    variants,
  });
}

/** In `create` a bare `name=value` after `clone` is the clone's; after `clone meta` it silently became the resource's. */
function cloneWords(settings: true | CloneSettings, future: boolean): string[] {
  if (settings === true) return [];
  if (future) return cloneMeta(settings.id, settings.meta);
  return [...(settings.id === undefined ? [] : [id(settings.id, 'clone')]), ...pairs(settings.meta, 'clone option')];
}

/** In `clone` itself `meta` is accepted by every version, and the form the later ones want. */
function cloneMeta(cloneId: string | undefined, attributes: Options | undefined): string[] {
  return [
    ...(cloneId === undefined ? [] : [id(cloneId, 'clone')]),
    ...section('meta', pairs(attributes, 'clone option')),
  ];
}

function optionalNode(node: string | undefined): string[] {
  return node === undefined ? [] : [nodeName(node)];
}

function lifetimeWord(lifetime: string | undefined): string[] {
  if (lifetime === undefined) return [];
  if (!/^P[0-9YMWDTHS.]+$/.test(lifetime)) invalid(`lifetime ${JSON.stringify(lifetime)} is not an ISO 8601 duration`);
  return [`lifetime=${literal(lifetime, 'lifetime')}`];
}
