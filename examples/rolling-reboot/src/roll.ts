// The engine: carries a turn through its steps, one entry of the journal at a time, and stands down when it must.
import { messageOf, RollError, type RollErrorCode } from './errors.js';
import { gates, lookAtGates, lookPatiently } from './gates.js';
import type { Host } from './node/host.js';
import { type Journal, type Outcome, readHistory, readJournal, remember } from './journal.js';
import { changeLock, claimOf, type LockRecord, readLock, writeLock } from './lock.js';
import { measureOutage } from './report/outage.js';
import { type Settings, turnLimit } from './settings.js';
import { reached, stepNames } from './step-names.js';
import { ownConstraints, type Step, steps, titleOf } from './steps.js';
import { describeLock, Turn, viewOf } from './turn.js';

/** How a run of the program ended. */
export type Ending =
  | Outcome
  /** The system is going down; the turn goes on after the boot. */
  | { readonly result: 'rebooting'; readonly roll: string }
  /** There was nothing to do. */
  | { readonly result: 'nothing'; readonly reason: string };

export interface RunOptions {
  /** A person wants it now, whatever window, interval and limit say. */
  readonly byHand?: boolean;
}

/** Times an act is tried, and ms between two of them. */
const attempts = 3;
const betweenAttempts = 5000;
/** ms between two looks at a lock that another node has. */
const waitPollMs = 10_000;
/** s for which undoing is tried before a person is called. */
const undoLimit = 600;
const undoPollMs = 10_000;

/**
 * Reboots this node in its turn: what the timer starts. Ends what an earlier run left unfinished first, and then begins
 * nothing new.
 *
 * @throws RollError `REFUSED`, `NOT_MY_TURN`, `ROLL_FAILED`: nothing was begun. `UNFINISHED`: a person is needed.
 */
export async function run(host: Host, settings: Settings, { byHand = false }: RunOptions = {}): Promise<Ending> {
  return telling(host, settings, async () => {
    const unfinished = await finish(host, settings);
    if (unfinished !== undefined) return unfinished;
    if (settings.when === 'required' && !byHand && !(await host.fileExists(settings.sentinel))) {
      return { result: 'nothing', reason: `no reboot is required: there is no ${settings.sentinel}` };
    }
    await refuseUnsuitable(host, settings, byHand);
    for (;;) {
      const roll = await waitForTurn(host, settings);
      const turn = new Turn(host, settings, await newJournal(host, settings, roll), byHand);
      const ending = await carryOn(turn, 'lock');
      if (ending !== 'another was faster') return ending;
    }
  });
}

/** Goes on after a boot, and ends what was left unfinished: what the resume unit starts. */
export async function resume(host: Host, settings: Settings): Promise<Ending> {
  return telling(
    host,
    settings,
    async () => (await finish(host, settings)) ?? { result: 'nothing', reason: 'no roll was under way on this node' },
  );
}

/** These have been told already, or are no trouble. */
const toldAlready: readonly RollErrorCode[] = ['REFUSED', 'UNFINISHED', 'INTERRUPTED'];

/** Tells of what goes wrong around a turn: reboots that nobody watches would cease in silence. */
async function telling(host: Host, { node }: Settings, body: () => Promise<Ending>): Promise<Ending> {
  try {
    return await body();
  } catch (error) {
    const told = error instanceof RollError && toldAlready.includes(error.code);
    if (!told && !host.signal.aborted)
      await host.report.event({ event: 'failure', roll: '', node, text: messageOf(error) });
    throw error;
  }
}

/**
 * Ends whatever this node left unfinished, and takes a roll that failed, or whose holder is lost, off the cluster.
 *
 * @param force - Also when another node holds the lock and may be at work, or a record cannot be read.
 */
export async function abort(host: Host, settings: Settings, { force = false } = {}): Promise<Ending> {
  const journal = await readJournal(host.records).catch(async (error: unknown) => {
    if (!force) throw error;
    // Where the turn was is not known: everything is undone.
    return newJournal(host, settings, 'unknown').then((fresh): Journal => ({ ...fresh, step: 'release' }));
  });
  let ending: Ending = { result: 'nothing', reason: 'no roll was under way' };
  if (journal !== undefined) {
    ending = await standDown(new Turn(host, settings, journal), {
      reason: journal.standingDown?.reason ?? 'a person ended it',
      failed: false,
    });
  }
  if (force) {
    await host.cluster.removeLock();
    await readHistory(host.records).catch(() => host.records.remove('history'));
  } else {
    ending = await endRoll(host, settings, ending);
  }
  await showGauges(host, 'idle');
  return ending;
}

/** Removes the lock, unless another node is at work. */
async function endRoll(host: Host, settings: Settings, before: Ending): Promise<Ending> {
  let ending = before;
  await changeLock(host.cluster, (record) => {
    const holder = record?.holder;
    if (holder !== undefined && holder.node !== settings.node && holder.expires > host.date() / 1000) {
      throw new RollError(
        'NOT_MY_TURN',
        `${describeLock(record)}: run rolling-reboot abort on ${holder.node}; if that node is lost, add --force here`,
      );
    }
    if (record !== undefined && ending.result === 'nothing') {
      ending = { result: 'nothing', reason: `ended: ${describeLock(record)}` };
    }
    return undefined;
  });
  return ending;
}

/** What an earlier run left, and what came of it now; undefined when it left nothing. */
async function finish(host: Host, settings: Settings): Promise<Ending | undefined> {
  const journal = (await readJournal(host.records)) ?? (await journalFromLock(host, settings));
  if (journal === undefined) return undefined;
  if (journal.node !== settings.node) {
    throw new RollError(
      'BAD_SETTING',
      `the journal is of node ${journal.node}, and this node is ${settings.node}: set NODE`,
    );
  }
  const turn = new Turn(host, settings, journal);
  if (journal.standingDown !== undefined) return standDown(turn, journal.standingDown);
  const restarted = (await host.bootId()) !== journal.boot;
  if (restarted ? reached(journal.step, 'reboot') : reached(journal.step, 'rejoin')) {
    turn.say(restarted ? `${settings.node} has restarted` : `the program had ended at step ${journal.step}`);
    // Whatever had been done after the boot: the node must be back first, and all is looked at again.
    return goOn(turn);
  }
  return standDown(turn, {
    reason: restarted
      ? `${settings.node} restarted before its time, at step ${journal.step}`
      : `the program had ended at step ${journal.step}`,
    failed: false,
  });
}

/** The journal was lost, but the lock says that this node was out: everything is undone. */
async function journalFromLock(host: Host, settings: Settings): Promise<Journal | undefined> {
  // When the cluster does not answer, there is no telling; the gates will say so.
  const lock = await host.cluster.facts().then(
    (facts) => facts.lock,
    () => undefined,
  );
  const record = readLock(lock);
  if (record?.holder?.node !== settings.node) return undefined;
  return {
    ...(await newJournal(host, settings, record.roll)),
    step: 'release',
    standingDown: { reason: 'the journal of this node was lost', failed: true },
  };
}

async function newJournal(host: Host, settings: Settings, roll: string): Promise<Journal> {
  return {
    roll,
    node: settings.node,
    service: settings.service,
    url: settings.url,
    boot: await host.bootId(),
    step: stepNames[0],
    started: host.date(),
    pid: host.pid,
    hadService: false,
    ran: [],
    outage: 0,
  };
}

/** Says no before anything is begun, and before a lock that another node holds is waited for. */
async function refuseUnsuitable(host: Host, settings: Settings, byHand: boolean): Promise<void> {
  const look = async () => {
    const facts = await host.cluster.facts();
    const states = await lookAtGates(await viewOf(host, settings, facts), byHand ? 'by-hand' : 'all');
    // While another node has its turn it is out, and things are under way: only what its turn does not change counts.
    return readLock(facts.lock)?.holder === undefined ? states : states.filter(({ lasting }) => lasting);
  };
  const states = await lookPatiently(look, {
    ...host,
    tell: (text) => {
      host.report.line('info', text);
    },
  });
  for (const { note } of states) if (note !== undefined) host.report.line('warning', note);
  const reasons = states.flatMap(({ reason }) => reason ?? []);
  if (reasons.length === 0) return;
  const text = reasons.join('; ');
  // That it is not the time is no trouble; all else is, for reboots that nobody watches would cease in silence.
  const planned = new Set<string>(
    gates.filter((gate) => 'kind' in gate && gate.kind === 'plan').map(({ name }) => name),
  );
  if (states.some(({ name, reason }) => reason !== undefined && !planned.has(name))) {
    await host.report.event({ event: 'failure', roll: '', node: settings.node, text });
  }
  throw new RollError('REFUSED', text);
}

/** Waits while another node has its turn. @returns the roll to take part in. */
async function waitForTurn(host: Host, settings: Settings): Promise<string> {
  const { clock, signal } = host;
  const end = clock.now() + settings['turn-wait'] * 1000;
  const newRoll = `${new Date(host.date()).toISOString().slice(0, 16).replaceAll(':', '')}-${host.randomWord()}`;
  const watched = { text: '', since: clock.now() };
  for (let told = ''; ;) {
    const facts = await host.cluster.facts().catch((error: unknown) => {
      // It may well answer at the next look; another node's turn is no time to give up at the first failure.
      if (clock.now() >= end) throw error;
      host.report.line('warning', `the cluster does not answer: ${messageOf(error)}`);
      return undefined;
    });
    if (facts === undefined) {
      await clock.sleep(waitPollMs, signal);
      continue;
    }
    const record = readLock(facts.lock);
    const claim = claimOf(record, { node: settings.node, newRoll, now: host.date() / 1000 });
    if (watched.text !== facts.lock) Object.assign(watched, { text: facts.lock, since: clock.now() });
    // Expired by the clock of this node, which may be wrong: nothing must have changed for as long as a turn may take.
    if (claim.kind === 'expired' && clock.now() - watched.since >= turnLimit(settings) * 1000) {
      await takeOver(host, settings, claim.record);
      continue;
    }
    switch (claim.kind) {
      case 'free':
        return claim.roll;
      case 'mine':
        return claim.record.roll;
      case 'failed':
        throw new RollError(
          'ROLL_FAILED',
          `${describeLock(claim.record)}: look at ${claim.record.failed ?? ''}, mend it, then: rolling-reboot abort`,
        );
      case 'expired':
      case 'held': {
        const text = describeLock(claim.record);
        if (claim.kind === 'held' && clock.now() >= end) {
          throw new RollError('NOT_MY_TURN', `${text}; this node has waited ${settings['turn-wait']} s for its turn`);
        }
        if (text !== told) host.report.line('info', `waits for its turn: ${text}`, claim.record.roll);
        told = text;
        await showGauges(host, 'waiting');
        await clock.sleep(waitPollMs, signal);
      }
    }
  }
}

/** The holder has not come back in time: the roll has failed, and nothing of the holder's turn may stay. */
async function takeOver(host: Host, settings: Settings, record: LockRecord): Promise<void> {
  const { holder, roll, done } = record;
  if (holder === undefined) return;
  const failed: LockRecord = { roll, done, failed: holder.node };
  if (!(await host.cluster.compareAndSetLock(writeLock(record), writeLock(failed)))) return;
  const text = `${holder.node} has not ended its turn of roll ${roll} in time: look at it, then: rolling-reboot abort`;
  host.report.line('error', text, roll);
  const { nodes, leftConstraints } = await host.cluster.facts();
  // So that it serves again as soon as it is back.
  if (nodes.some(({ name, standby }) => name === holder.node && standby)) await host.cluster.unstandby(holder.node);
  const left = ownConstraints(leftConstraints, settings);
  if (left.length > 0) await host.cluster.removeConstraints(left);
  await host.report.event({ event: 'failure', roll, node: holder.node, text });
}

/** After the boot. */
async function goOn(turn: Turn): Promise<Ending> {
  const ending = await carryOn(turn, 'rejoin');
  if (ending === 'another was faster') throw new RollError('LOCK_LOST', 'the lock is taken before the reboot only');
  return ending;
}

/** From a step to the end. */
async function carryOn(turn: Turn, from: 'lock' | 'rejoin'): Promise<Ending | 'another was faster'> {
  const { host, settings, journal } = turn;
  try {
    for (const step of steps.filter(({ name }) => reached(name, from))) {
      const ending = await takeStep(turn, step);
      if (ending !== undefined) return ending;
      if (step.name === 'gates') {
        const text = `${settings.node} begins its turn of roll ${journal.roll}`;
        await host.report.event({ event: 'start', roll: journal.roll, node: settings.node, text });
      }
    }
  } catch (error) {
    if (error instanceof RollError && error.code === 'NOT_MY_TURN') {
      const undo = () => host.records.remove('journal');
      await insist(turn, [{ name: 'the journal', undo, byHand: journalByHand }]);
      return 'another was faster';
    }
    // The cluster goes down beside us, and there is no time to undo anything: the journal knows, and the boot goes on.
    if (await host.goingDown()) return leave(turn);
    return standDown(turn, {
      reason: turn.host.signal.aborted
        ? `${messageOf(turn.host.signal.reason)}, at step ${turn.journal.step}`
        : `${turn.journal.step}: ${messageOf(error)}`,
      failed: reached(turn.journal.step, 'rejoin'),
    });
  }
  return end(turn, 'done');
}

/** @throws RollError `INTERRUPTED` unless it is the reboot that was ordered. */
function leave(turn: Turn): Ending {
  const { roll, step } = turn.journal;
  if (step === 'reboot') return { result: 'rebooting', roll };
  throw new RollError(
    'INTERRUPTED',
    `the system goes down, at step ${step}: rolling-reboot-resume goes on after the boot`,
  );
}

async function takeStep(turn: Turn, step: Step): Promise<Ending | undefined> {
  const { host, settings } = turn;
  const { name } = step;
  host.signal.throwIfAborted();
  await turn.save({ step: name });
  await showGauges(host, name);
  const work = async () => {
    turn.say(`${name}: ${titleOf(step, settings)}`);
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
          turn.say(`${name}: ${messageOf(error)}; trying again`, 'warning');
          await host.clock.sleep(betweenAttempts, host.signal);
        }
      }
      await step.verify?.(turn);
    } catch (error) {
      // The system ends us on its way down: that is what was asked for.
      if (name === 'reboot' && ordered && host.signal.aborted)
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

/**
 * Takes back what the turn did, last things first, each until it has worked.
 *
 * @throws RollError `UNFINISHED` with what a person must do; the next run tries again.
 */
async function standDown(turn: Turn, standingDown: NonNullable<Journal['standingDown']>): Promise<Outcome> {
  // A disk that takes no journal must not keep the node in standby.
  await turn.save({ standingDown }).catch((error: unknown) => {
    turn.assume({ standingDown });
    turn.say(`the journal: ${messageOf(error)}`, 'warning');
  });
  turn.say(`stands down: ${standingDown.reason}`, 'error');
  await showGauges(turn.host, 'standing-down');
  return end(turn, standingDown.failed ? 'failed' : 'stood-down');
}

/** Undoes what there is to undo, remembers how the turn went, and forgets it. */
async function end(turn: Turn, result: Outcome['result']): Promise<Outcome> {
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
  const undoing = steps
    .filter(({ name }) => journal.standingDown !== undefined && reached(journal.step, name))
    .reverse();
  await insist(turn, [
    ...(undoing.length > 0 && restarted ? [clusterRuns] : []),
    ...undoing,
    {
      name: 'the journal',
      undo: async () => {
        await remember(host.records, outcome);
        await host.records.remove('journal');
      },
      byHand: journalByHand,
    },
  ]);
  await showGauges(host, 'idle');
  const text = describeOutcome(outcome);
  turn.say(text, result === 'done' ? 'info' : 'error');
  const event = result === 'done' ? 'success' : 'failure';
  await host.report.event({ event, roll: journal.roll, node: journal.node, text });
  return outcome;
}

/** What must be done before a turn is over. */
interface Duty extends Pick<Step, 'undo' | 'byHand'> {
  readonly name: string;
}

const journalByHand = () => 'see that the state directory can be written, then: rolling-reboot abort';

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

/** Does all duties, those that fail again and again. The last two, lock and journal, wait for all others. */
async function insist(turn: Turn, duties: readonly Duty[]): Promise<void> {
  const { host, settings, journal } = turn;
  const deadline = host.clock.now() + undoLimit * 1000;
  for (let left = duties; ;) {
    const problems: string[] = [];
    const failed: Duty[] = [];
    for (const duty of left) {
      // While anything else is left no other node may begin, and nothing may be forgotten.
      if (failed.length > 0 && (duty.name === 'lock' || duty.name === 'the journal')) {
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
      const well = journal.step === 'lock' ? 'another node was faster' : `${settings.node} has rebooted well`;
      const reason = journal.standingDown?.reason ?? well;
      const text = `${reason}; but this could not be done: ${problems.join('; ')}. Do: ${todo}`;
      turn.say(text, 'error');
      await host.report.event({ event: 'failure', roll: journal.roll, node: settings.node, text });
      throw new RollError('UNFINISHED', text);
    }
    // Not with the signal: what is being undone is undone before the program ends.
    await host.clock.sleep(undoPollMs);
  }
}

function describeOutcome({ node, result, reason = '', started, ended, outage }: Outcome): string {
  switch (result) {
    case 'done': {
      const seconds = Math.round((ended - started) / 1000);
      return `${node} rebooted in ${seconds} s; longest time without an answer of the service: ${outage} ms`;
    }
    case 'stood-down':
      return `${reason}; nothing is left of the turn`;
    case 'failed':
      return `${reason}; nothing is left of the turn, and no other begins: look at ${node}, then: rolling-reboot abort`;
  }
}

async function showGauges(host: Host, phase: Parameters<Host['report']['gauges']>[0]['phase']): Promise<void> {
  const lockHeld = phase !== 'idle' && phase !== 'waiting';
  await host.report.gauges({ phase, lockHeld }, await readHistory(host.records).catch(() => []));
}
