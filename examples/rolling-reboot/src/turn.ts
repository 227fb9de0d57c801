// One turn: its steps, one entry of the journal at a time. Each is looked at, done and verified; when one fails, the turn stands
// down.
import { messageOf, RollError } from './errors.js';
import type { Outcome } from './journal.js';
import { measureOutage } from './report/outage.js';
import { end, forget, standDown } from './stand-down.js';
import { isAfterBoot, type Step, steps, stepsAfterBoot, titleOf } from './steps.js';
import { showPhase, type Turn } from './turn-state.js';

/** How a turn went on. */
export type TurnEnding =
  | Outcome
  /** The system is going down; the turn goes on after the boot. */
  | { readonly result: 'rebooting'; readonly roll: string };

/** Times an act is tried, and ms between two of them. */
const attempts = 3;
const betweenAttempts = 5000;

/** From the lock on. */
export function begin(turn: Turn): Promise<TurnEnding | 'another was faster'> {
  return carryOn(turn, steps);
}

/** After the boot. Whatever had been done by then: the node must be back first, and all is looked at again. */
export async function goOn(turn: Turn): Promise<TurnEnding> {
  const ending = await carryOn(turn, stepsAfterBoot);
  if (ending === 'another was faster') throw new RollError('LOCK_LOST', 'the lock is taken before the reboot only');
  return ending;
}

async function carryOn(turn: Turn, ahead: readonly Step[]): Promise<TurnEnding | 'another was faster'> {
  const { host, settings, journal } = turn;
  try {
    for (const step of ahead) {
      const ending = await takeStep(turn, step);
      if (ending !== undefined) return ending;
      if (step.begins === true) {
        const text = `${settings.node} begins its turn of roll ${journal.roll}`;
        await host.report.event({ event: 'start', roll: journal.roll, node: settings.node, text });
      }
    }
  } catch (error) {
    if (error instanceof RollError && error.code === 'NOT_MY_TURN') {
      await forget(turn);
      return 'another was faster';
    }
    // The cluster goes down beside us, and there is no time to undo anything: the journal knows, and the boot goes on.
    if (await host.goingDown()) return leave(turn);
    return standDown(turn, {
      reason: turn.host.signal.aborted
        ? `${messageOf(turn.host.signal.reason)}, at step ${turn.journal.step}`
        : `${turn.journal.step}: ${messageOf(error)}`,
      failed: await hasRebooted(turn),
    });
  }
  return end(turn, 'done');
}

/** By the boot, too: on a disk that cannot be written the journal is still at the step of the reboot. */
async function hasRebooted({ host, journal }: Turn): Promise<boolean> {
  return isAfterBoot(journal.step) || (await host.bootId()) !== journal.boot;
}

/** @throws RollError `INTERRUPTED` unless it is the reboot that was ordered. */
function leave(turn: Turn): TurnEnding {
  const { roll, step } = turn.journal;
  if (steps.find(({ name }) => name === step)?.restarts === true) return { result: 'rebooting', roll };
  throw new RollError(
    'INTERRUPTED',
    `the system goes down, at step ${step}: rolling-reboot-resume goes on after the boot`,
  );
}

async function takeStep(turn: Turn, step: Step): Promise<TurnEnding | undefined> {
  const { host, settings } = turn;
  const { name } = step;
  host.signal.throwIfAborted();
  await turn.save({ step: name });
  await showPhase(host, name);
  const work = async () => {
    turn.log(`${name}: ${titleOf(step, settings)}`);
    let ordered = false;
    try {
      for (let attempt = 1; !(await step.done?.(turn)); attempt++) {
        if (step.act === undefined) break;
        try {
          await step.act(turn);
          ordered = true;
          break;
        } catch (error) {
          if (
            attempt === attempts ||
            host.signal.aborted ||
            (error instanceof RollError && error.code !== 'STEP_FAILED')
          )
            throw error;
          turn.log(`${name}: ${messageOf(error)}; trying again`, 'warning');
          await host.clock.sleep(betweenAttempts, host.signal);
        }
      }
      await step.verify?.(turn);
    } catch (error) {
      // The system ends us on its way down: that is what was asked for.
      if (step.restarts === true && ordered && host.signal.aborted)
        return { result: 'rebooting', roll: turn.journal.roll } as const;
      throw error;
    }
    return undefined;
  };
  if (step.watched === undefined) return work();
  let outage = 0;
  try {
    return await measureOutage(host, settings.url, work, (longest) => (outage = longest));
  } finally {
    if (outage > turn.journal.outage) await turn.save({ outage });
  }
}
