// What is left to change of a configuration.
import type { CibCommand, ClusterConfiguration } from '@sleepi3/pcs';
import type { Difference } from '../plan/step.js';

/** How far an element is from its design, and the way there. Without differences there are no commands. */
export interface Change {
  readonly differences: readonly Difference[];
  readonly commands: readonly CibCommand<unknown>[];
}

/** Undefined stands for a cluster that is not there yet. */
export type Configuration = ClusterConfiguration | undefined;
