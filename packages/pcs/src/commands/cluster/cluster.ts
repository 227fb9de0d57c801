// pcs cluster: corosync, its nodes, and the daemons on them.
import type { CibCommand, Command } from '../../command/command.js';
import {
  cibChange,
  change,
  type Change,
  flags,
  type Force,
  type RequestTimeout,
  type SkipOffline,
  type Wait,
} from '../../command/change.js';
import { PcsError } from '../../errors.js';
import {
  address,
  changes,
  choice,
  id,
  integer,
  invalid,
  KEYWORDS,
  literal,
  nodeName,
  type NodeSelection,
  nodeWords,
  type OptionChanges,
  type Options,
  pairs,
  path,
  section,
  someChanges,
} from '../../command/words.js';
import { type Credentials, withPassword } from '../../command/password.js';

/** A node to be: its name, and an address for each link when they are not those of `host auth`. */
export type NewNode = string | { readonly name: string; readonly addresses: readonly string[] };

/** How the nodes talk to each other; all names are those of corosync.conf(5) without their prefixes. */
export interface Transport {
  /** Default knet, the only one with several links, encryption and compression. */
  readonly type?: 'knet' | 'udp' | 'udpu';
  readonly options?: Options;
  /** For each link in the order of the nodes' addresses, or by `linknumber`. */
  readonly links?: readonly Options[];
  readonly compression?: Options;
  readonly crypto?: Options;
}

export interface SetupSettings extends Wait, Force {
  readonly transport?: Transport;
  readonly totem?: Options;
  /** `auto_tie_breaker`, `wait_for_all` and the like; pcs itself writes `two_node` for two nodes. */
  readonly quorum?: Options;
  /** Start the cluster when a node boots. */
  readonly enable?: boolean;
  /** Start the cluster now. */
  readonly start?: boolean;
  /** Keep the keys that are on the nodes already. */
  readonly noKeysSync?: boolean;
  /** Make no cluster UUID; pcs before 0.11 never does. */
  readonly noClusterUuid?: boolean;
  /** Touch no node: only write a corosync.conf to this path. Not together with enable, start, noKeysSync. */
  readonly corosyncConf?: string;
  /** Overwrite that file. */
  readonly overwrite?: boolean;
}

/** Setting up talks to every node several times; 66 s was seen on slow machines. */
const SETUP_TIMEOUT_MS = 900_000;
/** Stopping waits for every resource to stop. */
const STOP_TIMEOUT_MS = 900_000;

/**
 * `pcs cluster setup`: destroys what cluster there was on the nodes only with `force`.
 * @param name The new cluster's name.
 */
export const setup = (name: string, nodes: readonly NewNode[], settings: SetupSettings = {}): Command<Change> => {
  const { transport, totem, quorum, corosyncConf, enable, start, wait, force } = settings;
  const live = enable === true || start === true || settings.noKeysSync === true || wait !== undefined;
  if (corosyncConf !== undefined && live) {
    invalid('corosyncConf only writes a file: enable, start, wait and noKeysSync need real nodes');
  }
  if (wait !== undefined && start !== true) invalid('wait needs start: there is nothing to wait for otherwise');
  if (nodes.length === 0) invalid('name at least one node');
  return change(
    [
      ...['cluster', 'setup', clusterName(name), ...nodes.flatMap(newNodeWords)],
      ...(transport === undefined ? [] : transportWords(transport)),
      ...section('totem', pairs(totem, 'totem option')),
      ...section('quorum', pairs(quorum, 'quorum option')),
    ],
    {
      options: setupFlags(settings),
      // A pcs that makes no UUID does not know the option either.
      variants: [{ without: 'cluster.config.uuid', options: setupFlags({ ...settings, noClusterUuid: false }) }],
      timeoutMs: SETUP_TIMEOUT_MS,
      wait,
      force,
    },
  );
};

/** `pcs cluster auth`: makes the nodes of this cluster known to each other; the password goes through a pipe. */
export const auth = (credentials: Credentials): Command<Change> => withPassword(['cluster', 'auth'], credentials);

/** `pcs cluster start`: on the local node, named ones, or all. */
export const start = (nodes?: NodeSelection, options: Wait & RequestTimeout = {}): Command<Change> =>
  onNodes('start', nodes, options);

export interface StopOptions extends RequestTimeout, Force {
  /** The caller's limit, milliseconds; default 15 minutes, because every resource must stop first. */
  readonly timeoutMs?: number;
}

/** `pcs cluster stop`: pcs refuses where quorum would be lost, unless forced. */
export const stop = (nodes?: NodeSelection, options: StopOptions = {}): Command<Change> =>
  onNodes('stop', nodes, { timeoutMs: STOP_TIMEOUT_MS, ...options });

/** `pcs cluster enable`: start the cluster when the nodes boot. */
export const enable = (nodes?: NodeSelection, options: RequestTimeout = {}): Command<Change> =>
  onNodes('enable', nodes, options);

/** `pcs cluster disable`. */
export const disable = (nodes?: NodeSelection, options: RequestTimeout = {}): Command<Change> =>
  onNodes('disable', nodes, options);

/** `pcs cluster kill`: `kill -9` of every cluster daemon on the local node. */
export const kill = (): Command<Change> => change(['cluster', 'kill']);

/**
 * `pcs cluster destroy`, as it is: without a terminal pcs asks nothing. `Pcs.cluster.destroy` demands the cluster's
 * name first.
 */
export const destroy = (options: { readonly all?: boolean } & RequestTimeout = {}): Command<Change> => {
  const { all, ...rest } = options;
  return change(['cluster', 'destroy'], { ...rest, options: flags({ '--all': all }), timeoutMs: STOP_TIMEOUT_MS });
};

/**
 * The cluster's name in the local corosync.conf, by `pcs cluster corosync`.
 * @throws PcsError `MALFORMED_ANSWER` when the file names none.
 */
export const name = (): Command<string> => ({
  ...change(['cluster', 'corosync']),
  parse: ({ stdout }) => {
    const text = stdout.toString('utf8');
    const found = /^\s*cluster_name:\s*(\S+)\s*$/m.exec(text)?.[1];
    if (found === undefined) {
      throw new PcsError('MALFORMED_ANSWER', 'the local corosync.conf names no cluster', { stdout: text });
    }
    return found;
  },
});

/** `pcs cluster corosync`: the text of corosync.conf, of the local node or another. */
export const corosync = (node?: string): Command<string> => ({
  ...change(['cluster', 'corosync', ...(node === undefined ? [] : [nodeName(node)])]),
  parse: ({ stdout }) => stdout.toString('utf8'),
});

/** `pcs cluster sync`: sends corosync.conf to all nodes. */
export const sync = (options: RequestTimeout = {}): Command<Change> => change(['cluster', 'sync', 'corosync'], options);

/** `pcs cluster reload corosync`: on the local node. */
export const reload = (): Command<Change> => change(['cluster', 'reload', 'corosync']);

/** `pcs cluster rename`, since pcs 0.12.1: the cluster must be stopped. */
export const rename = (newName: string, options: Force & SkipOffline & RequestTimeout = {}): Command<Change> =>
  change(['cluster', 'rename', clusterName(newName)], {
    ...options,
    variants: [{ without: 'cluster.rename', unsupported: 'it cannot rename a cluster' }],
  });

/** `pcs cluster verify`: the errors in the configuration, as pcs's own failure. */
export const verify = (options: { readonly full?: boolean } = {}): CibCommand<Change> =>
  cibChange(['cluster', 'verify'], { options: flags({ '--full': options.full }) });

/** `pcs cluster cib-upgrade`: to the newest schema of the installed Pacemaker. */
export const cibUpgrade = (): CibCommand<Change> => cibChange(['cluster', 'cib-upgrade']);

/** `pcs cluster report`: a tarball for whoever is to find a problem. Times are `YYYY-M-D H:M:S`. */
export const report = (
  destination: string,
  options: { readonly from?: string; readonly to?: string; readonly overwrite?: boolean } = {},
): Command<Change> => {
  const time = (value: string | undefined, what: string) => (value === undefined ? undefined : literal(value, what));
  const rest = flags({ '--from': time(options.from, 'from'), '--to': time(options.to, 'to') });
  const words = ['cluster', 'report', path(destination)];
  if (options.overwrite !== true) return change(words, { options: rest, timeoutMs: STOP_TIMEOUT_MS });
  return change(words, {
    options: [...rest, '--force'],
    variants: [{ having: 'pcs.yes-to-confirm-commands', options: [...rest, '--overwrite'] }],
    timeoutMs: STOP_TIMEOUT_MS,
  });
};

/** `pcs cluster config …` */
export const config = {
  /** `pcs cluster config update`: null removes an option; some need the cluster stopped. */
  update: (parts: {
    readonly transport?: OptionChanges;
    readonly compression?: OptionChanges;
    readonly crypto?: OptionChanges;
    readonly totem?: OptionChanges;
    /** Change this file instead of the cluster's. */
    readonly corosyncConf?: string;
  }): Command<Change> => {
    const words = [
      ...section('transport', changes(parts.transport)),
      ...section('compression', changes(parts.compression)),
      ...section('crypto', changes(parts.crypto)),
      ...section('totem', changes(parts.totem)),
    ];
    if (words.length === 0) invalid('name at least one option to change');
    return change(['cluster', 'config', 'update', ...words], { options: confFile(parts) });
  },
  /** `pcs cluster config uuid generate`: a new one only with `force`. */
  uuidGenerate: (options: Force & { readonly corosyncConf?: string } = {}): Command<Change> => {
    const { force } = options;
    return change(['cluster', 'config', 'uuid', 'generate'], {
      options: confFile(options),
      force,
      variants: [{ without: 'cluster.config.uuid', unsupported: 'it knows no cluster UUID' }],
    });
  },
};

/** `pcs cluster authkey corosync`: a new key for all nodes, or the one in a file. */
export const authkey = (keyFile?: string, options: Force & SkipOffline & RequestTimeout = {}): Command<Change> =>
  change(['cluster', 'authkey', 'corosync', ...(keyFile === undefined ? [] : [path(keyFile)])], options);

/** A node to add. */
export interface NodeAddSettings extends Wait, Force, SkipOffline, RequestTimeout {
  readonly addresses?: readonly string[];
  readonly watchdog?: string;
  readonly devices?: readonly string[];
  readonly start?: boolean;
  readonly enable?: boolean;
  readonly noWatchdogValidation?: boolean;
}

/** `pcs cluster node …` */
export const node = {
  /**
   * `pcs cluster node rename-corosync`, since pcs 0.12.3: in corosync.conf, on all nodes. The cluster must be stopped; the next
   * step is `node.renameCib`.
   */
  renameCorosync: (name: string, newName: string, options: SkipOffline & RequestTimeout = {}): Command<Change> =>
    change(['cluster', 'node', 'rename-corosync', nodeName(name), nodeName(newName)], {
      ...options,
      variants: [{ without: 'cluster.node.rename-corosync', unsupported: 'it cannot rename a node' }],
    }),
  /**
   * `pcs cluster node rename-cib`, since pcs 0.12.3: in the configuration, once corosync.conf has the new name and the cluster runs
   * again. What it cannot rename by itself is in `warnings`.
   */
  renameCib: (name: string, newName: string): Command<Change> =>
    change(['cluster', 'node', 'rename-cib', nodeName(name), nodeName(newName)], {
      variants: [{ without: 'cluster.node.rename-cib', unsupported: 'it cannot rename a node' }],
    }),
  /** `pcs cluster node add`. */
  add: (newNode: string, settings: NodeAddSettings = {}): Command<Change> => {
    const {
      addresses = [],
      watchdog,
      devices = [],
      start: now,
      enable: atBoot,
      noWatchdogValidation,
      ...rest
    } = settings;
    if (rest.wait !== undefined && now !== true) invalid('wait needs start: there is nothing to wait for otherwise');
    return change(
      [
        ...['cluster', 'node', 'add', nodeName(newNode)],
        ...addresses.map((one) => `addr=${address(one)}`),
        ...(watchdog === undefined ? [] : [`watchdog=${path(watchdog, 'watchdog')}`]),
        ...devices.map((one) => `device=${path(one, 'device')}`),
      ],
      {
        ...rest,
        options: flags({ '--start': now, '--enable': atBoot, '--no-watchdog-validation': noWatchdogValidation }),
        timeoutMs: SETUP_TIMEOUT_MS,
      },
    );
  },
  /** `pcs cluster node remove`: shuts the nodes' cluster down and destroys its configuration there. */
  remove: (nodes: string | readonly string[], options: Force & SkipOffline & RequestTimeout = {}): Command<Change> =>
    change(['cluster', 'node', 'remove', ...nodeWords(nodes).words], { ...options, timeoutMs: STOP_TIMEOUT_MS }),
  /** `pcs cluster node add-remote`. */
  addRemote: (
    remote: string,
    settings: Wait &
      Force &
      SkipOffline &
      RequestTimeout & { readonly address?: string; readonly options?: Options } = {},
  ): Command<Change> => {
    const { address: at, options, ...rest } = settings;
    return change(
      [
        ...['cluster', 'node', 'add-remote', nodeName(remote)],
        ...(at === undefined ? [] : [address(at)]),
        ...pairs(options),
      ],
      rest,
    );
  },
  /** `pcs cluster node remove-remote`: by name or address. */
  removeRemote: (remote: string, options: Force & SkipOffline & RequestTimeout = {}): Command<Change> =>
    change(['cluster', 'node', 'remove-remote', address(remote, 'node')], options),
  /** `pcs cluster node add-guest`: the node that a resource starts, usually a virtual machine. */
  addGuest: (
    guest: string,
    resource: string,
    settings: Wait & Force & SkipOffline & RequestTimeout & { readonly options?: Options } = {},
  ): Command<Change> => {
    const { options, ...rest } = settings;
    return change(['cluster', 'node', 'add-guest', nodeName(guest), id(resource), ...pairs(options)], rest);
  },
  /** `pcs cluster node remove-guest`: by name, address, or the resource's id. */
  removeGuest: (guest: string, options: Wait & Force & SkipOffline & RequestTimeout = {}): Command<Change> =>
    change(['cluster', 'node', 'remove-guest', address(guest, 'node')], options),
  /** `pcs cluster node clear`: forgets a node that is gone already. */
  clear: (gone: string, options: Force = {}): Command<Change> =>
    change(['cluster', 'node', 'clear', nodeName(gone)], options),
};

/** `pcs cluster link …` */
export const link = {
  /** `pcs cluster link add`: one address for each node. */
  add: (
    addresses: Readonly<Record<string, string>>,
    { options, ...rest }: Force & SkipOffline & RequestTimeout & { readonly options?: Options } = {},
  ): Command<Change> =>
    change(['cluster', 'link', 'add', ...nodeAddresses(addresses), ...section('options', pairs(options))], rest),
  /** `pcs cluster link update`: link 0 to 7; null removes an option. The cluster must be stopped. */
  update: (
    linkNumber: number,
    {
      addresses = {},
      options,
      ...rest
    }: Force &
      SkipOffline &
      RequestTimeout & {
        readonly addresses?: Readonly<Record<string, string>>;
        readonly options?: OptionChanges;
      },
  ): Command<Change> => {
    const words = [
      ...(Object.keys(addresses).length === 0 ? [] : nodeAddresses(addresses)),
      ...section('options', changes(options)),
    ];
    if (words.length === 0) invalid('name at least one address or option to change');
    return change(['cluster', 'link', 'update', String(linkIndex(linkNumber)), ...words], rest);
  },
  /** `pcs cluster link delete`. */
  delete: (linkNumbers: number | readonly number[], options: SkipOffline & RequestTimeout = {}): Command<Change> => {
    const numbers = typeof linkNumbers === 'number' ? [linkNumbers] : linkNumbers;
    if (numbers.length === 0) invalid('name at least one link');
    return change(['cluster', 'link', 'delete', ...numbers.map((one) => String(linkIndex(one)))], options);
  },
};

/** `pcs cluster uidgid …`: who besides root may talk to corosync. */
export const uidgid = {
  /** `pcs cluster uidgid add`. */
  add: (who: { readonly uid?: string; readonly gid?: string }): Command<Change> =>
    change(['cluster', 'uidgid', 'add', ...someChanges(who, 'uid or gid')]),
  /** `pcs cluster uidgid delete`. */
  delete: (who: { readonly uid?: string; readonly gid?: string }): Command<Change> =>
    change(['cluster', 'uidgid', 'delete', ...someChanges(who, 'uid or gid')]),
};

function setupFlags(settings: SetupSettings): string[] {
  const { enable, start: now, noKeysSync, noClusterUuid, overwrite, corosyncConf } = settings;
  return flags({
    '--enable': enable,
    '--start': now,
    '--no-keys-sync': noKeysSync,
    '--no-cluster-uuid': noClusterUuid,
    '--overwrite': overwrite,
    '--corosync_conf': corosyncConf === undefined ? undefined : path(corosyncConf, 'corosyncConf'),
  });
}

/** A name that `setup` cannot mistake for one of its keywords. */
function clusterName(value: string): string {
  return notKeyword(nodeName(value, 'cluster name'));
}

function notKeyword(value: string): string {
  return KEYWORDS.has(value) ? invalid(`'${value}' is a keyword of pcs: choose another name`) : value;
}

function newNodeWords(newNode: NewNode): string[] {
  if (typeof newNode === 'string') return [notKeyword(nodeName(newNode))];
  return [notKeyword(nodeName(newNode.name)), ...newNode.addresses.map((one) => `addr=${address(one)}`)];
}

function transportWords({ type = 'knet', options, links = [], compression, crypto }: Transport): string[] {
  return [
    ...['transport', choice(type, ['knet', 'udp', 'udpu'], 'transport')],
    ...pairs(options, 'transport option'),
    ...links.flatMap((one) => section('link', pairs(one, 'link option'))),
    ...section('compression', pairs(compression, 'compression option')),
    ...section('crypto', pairs(crypto, 'crypto option')),
  ];
}

function confFile({ corosyncConf }: { readonly corosyncConf?: string }): string[] {
  return corosyncConf === undefined ? [] : [`--corosync_conf=${path(corosyncConf, 'corosyncConf')}`];
}

function nodeAddresses(addresses: Readonly<Record<string, string>>): string[] {
  const words = Object.entries(addresses).map(([host, at]) => `${nodeName(host)}=${address(at)}`);
  return words.length > 0 ? words : invalid('name an address for each node');
}

function linkIndex(value: number): number {
  return integer(value, 0, 7, 'link number');
}

function onNodes(
  word: string,
  nodes: NodeSelection | undefined,
  options: Wait & RequestTimeout & Force & { readonly timeoutMs?: number },
): Command<Change> {
  const { words, all } = nodeWords(nodes);
  return change(['cluster', word, ...words], { ...options, options: flags({ '--all': all }) });
}
