// What a scenario is: a name, what must be seen, and how to see it.
import type { HarnessOptions } from '@sleepi3/simulator';
import type { Release } from '../../../tools/parts/debian-sources.js';
import type { ClusterOptions } from '../cluster/configuration.js';
import type { Told } from '../judge/compare.js';
import type { Lab } from '../lab.js';
import type { Verdict } from '../verdict.js';

/** One end-to-end scenario. It begins with a clean, settled cluster. */
export interface Scenario {
  /** On the command line. */
  readonly name: string;
  /** What must be seen, one sentence. */
  readonly mustSee: string;
  /**
   * The cluster it runs on; the hot standby with this project's agent by default, none with `'none'`; with `'bare'` none,
   * and nothing of what a cluster is made of; with `'keepalived'` none, and keepalived with the container on both.
   */
  readonly cluster?: ClusterOptions | 'none' | 'bare' | 'keepalived';
  /** How its boards behave where the hardware is not known. */
  readonly boards?: Omit<HarnessOptions, 'clock' | 'names'>;
  /** The release that its machines begin with, and the one that they come to; that of the command line, by default. */
  readonly releases?: readonly [Release, Release];
  /** What a history and the alerts must say of it: compared with what the lab saw. */
  readonly told?: Told;
  /** What has to be done with the machines before their cluster can settle. */
  prepare?(lab: Lab): Promise<void>;
  /** Does it, and puts what was seen into the verdict. What cannot go on rejects. */
  run(lab: Lab, verdict: Verdict): Promise<void>;
}
