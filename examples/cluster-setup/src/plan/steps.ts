// All steps in order: the nodes first, then the cluster.
import type { ClusterDesign } from '../cluster/design.js';
import { receiverSteps } from './steps/alerts.js';
import { byHandSteps } from './steps/by-hand.js';
import { clusterSteps } from './steps/cluster.js';
import { identityStep } from './steps/identity.js';
import { nodeSteps } from './steps/node.js';
import { secondNodeSteps } from './steps/second-means.js';
import type { Reality } from './reality.js';
import { rebootSteps } from './steps/reboot.js';
import type { Step } from './step.js';

/** What makes the nodes ready, for those that can be reached. */
export function preparation(design: ClusterDesign, nodes: readonly string[]): readonly Step[] {
  return [...readiness(design, nodes), ...byHandSteps(design, nodes)];
}

export function allSteps(design: ClusterDesign, reality: Pick<Reality, 'machines'>): readonly Step[] {
  const nodes = reality.machines.map(({ name }) => name);
  return [...readiness(design, nodes), ...clusterSteps(design, byHandSteps(design, nodes))];
}

/** Nothing that serves is touched by it. */
function readiness(design: ClusterDesign, nodes: readonly string[]): readonly Step[] {
  return [
    // All of them before anything is changed on any of them.
    ...nodes.map((node) => identityStep(design, node)),
    ...nodes.flatMap((node) => [
      ...nodeSteps(design, node),
      ...secondNodeSteps(design, node),
      ...receiverSteps(design, node),
      ...rebootSteps(design, node),
    ]),
  ];
}
