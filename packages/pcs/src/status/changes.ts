// What changed between two statuses of the same cluster, as typed events.
import type { Ban, Ticket } from './bans-and-tickets.js';
import type { ClusterStatus, StatusFenceHistory } from './cluster-status.js';
import type { ResourceFailure } from './failures.js';
import type { FencingEvent } from './fencing-events.js';
import type { NodeStatus } from './nodes.js';
import type { ResourceView } from './resource-view.js';

/** One change; `kind` tells which. */
export type ClusterChange =
  | { readonly kind: 'dc-changed'; readonly from: string | undefined; readonly to: string | undefined }
  | { readonly kind: 'quorum-gained' | 'quorum-lost' }
  | { readonly kind: 'option-changed'; readonly option: string; readonly from: unknown; readonly to: unknown }
  | { readonly kind: NodeChange; readonly node: string }
  | { readonly kind: 'resource-added' | 'resource-removed'; readonly resource: string }
  | ResourceMove
  | {
      readonly kind: 'resource-promoted' | 'resource-demoted';
      readonly resource: string;
      readonly nodes: readonly string[];
    }
  | { readonly kind: ResourceChange; readonly resource: string }
  | { readonly kind: 'operation-failed'; readonly failure: ResourceFailure }
  | { readonly kind: 'fencing-started' | 'fencing-succeeded' | 'fencing-failed'; readonly event: FencingEvent }
  | { readonly kind: 'ban-added' | 'ban-removed'; readonly ban: Ban }
  | { readonly kind: 'ticket-granted' | 'ticket-revoked'; readonly ticket: string };

/** What can happen to a node. `node-unclean`: its state is lost and it has to be fenced; `node-clean` ends that. */
export type NodeChange =
  | 'node-added'
  | 'node-removed'
  | 'node-online'
  | 'node-offline'
  | 'node-standby'
  | 'node-unstandby'
  | 'node-maintenance'
  | 'node-unmaintenance'
  | 'node-unclean'
  | 'node-clean'
  | 'node-shutdown';

/** What can happen to a resource besides moving. */
export type ResourceChange =
  | 'resource-failed'
  | 'resource-recovered'
  | 'resource-blocked'
  | 'resource-unblocked'
  | 'resource-unmanaged'
  | 'resource-managed';

/**
 * A resource is started on other nodes than before: all at once new (`resource-started`), none left
 * (`resource-stopped`), or some given up and some new (`resource-moved`). For a clone, one copy more or less is a start
 * or a stop as well.
 */
export interface ResourceMove {
  readonly kind: 'resource-started' | 'resource-stopped' | 'resource-moved';
  readonly resource: string;
  /** Nodes where it was started and is not any more. */
  readonly from: readonly string[];
  /** Nodes where it was not started and is now. */
  readonly to: readonly string[];
}

/**
 * Compares two statuses, the older first. Events that are over by the time of the second status, such as a resource
 * that restarted between the two, show only in what they leave: failures and fencing events.
 */
export function changesBetween(before: ClusterStatus, after: ClusterStatus): readonly ClusterChange[] {
  return [
    ...clusterChanges(before, after),
    ...nodeChanges(before, after),
    ...fencingChanges(before.fenceHistory, after.fenceHistory),
    ...resourceChanges(before, after),
    ...failureChanges(before, after),
    ...banAndTicketChanges(before, after),
  ];
}

function* clusterChanges(before: ClusterStatus, after: ClusterStatus): Generator<ClusterChange> {
  if (before.dc !== after.dc) yield { kind: 'dc-changed', from: before.dc, to: after.dc };
  if (before.quorate !== after.quorate) yield { kind: after.quorate ? 'quorum-gained' : 'quorum-lost' };
  const optionsBefore = { ...before.summary.clusterOptions, unknown: undefined };
  for (const [option, to] of Object.entries({ ...after.summary.clusterOptions, unknown: undefined })) {
    const from = optionsBefore[option as keyof typeof optionsBefore] as unknown;
    if (from !== to) yield { kind: 'option-changed', option, from, to };
  }
}

/** The flags of a node whose turn is a change, with the change when it is set and when it is not any more. */
const NODE_FLAGS: readonly (readonly [keyof NodeStatus, NodeChange, NodeChange | undefined])[] = [
  ['online', 'node-online', 'node-offline'],
  ['standby', 'node-standby', 'node-unstandby'],
  ['maintenance', 'node-maintenance', 'node-unmaintenance'],
  ['unclean', 'node-unclean', 'node-clean'],
  ['shutdown', 'node-shutdown', undefined],
];

function* nodeChanges(before: ClusterStatus, after: ClusterStatus): Generator<ClusterChange> {
  const old = byKey(before.nodes, ({ name }) => name);
  for (const node of after.nodes) {
    const was = old.get(node.name);
    old.delete(node.name);
    if (was === undefined) yield { kind: 'node-added', node: node.name };
    for (const [flag, set, unset] of NODE_FLAGS) {
      const kind = node[flag] === true ? set : unset;
      // A new node is compared with one that is not there: offline and with nothing set.
      if ((was?.[flag] ?? false) !== node[flag] && kind !== undefined) yield { kind, node: node.name };
    }
  }
  for (const node of old.keys()) yield { kind: 'node-removed', node };
}

/** The conditions of a resource whose turn is a change. */
const RESOURCE_FLAGS: readonly (readonly [(view: ResourceView) => boolean, ResourceChange, ResourceChange])[] = [
  [({ failed }) => failed, 'resource-failed', 'resource-recovered'],
  [({ blocked }) => blocked, 'resource-blocked', 'resource-unblocked'],
  [({ managed }) => !managed, 'resource-unmanaged', 'resource-managed'],
];

function* resourceChanges(before: ClusterStatus, after: ClusterStatus): Generator<ClusterChange> {
  const old = byKey(before.allResources, ({ id }) => id);
  for (const view of after.allResources) {
    const resource = view.id;
    const was = old.get(resource);
    old.delete(resource);
    if (was === undefined) yield { kind: 'resource-added', resource };
    yield* moves(resource, was?.startedOn ?? [], view.startedOn);
    const [demoted, promoted] = difference(was?.promotedOn ?? [], view.promotedOn);
    if (demoted.length > 0) yield { kind: 'resource-demoted', resource, nodes: demoted };
    if (promoted.length > 0) yield { kind: 'resource-promoted', resource, nodes: promoted };
    for (const [holds, set, unset] of RESOURCE_FLAGS) {
      const now = holds(view);
      if (now !== (was !== undefined && holds(was))) yield { kind: now ? set : unset, resource };
    }
  }
  for (const resource of old.keys()) yield { kind: 'resource-removed', resource };
}

function* moves(resource: string, before: readonly string[], after: readonly string[]): Generator<ResourceMove> {
  const [from, to] = difference(before, after);
  if (from.length === 0 && to.length === 0) return;
  const kind = from.length === 0 ? 'resource-started' : to.length === 0 ? 'resource-stopped' : 'resource-moved';
  yield { kind, resource, from, to };
}

function* failureChanges(before: ClusterStatus, after: ClusterStatus): Generator<ClusterChange> {
  const key = ({ opKey, node, call, lastRcChange }: ResourceFailure) =>
    JSON.stringify([opKey, node, call, lastRcChange]);
  const old = byKey(before.failures, key);
  for (const failure of after.failures) {
    if (!old.has(key(failure))) yield { kind: 'operation-failed', failure };
  }
}

/**
 * What fencing came between two histories, oldest first. Nothing when one of them could not be read: compare with the
 * last one that could.
 */
export function* fencingChanges(
  before: StatusFenceHistory | undefined,
  after: StatusFenceHistory | undefined,
): Generator<ClusterChange> {
  if (!isReadable(before) || !isReadable(after)) return;
  const key = ({ action, target, client, origin, status, completed }: FencingEvent) =>
    JSON.stringify([action, target, client, origin, status, completed]);
  const old = byKey(before?.events ?? [], key);
  for (const event of [...(after?.events ?? [])].reverse()) {
    if (old.has(key(event))) continue;
    if (event.status === 'pending') yield { kind: 'fencing-started', event };
    else yield { kind: event.status === 'success' ? 'fencing-succeeded' : 'fencing-failed', event };
  }
}

/** Whether a fence history says what happened; without a section there was nothing to say. */
export function isReadable(history: StatusFenceHistory | undefined): boolean {
  return (history?.status ?? 0) === 0;
}

function* banAndTicketChanges(before: ClusterStatus, after: ClusterStatus): Generator<ClusterChange> {
  // One constraint on several resources or nodes is shown as several bans of the same id (seen with crm_simulate).
  const key = ({ id, resource, node }: Ban) => JSON.stringify([id, resource, node]);
  const oldBans = byKey(before.bans, key);
  const newBans = byKey(after.bans, key);
  for (const [id, ban] of newBans) if (!oldBans.has(id)) yield { kind: 'ban-added', ban };
  for (const [id, ban] of oldBans) if (!newBans.has(id)) yield { kind: 'ban-removed', ban };

  const granted = ({ tickets }: ClusterStatus) => tickets.filter(isGranted).map(({ id }) => id);
  const [revoked, gained] = difference(granted(before), granted(after));
  for (const ticket of gained) yield { kind: 'ticket-granted', ticket };
  for (const ticket of revoked) yield { kind: 'ticket-revoked', ticket };
}

function isGranted({ status }: Ticket): boolean {
  return status === 'granted';
}

function byKey<T>(items: readonly T[], key: (item: T) => string): Map<string, T> {
  return new Map(items.map((item) => [key(item), item]));
}

/** What of `before` is gone, and what of `after` is new. */
function difference(
  before: readonly string[],
  after: readonly string[],
): readonly [readonly string[], readonly string[]] {
  return [before.filter((item) => !after.includes(item)), after.filter((item) => !before.includes(item))];
}
