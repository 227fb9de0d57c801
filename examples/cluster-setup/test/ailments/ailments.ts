// What can be wrong with a cluster, brought about on a sound one, and what doctor says to it.
import type { Ailment } from './ailment.js';
import { boardAilments } from './board.js';
import { clusterAilments } from './cluster.js';
import { fencingAilments } from './fencing.js';
import { nodeAilments } from './node.js';
import { quorumAilments } from './quorum.js';
import { resourcesAilments } from './resources.js';

export const ailments: readonly Ailment[] = [
  ...nodeAilments,
  ...boardAilments,
  ...clusterAilments,
  ...resourcesAilments,
  ...quorumAilments,
  ...fencingAilments,
];
