// The scenarios there are, in the order in which they are run. One that is not in this list does not exist.
import { board } from './board.js';
import { mainsLoss, piPowerLoss } from './both-dead.js';
import { failedStop } from './failed-stop.js';
import { fence } from './fence.js';
import { killed } from './killed.js';
import { hang, outOfMemory, panic } from './node-failures.js';
import type { Scenario } from './scenario.js';
import { splitHeld, splitReleased } from './split.js';
import { wires } from './wires.js';

export const scenarios: readonly Scenario[] = [
  board,
  fence,
  panic,
  outOfMemory,
  hang,
  killed,
  failedStop,
  wires,
  mainsLoss,
  piPowerLoss,
  splitHeld,
  splitReleased,
];
