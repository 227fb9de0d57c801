// The scenarios there are, in the order in which they are run: those with the same demand one after the other, on the
// same machines. One that is in neither list does not exist.
import { LabError } from '../errors.js';
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

/**
 * Those of the names, in their order: without a name one of each kind, with `all` every one.
 *
 * @throws LabError `USAGE`
 */
export function chooseScenarios(names: readonly string[]): Scenario[] {
  const all = [...scenarios, ...others];
  if (names.length === 0) return [...scenarios];
  if (names.length === 1 && names[0] === 'all') return all;
  return names.map((name) => {
    const scenario = all.find((each) => each.name === name);
    if (!scenario) {
      throw new LabError('USAGE', `there is no scenario ${name}; there are ${all.map((each) => each.name).join(', ')}`);
    }
    return scenario;
  });
}
