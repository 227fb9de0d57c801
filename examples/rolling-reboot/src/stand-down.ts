// The end of a turn: what is left of it is undone, how it went is remembered, and it is forgotten.
import { messageOf, RollError } from './errors.js';
import { type Outcome, remember, type StandingDown } from './journal.js';
import { doneBy, type Step } from './steps.js';
import { showPhase, type Turn } from './turn-state.js';

/** s for which undoing is tried before a person is called, and ms between two tries. */
const undoTimeout = 600;
const undoInterval = 10_000;

/**
 * Takes back what the turn did, last things first, each until it has worked.
 *
 * @throws RollError `UNFINISHED` with what a person must do; the next run tries again.
 */
export async function standDown(turn: Turn, standingDown: StandingDown): Promise<Outcome> {
  // A disk that takes no journal must not keep the node in standby.
  await turn.save({ standingDown }).catch((error: unknown) => {
    turn.assume({ standingDown });
    turn.log(`the journal: ${messageOf(error)}`, 'warning');
  });
  turn.log(`stands down: ${standingDown.reason}`, 'error');
  await showPhase(turn.host, 'standing-down');
  return end(turn, standingDown.failed ? 'failed' : 'stood-down');
}

/** Undoes what there is to undo, remembers how the turn went, and forgets it. */
export async function end(turn: Turn, result: Outcome['result']): Promise<Outcome> {
  const { host, journal } = turn;
  const restarted = (await host.bootId()) !== journal.boot;
  const outcome: Outcome = {
    roll: journal.roll,
    node: journal.node,
    result,
    ...(journal.standingDown && { reason: journal.standingDown.reason }),
    started: journal.started,
    // The clock may be behind after a boot.
    ended: Math.max(host.date(), journal.started),
    rebooted: restarted,
    outage: journal.outage,
  };
  const undoing = journal.standingDown === undefined ? [] : doneBy(journal.step);
  const because = journal.standingDown?.reason ?? `${journal.node} has rebooted well`;
  await insist(turn, because, [
    ...(undoing.length > 0 && restarted ? [clusterRuns] : []),
    ...undoing,
    forgetting(() => remember(host.records, outcome)),
  ]);
  await showPhase(host, 'idle');
  const text = describeOutcome(outcome);
  turn.log(text, result === 'done' ? 'info' : 'error');
  // It was told when another node gave this one up.
  if (result === 'failed' && turn.journal.takenOver === true) return outcome;
  const about = { roll: journal.roll, node: journal.node, text };
  await host.report.event(
    result === 'done' ? { event: 'success', ...about } : { event: 'failure', ...about, rollStops: result === 'failed' },
  );
  return outcome;
}

/** Forgets a turn that another node was faster to begin: nothing was done. */
export function forget(turn: Turn): Promise<void> {
  return insist(turn, 'another node was faster', [forgetting(() => Promise.resolve())]);
}

/** What must be done before a turn is over. */
interface Duty extends Pick<Step, 'undo' | 'byHand' | 'undoneLast'> {
  readonly name: string;
}

/** The journal goes, and nothing is known of the turn any more. */
function forgetting(before: () => Promise<void>): Duty {
  return {
    name: 'the journal',
    undoneLast: true,
    undo: async ({ host }) => {
      await before();
      await host.records.remove('journal');
    },
    byHand: () => 'make the state directory writable, then: rolling-reboot abort',
  };
}

/** It ran before the boot; without it nothing can be undone, and where it is not enabled nothing else would start it. */
const clusterRuns: Duty = {
  name: 'the cluster',
  undo: async ({ host }) => {
    await host.cluster.facts().catch(async () => {
      await host.cluster.start();
      await host.cluster.facts();
    });
  },
  byHand: () => 'pcs cluster start',
};

/**
 * Does all duties, those that fail again and again. While any is left no other node may begin, and nothing may be forgotten.
 *
 * @param because - Why they are to be done, for the person who must do them by hand.
 */
async function insist(turn: Turn, because: string, duties: readonly Duty[]): Promise<void> {
  const { host, settings, journal } = turn;
  const deadline = host.clock.now() + undoTimeout * 1000;
  for (let left = duties; ;) {
    const problems: string[] = [];
    const failed: Duty[] = [];
    for (const duty of left) {
      if (failed.length > 0 && duty.undoneLast === true) {
        failed.push(duty);
        continue;
      }
      await duty.undo?.(turn).catch((error: unknown) => {
        failed.push(duty);
        problems.push(`${duty.name}: ${messageOf(error)}`);
      });
    }
    if (failed.length === 0) return;
    left = failed;
    // The next boot tries again; the system must not wait for us.
    if (host.signal.aborted && (await host.goingDown())) {
      throw new RollError(
        'INTERRUPTED',
        'the system goes down: rolling-reboot-resume goes on standing down after the boot',
      );
    }
    if (host.clock.now() >= deadline) {
      const todo = left.flatMap(({ byHand }) => byHand?.(settings) ?? []).join('; ');
      const text = `${because}; but this could not be done: ${problems.join('; ')}. Do: ${todo}`;
      turn.log(text, 'error');
      // The others are kept off by a lock that could not be given back, too.
      const rollStops = journal.standingDown?.failed === true || left.some(({ name }) => name === 'lock');
      await host.report.event({ event: 'failure', roll: journal.roll, node: settings.node, text, rollStops });
      throw new RollError('UNFINISHED', text);
    }
    // Not with the signal: what is being undone is undone before the program ends.
    await host.clock.sleep(undoInterval);
  }
}

function describeOutcome({ node, result, reason = '', started, ended, outage }: Outcome): string {
  switch (result) {
    case 'done': {
      const seconds = Math.round((ended - started) / 1000);
      return `${node} rebooted in ${seconds} s; longest time without an answer of the service: ${outage} ms`;
    }
    case 'stood-down':
      return `${reason}; all that the turn did was undone`;
    case 'failed':
      return `${reason}; all that the turn did was undone, and no other begins: look at ${node}, then: rolling-reboot abort`;
  }
}
