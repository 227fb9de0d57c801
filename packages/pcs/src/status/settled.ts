// Whether a cluster has come to rest, as far as its status shows.
import type { FencingEvent } from './fencing-events.js';
import { type NodeHistory, type NodeStatus, OPERATION_PENDING } from './nodes.js';
import type { ResourceView } from './resource-view.js';
import type { StatusSummary } from './summary.js';

/** What of a cluster's status is looked at. */
export interface SettlingParts {
  readonly summary: StatusSummary;
  readonly nodes: readonly NodeStatus[];
  readonly allResources: readonly ResourceView[];
  readonly nodeHistory: readonly NodeHistory[];
  readonly pendingFencing: readonly FencingEvent[];
  readonly node: (name: string) => NodeStatus | undefined;
}

/** Roles of a resource whose start, stop, move or change of role is under way (Pacemaker's native_pending_state). */
const MOVING_ROLES: ReadonlySet<string> = new Set(['Starting', 'Stopping', 'Migrating', 'Promoting', 'Demoting']);

/** What is still under way, one sentence each. */
export function unsettledParts(status: SettlingParts): readonly string[] {
  return [...unsettledNodes(status), ...unsettledResources(status), ...unsettledFencing(status)];
}

function* unsettledNodes({ summary, nodes }: SettlingParts): Generator<string> {
  if (summary.currentDc?.present !== true) yield 'there is no designated controller';
  for (const node of nodes) {
    if (node.unclean) yield `node ${node.name} is unclean`;
    if (node.pending) yield `node ${node.name} is joining`;
    if (node.online && node.shutdown) yield `node ${node.name} is shutting down`;
  }
}

function* unsettledResources(status: SettlingParts): Generator<string> {
  for (const { id, instances } of status.allResources.filter(({ kind }) => kind === 'primitive')) {
    const moving = instances.find(({ role }) => MOVING_ROLES.has(role));
    if (moving !== undefined) yield `resource ${id} is ${moving.role}`;
  }
  for (const { name, resources } of status.nodeHistory) {
    // An operation that a lost node never ended stays pending in its history for good.
    if (status.node(name)?.online !== true) continue;
    for (const { id, operations } of resources) {
      const running = operations.find(({ rc }) => rc === OPERATION_PENDING);
      if (running !== undefined) yield `${running.task} of ${id} runs on ${name}`;
    }
  }
}

function* unsettledFencing({ pendingFencing }: SettlingParts): Generator<string> {
  for (const { action, target } of pendingFencing) yield `fencing (${action}) of ${target} is pending`;
}
