// A roll, as this node sees it: whether it may have its turn now, what an earlier run left, and how a roll is ended.
import { messageOf, RollError, type RollErrorCode } from './errors.js';
import { gates } from './gates.js';
import { lookAtGates, waitForGates } from './look-at-gates.js';
import { type Journal, readHistory, readJournal } from './journal.js';
import { changeLock, claimOf, describeLock, type LockRecord, readLock, writeLock } from './lock.js';
import type { Host } from './node/host.js';
import { type Settings, turnTimeout } from './settings.js';
import { standDown } from './stand-down.js';
import { lastStep, stepNames } from './step-names.js';
import { isAfterBoot, isRestarting, ownConstraints } from './steps.js';
import { begin, goOn, type TurnEnding } from './turn.js';
import { showPhase, Turn, viewOf } from './turn-state.js';

/** How a run of the program ended. */
export type Ending =
  | TurnEnding
  /** There was nothing to do. */
  | { readonly result: 'nothing'; readonly reason: string };

export interface RunOptions {
  /** A person wants it now, whatever window, interval and limit say. */
  readonly byHand?: boolean;
}

/** ms between two looks at a lock that another node has. */
const waitInterval = 10_000;
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
      const ending = await begin(turn);
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
    const told = error instanceof RollError && (error.told || toldAlready.includes(error.code));
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
    return newJournal(host, settings, 'unknown').then((fresh): Journal => ({ ...fresh, step: lastStep }));
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
  await showPhase(host, 'idle');
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
  if (restarted ? isRestarting(journal.step) : isAfterBoot(journal.step)) {
    turn.log(restarted ? `${settings.node} has restarted` : `the program had ended at step ${journal.step}`);
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
    step: lastStep,
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
  const states = await waitForGates(look, {
    ...host,
    log: (text) => {
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
      await clock.sleep(waitInterval, signal);
      continue;
    }
    const record = readLock(facts.lock);
    const claim = claimOf(record, { node: settings.node, newRoll, now: host.date() / 1000 });
    if (watched.text !== facts.lock) Object.assign(watched, { text: facts.lock, since: clock.now() });
    // Expired by the clock of this node, which may be wrong: nothing must have changed for as long as a turn may take.
    if (claim.kind === 'expired' && clock.now() - watched.since >= turnTimeout(settings) * 1000) {
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
          // What failed while this node waited for it was told by whoever failed, or by this node, which took it over.
          { told: told !== '' },
        );
      case 'expired':
      case 'held': {
        const text = describeLock(claim.record);
        if (claim.kind === 'held' && clock.now() >= end) {
          throw new RollError('NOT_MY_TURN', `${text}; this node has waited ${settings['turn-wait']} s for its turn`);
        }
        if (text !== told) host.report.line('info', `waits for its turn: ${text}`, claim.record.roll);
        told = text;
        await showPhase(host, 'waiting');
        await clock.sleep(waitInterval, signal);
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
  await host.report.event({ event: 'failure', roll, node: holder.node, text, rollStops: true });
}
