// The steps of one node's turn, as data: how to see that one is done already, how to do it, how to see that it worked,
// and what to undo.
import type { ClusterFacts } from './cluster/cluster.js';
import { RollError } from './errors.js';
import { fencingReason, instanceReason, othersReason, probeTimeoutMs } from './gates.js';
import type { Journal } from './journal.js';
import { changeLock, claimOf, describeLock, readLock } from './lock.js';
import type { Settings } from './settings.js';
import type { StepName } from './step-names.js';
import { newHolder, type Turn } from './turn-state.js';

export interface Step {
  readonly name: StepName;
  /** What it does, for people; NODE and SERVICE stand for this node's. */
  readonly title: string;
  /** The service is watched meanwhile. */
  readonly watched?: true;
  /** Once it is through the turn has begun, and people are told. */
  readonly begins?: true;
  /** The system goes down in it and ends the program; the steps that follow are taken after the boot. */
  readonly restarts?: true;
  /** Taken back when nothing else is left to take back, since it lets the next node begin. */
  readonly undoneLast?: true;
  /** Whether it is done already, or not called for. */
  readonly done?: (turn: Turn) => Promise<boolean>;
  /** Does it. May be called again after it has failed. */
  readonly act?: (turn: Turn) => Promise<void>;
  /** Waits for what it should bring about; throws RollError when that does not come. */
  readonly verify?: (turn: Turn) => Promise<void>;
  /** Takes back what it did, whether it did it or not; throws when it cannot. */
  readonly undo?: (turn: Turn) => Promise<void>;
  /** What a person must do when it cannot be undone. */
  readonly byHand?: (settings: Settings) => string;
}

export const steps: readonly Step[] = [
  {
    name: 'lock',
    title: 'take the lock of the cluster',
    done: async ({ settings, journal, host }) => {
      const record = readLock((await host.cluster.facts()).lock);
      return record?.holder?.node === settings.node && record.roll === journal.roll;
    },
    act: takeLock,
    undo: giveLockBack,
    undoneLast: true,
    byHand: () => 'rolling-reboot abort',
  },
  {
    name: 'gates',
    title: 'look at every gate, now that no other node can begin',
    begins: true,
    verify: async (turn) => {
      const reason = await turn.shut('all');
      if (reason !== undefined) throw new RollError('REFUSED', reason);
      const { resources } = await turn.facts();
      const here = resources.filter(({ startedOn }) => startedOn.includes(turn.settings.node));
      const cloned = here.filter((one) => one.cloned);
      await turn.save({
        hadService: here.some(({ id }) => id === turn.settings.service),
        ran: cloned.map(({ id }) => id),
        copies: Object.fromEntries(cloned.map(({ id, copies }) => [id, copies])),
      });
    },
  },
  {
    name: 'move',
    title: 'move SERVICE to another node that is healthy',
    watched: true,
    done: async (turn) => !activeHere(await turn.facts(), turn.settings),
    act: async (turn) => {
      const target = await targetFor(turn);
      turn.log(`${turn.settings.service} moves to ${target}`);
      await turn.host.cluster.move(turn.settings.service, target);
    },
    verify: async (turn) => {
      await turn.until(turn.settings['move-timeout'], async () =>
        serviceMissing(turn, await turn.facts(), 'elsewhere'),
      );
      await removeOwnConstraints(turn);
    },
    undo: removeOwnConstraints,
    byHand: ({ service }) => `pcs resource clear ${service}`,
  },
  {
    name: 'standby',
    title: 'put NODE into standby and wait until it is empty',
    watched: true,
    done: async (turn) => inStandby(await turn.facts(), turn.settings),
    act: ({ host, settings }) => host.cluster.standby(settings.node),
    verify: (turn) =>
      turn.until(turn.settings['drain-timeout'], async () => {
        const { settings } = turn;
        const facts = await turn.facts();
        // The service needs this node now: not one more second in standby.
        const lost = othersReason(facts, settings);
        if (lost !== undefined) throw new RollError('STEP_FAILED', lost);
        if (!inStandby(facts, settings)) return `${settings.node} is not in standby`;
        const left = facts.resources.find(({ activeOn }) => activeOn.includes(settings.node));
        if (left !== undefined) return `${left.id} has not left ${settings.node}`;
        return facts.unsettled[0] ?? serviceMissing(turn, facts, 'elsewhere');
      }),
    undo: unstandby,
    byHand: ({ node }) => `pcs node unstandby ${node}`,
  },
  {
    name: 'alarm',
    title: 'set the RTC wake alarm, so that the board powers NODE on should the reboot leave it off',
    act: async (turn) => {
      const { board } = turn.host;
      if (board === undefined) return;
      if (turn.journal.wakeupBefore === undefined) {
        const [wakeupBefore, previousAlarm] = [await board.wakeupFlags(), await board.wakeAlarm()];
        await turn.save({ wakeupBefore, ...(previousAlarm !== undefined && { previousAlarm }) });
      }
      await board.setWakeAlarm((await board.rtcTime()) + turn.settings['wake-after'] * 1000);
    },
    undo: restoreAlarm,
    byHand: () => 'clear the wake alarm: echo 0 > /sys/class/rtc/rtc0/wakealarm',
  },
  {
    name: 'reboot',
    title: 'reboot NODE',
    restarts: true,
    act: async (turn) => {
      // In this order: whoever takes the lock over finds this node in standby, and waits; and we look for others last.
      await turn.renewLock();
      const facts = await turn.facts();
      if (!inStandby(facts, turn.settings))
        throw new RollError('STEP_FAILED', 'someone ended the standby of this node');
      const reason = await turn.shut('reboot');
      if (reason !== undefined) throw new RollError('STEP_FAILED', reason);
      // The last moment at which it can be called off.
      turn.host.signal.throwIfAborted();
      await turn.host.reboot();
    },
    // The system ends this program on its way down.
    verify: (turn) =>
      turn.until(turn.settings['reboot-timeout'], async () =>
        (await turn.host.bootId()) === turn.journal.boot ? 'the system has not gone down' : undefined,
      ),
  },
  {
    name: 'rejoin',
    title: 'wait for NODE to be in the cluster again',
    act: async (turn) => {
      await restoreAlarm(turn);
      // Started at boot or not, it ran before the reboot.
      await turn.until(startTimeout, () => turn.facts().then(() => undefined)).catch(() => turn.host.cluster.start());
    },
    verify: async (turn) => {
      await turn.until(turn.settings['reboot-timeout'], async () => {
        const { controlled, nodes } = await turn.facts();
        const self = nodes.find(({ name }) => name === turn.settings.node);
        if (self?.online !== true || self.pending) return `${turn.settings.node} is not in the cluster`;
        return controlled ? undefined : 'there is no designated controller';
      });
      await turn.renewLock();
    },
  },
  {
    name: 'unstandby',
    title: 'let NODE run resources again',
    watched: true,
    done: async (turn) => !inStandby(await turn.facts(), turn.settings),
    act: unstandby,
    verify: (turn) =>
      turn.until(turn.settings['healthy-timeout'], async () =>
        inStandby(await turn.facts(), turn.settings) ? `${turn.settings.node} is still in standby` : undefined,
      ),
  },
  {
    name: 'wakeup',
    title: "look whether it was an orderly reboot: the board's wakeup-flag is neither watchdog nor extin",
    verify: async (turn) => {
      const { board } = turn.host;
      if (board === undefined) return;
      let flags: readonly string[] = [];
      await turn.until(boardTimeout, async () => {
        flags = await board.wakeupFlags();
        return undefined;
      });
      // Whether a warm reboot clears the flags is not known: one that stood there before says nothing.
      const bad = flags.find((flag) => alarming.has(flag) && !(turn.journal.wakeupBefore ?? []).includes(flag));
      if (bad === undefined) return;
      throw new RollError(
        'STEP_FAILED',
        `the board powered ${turn.settings.node} on for ${bad}: ${alarming.get(bad) ?? ''}`,
      );
    },
  },
  {
    name: 'healthy',
    title: 'wait until everything runs and answers again',
    watched: true,
    verify: (turn) => turn.until(turn.settings['healthy-timeout'], () => unwell(turn)),
  },
  {
    name: 'failback',
    title: 'move SERVICE back to NODE, if it was there and failback is on',
    watched: true,
    done: async (turn) =>
      !turn.settings.failback || !turn.journal.hadService || activeHere(await turn.facts(), turn.settings),
    act: ({ host, settings }) => host.cluster.move(settings.service, settings.node),
    verify: async (turn) => {
      await turn.until(turn.settings['move-timeout'], async () => serviceMissing(turn, await turn.facts(), 'anywhere'));
      await removeOwnConstraints(turn);
    },
  },
  {
    name: 'soak',
    title: 'watch for a while that all stays well',
    watched: true,
    verify: async (turn) => {
      const { clock, signal } = turn.host;
      const end = clock.now() + turn.settings.soak * 1000;
      while (clock.now() < end) {
        await clock.sleep(Math.min(soakInterval, end - clock.now()), signal);
        // A single bad look may be a lost packet; what lasts is not.
        await turn.until(soakTimeout, () => unwell(turn));
      }
    },
  },
  {
    name: 'release',
    title: 'hand the lock on',
    act: async ({ host, settings, journal }) => {
      const members = (await host.cluster.facts()).nodes.map(({ name }) => name);
      await changeLock(host.cluster, (record) => {
        if (record?.holder?.node !== settings.node || record.roll !== journal.roll) return 'keep';
        const done = [...record.done, settings.node];
        return members.every((name) => done.includes(name)) ? undefined : { roll: record.roll, done };
      });
    },
  },
];

const restart = steps.findIndex((step) => step.restarts === true);

/** Those that are taken after the boot. */
export const stepsAfterBoot = steps.slice(restart + 1);

/** Whether the reboot was ordered before the turn came so far, or is being ordered. */
export function isRestarting(step: StepName): boolean {
  return steps.findIndex(({ name }) => name === step) >= restart;
}

/** Whether the turn has come to what follows the boot. */
export function isAfterBoot(step: StepName): boolean {
  return stepsAfterBoot.some(({ name }) => name === step);
}

/** What was done when a turn has come to `step`, last things first. */
export function doneBy(step: StepName): readonly Step[] {
  return steps.slice(0, steps.findIndex(({ name }) => name === step) + 1).reverse();
}

/** What a step does, for people. */
export function titleOf({ title }: Step, { node, service }: Settings): string {
  return title.replaceAll('NODE', node).replaceAll('SERVICE', service);
}

/** s to wait for the cluster software before it is started; started twice, by the boot and here, it is started once. */
const startTimeout = 15;
/** s to wait for the board after the boot: the bus and its driver come up late, and transfers fail now and then. */
const boardTimeout = 60;
/** ms between two looks while soaking, and s in which all must be well again. */
const soakInterval = 10_000;
const soakTimeout = 20;

/** An alarm that is nearer than this may have passed before it is set, which is an error. */
const alarmMarginMs = 5000;

/** Why a board powers its Pi on when something went wrong. */
const alarming: ReadonlyMap<string, string> = new Map([
  ['watchdog', 'the reboot hung, and the watchdog power-cycled it'],
  ['extin', 'it was fenced'],
  ['alarm', 'the reboot left it off, and the wake alarm powered it on'],
]);

async function takeLock(turn: Turn): Promise<void> {
  const { host, settings, journal } = turn;
  const holder = await newHolder(host, settings);
  await changeLock(host.cluster, (record) => {
    const claim = claimOf(record, { node: settings.node, newRoll: journal.roll, now: host.date() / 1000 });
    if (claim.kind === 'free' && claim.roll === journal.roll) return { roll: claim.roll, holder, done: claim.done };
    throw new RollError('NOT_MY_TURN', `another node was faster: ${describeLock(record)}`);
  });
}

/** Lets go of the lock if this node has it, and says in it when the roll failed here. */
async function giveLockBack(turn: Turn): Promise<void> {
  const { host, settings, journal } = turn;
  if (journal.takenOver === undefined) {
    const takenOver = readLock((await host.cluster.facts()).lock)?.holder?.node !== settings.node;
    // A disk that takes no journal must not keep the lock.
    await turn.save({ takenOver }).catch(() => {
      turn.assume({ takenOver });
    });
  }
  await changeLock(host.cluster, (record) => {
    if (record?.holder?.node !== settings.node) return 'keep';
    const { roll, done } = record;
    if (journal.standingDown?.failed === true) return { roll, done, failed: settings.node };
    return done.length > 0 ? { roll, done } : undefined;
  });
}

async function unstandby(turn: Turn): Promise<void> {
  if (!inStandby(await turn.facts(), turn.settings)) return;
  await turn.host.cluster.unstandby(turn.settings.node);
  if (inStandby(await turn.facts(), turn.settings)) {
    throw new RollError('STEP_FAILED', `${turn.settings.node} is still in standby`);
  }
}

/** The alarm as it was; one whose time has passed is none. */
async function restoreAlarm({ host: { board }, journal: { previousAlarm } }: Turn): Promise<void> {
  if (board === undefined) return;
  const ahead = previousAlarm !== undefined && previousAlarm > (await board.rtcTime()) + alarmMarginMs;
  await board.setWakeAlarm(ahead ? previousAlarm : undefined);
}

/** Those that a move of the service makes; there were none when the turn began, so one that was cut short left them. */
export function ownConstraints(ids: readonly string[], { service }: Settings): readonly string[] {
  return ids.filter((id) => id === `cli-prefer-${service}` || id.startsWith(`cli-ban-${service}-on-`));
}

async function removeOwnConstraints({ host, settings }: Turn): Promise<void> {
  const own = ownConstraints((await host.cluster.facts()).leftConstraints, settings);
  if (own.length > 0) await host.cluster.removeConstraints(own);
}

/** Where the service is to go: to a healthy node, best to one that has been rebooted, so that it need not move again. */
async function targetFor(turn: Turn): Promise<string> {
  const { node } = turn.settings;
  const facts = await turn.facts();
  const done = readLock(facts.lock)?.done ?? [];
  const others = facts.nodes
    .filter(({ name, online, standby }) => name !== node && online && !standby)
    .map(({ name }) => name)
    .sort((one, other) => Number(done.includes(other)) - Number(done.includes(one)));
  const reasons: string[] = [];
  for (const name of others) {
    const reason = await instanceReason({ settings: turn.settings, probe: turn.host.probe }, name);
    if (reason === undefined) return name;
    reasons.push(reason);
  }
  throw new RollError('STEP_FAILED', `no node can take ${turn.settings.service}: ${reasons.join('; ')}`);
}

/** What is missing for clients to be served. */
async function serviceMissing(
  { host, settings }: Turn,
  { resources }: ClusterFacts,
  where: 'elsewhere' | 'anywhere',
): Promise<string | undefined> {
  const service = resources.find(({ id }) => id === settings.service);
  const nodes = service?.startedOn.filter((name) => where === 'anywhere' || name !== settings.node) ?? [];
  if (nodes.length === 0)
    return `${settings.service} is not started ${where === 'anywhere' ? 'anywhere' : 'on another node'}`;
  if (where === 'elsewhere' && service?.cloned === false && service.activeOn.includes(settings.node)) {
    return `${settings.service} has not left ${settings.node}`;
  }
  const { ok, fact } = await host.probe(settings.url, probeTimeoutMs);
  return ok ? undefined : `${settings.url}: ${fact}`;
}

/** What is not as it was before the reboot. */
async function unwell(turn: Turn): Promise<string | undefined> {
  const { settings, journal, host } = turn;
  const facts = await turn.facts();
  const self = facts.nodes.find(({ name }) => name === settings.node);
  if (self?.online !== true || self.standby) return `${settings.node} takes no resources`;
  if (!facts.quorate) return 'there is no quorum, and nothing runs: start the other nodes';
  return (
    copyMissing(facts, settings, journal) ??
    facts.failures[0] ??
    facts.unsettled[0] ??
    fencingReason(facts, settings['fence-monitor-age']) ??
    (await serviceMissing(turn, facts, 'anywhere')) ??
    instanceReason({ settings, probe: host.probe }, settings.node)
  );
}

/**
 * What runs neither here again nor in as many copies as before. A clone or bundle with a copy for each node has to come back to
 * have them all; one with fewer, or whose copies may share a node, was moved away and stays there.
 */
function copyMissing({ resources }: ClusterFacts, { node }: Settings, { ran, copies }: Journal): string | undefined {
  const missing = ran.find((id) => {
    const now = resources.find((one) => one.id === id);
    return now?.startedOn.includes(node) !== true && (now?.copies ?? 0) < (copies?.[id] ?? Infinity);
  });
  return missing === undefined ? undefined : `${missing} is not started on ${node}`;
}

function inStandby({ nodes }: ClusterFacts, { node }: Settings): boolean {
  return nodes.some(({ name, standby }) => name === node && standby);
}

function activeHere({ resources }: ClusterFacts, { node, service }: Settings): boolean {
  const found = resources.find(({ id }) => id === service);
  // A cloned service serves from every node: nothing has to move.
  return found !== undefined && !found.cloned && found.activeOn.includes(node);
}
