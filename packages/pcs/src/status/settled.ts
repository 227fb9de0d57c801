// Whether a cluster has come to rest, as far as its status shows.
import type { ClusterStatus } from './cluster-status.js';
import { OPERATION_PENDING } from './nodes.js';

/** Roles of a resource whose start, stop, move or change of role is under way (Pacemaker's native_pending_state). */
const MOVING_ROLES: ReadonlySet<string> = new Set(['Starting', 'Stopping', 'Migrating', 'Promoting', 'Demoting']);

/** What is still under way, one sentence each. */
export function unsettledParts(status: ClusterStatus): readonly string[] {
  return [...unsettledNodes(status), ...unsettledResources(status), ...unsettledFencing(status)];
}

function* unsettledNodes({ summary, nodes }: ClusterStatus): Generator<string> {
  if (summary.currentDc?.present !== true) yield 'there is no designated controller';
  for (const node of nodes) {
    if (node.unclean) yield `node ${node.name} is unclean`;
    if (node.pending) yield `node ${node.name} is joining`;
    if (node.online && node.shutdown) yield `node ${node.name} is shutting down`;
  }
}

function* unsettledResources(status: ClusterStatus): Generator<string> {
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

function* unsettledFencing({ pendingFencing }: ClusterStatus): Generator<string> {
  for (const { action, target } of pendingFencing) yield `fencing (${action}) of ${target} is pending`;
}
