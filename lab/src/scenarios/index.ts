// The scenarios there are, in the order in which they are run. One that is in neither list does not exist.
import { article } from './article.js';
import { board } from './board.js';
import { mainsLoss, piPowerLoss } from './both-dead.js';
import { failedStop } from './failed-stop.js';
import { fence } from './fence.js';
import { killed } from './killed.js';
import { hang, outOfMemory, panic } from './node-failures.js';
import { reboot } from './reboot.js';
import { rebootLost } from './reboot-lost.js';
import type { Scenario } from './scenario.js';
import { setup, setupKilled } from './setup.js';
import { splitHeld, splitReleased } from './split.js';
import { wires } from './wires.js';

/** What has been seen to pass on a machine of its own: what `lab run` runs. */
export const scenarios: readonly Scenario[] = [board, fence, panic];

/** Written, but not yet seen to pass: run by name only. */
export const drafts: readonly Scenario[] = [
  outOfMemory,
  hang,
  killed,
  failedStop,
  wires,
  mainsLoss,
  piPowerLoss,
  splitHeld,
  splitReleased,
  article,
  reboot,
  rebootLost,
  setup,
  setupKilled,
];
