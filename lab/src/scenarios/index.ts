// The scenarios there are, in the order in which they are run: those with the same demand one after the other, on the
// same machines. One that is in neither list does not exist.
import { article } from './article.js';
import { board } from './board.js';
import { mainsLoss, piPowerLoss } from './both-dead.js';
import { failedStop } from './failed-stop.js';
import { fence } from './fence.js';
import { prove } from './first-hour/prove.js';
import { keeper } from './keeper.js';
import { killed } from './killed.js';
import { hang, outOfMemory, panic } from './node-failures.js';
import { reboot } from './reboot/reboot.js';
import { rebootLost } from './reboot/lost.js';
import { ring } from './ring.js';
import type { Scenario } from './scenario.js';
import { secondLevel } from './second-level.js';
import { setup, setupKilled } from './first-hour/setup.js';
import { splitHeld, splitReleased } from './split/split.js';
import { thirdVote } from './split/third-vote.js';
import { upgrade } from './upgrade.js';
import { wires } from './wires.js';

/** One of each kind: what `lab run` runs. */
export const scenarios: readonly Scenario[] = [
  board,
  fence,
  panic,
  killed,
  failedStop,
  wires,
  mainsLoss,
  reboot,
  splitHeld,
  thirdVote,
  secondLevel,
  article,
];

/** Run by name, or with all others by `lab run all`. */
export const others: readonly Scenario[] = [
  hang,
  outOfMemory,
  piPowerLoss,
  rebootLost,
  splitReleased,
  ring,
  keeper,
  setup,
  setupKilled,
  prove,
  upgrade,
];
