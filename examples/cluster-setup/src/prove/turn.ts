// One turn of the proof: a node is cut off, the service goes on, the node comes back by wire, all is sound again.
import type { Clock } from '@sleepi3/driver';
import { type ClusterStatus, type FencingEvent, isPcsError, sameName } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import { withBoardOf } from '../nodes/board.js';
import type { Machine } from '../nodes/machine.js';
import { waitUntil, type WaitingHost } from '../waiting.js';
import { heartbeatOff, heartbeatOn } from './heartbeat.js';
import type { Parties, Party } from './parties.js';
import { type Blow, keepReport, type TurnReport } from './report.js';
import { placesOf, type Service } from './service.js';
import { type Probe, ServiceWatch } from './service-watch.js';
import { statusSeenBy, unsound } from './soundness.js';

export interface Turn {
  readonly parties: Parties;
  readonly target: Party;
  readonly survivor: Party;
  readonly how: Blow;
  readonly service: Service & { readonly url: string };
  /** The machine that this runs on. */
  readonly askedFrom: string;
}

export interface TurnHost extends WaitingHost {
  readonly clock: Clock;
  readonly date: () => Date;
  readonly probe: Probe;
  /** Tells what happens, a line at a time. */
  readonly log: (line: string) => void;
}

/** s at most: until the fencing is over, the service answers again, the node is back, all is sound. */
const limits = { fenced: 240, onRecord: 15, answer: 180, back: 900, sound: 900 } as const;

/** Strikes, and reports. The report is on the survivor before anything is done, so that a run that is killed leaves a trace. */
export async function proveTurn(turn: Turn, host: TurnHost): Promise<TurnReport> {
  const { target, survivor } = turn;
  const begun: Omit<TurnReport, 'state' | 'reasons' | 'remarks'> = {
    node: target.name,
    by: survivor.name,
    how: turn.how,
    began: host.date().toISOString(),
    askedFrom: turn.askedFrom,
    askedFromNode: survivor.isHere,
    url: turn.service.url,
  };
  await keepReport(survivor.machine, { ...begun, state: 'under way', reasons: [], remarks: [] });
  const watch = new ServiceWatch(host.clock, host.probe, turn.service.url);
  const seen: Seen = { reasons: [], remarks: [] };
  let report: TurnReport = { ...begun, ...seen, state: 'interrupted' };
  try {
    await strikeAndFollow(turn, watch, seen, host);
    const state = seen.reasons.length === 0 ? 'proven' : 'not proven';
    report = { ...begun, ...seen, silence: watch.longestSilence, state };
  } finally {
    await watch.stop();
    for (const { machine } of turn.parties) {
      // One that is away keeps none.
      await keepReport(machine, report).catch((error: unknown) => {
        if (!(error instanceof SetupError)) throw error;
      });
    }
  }
  return report;
}

/** What a turn shows, as it shows it. */
type Seen = { -readonly [N in 'fencedAfter' | 'address' | 'wokenBy' | 'backAfter' | 'soundAfter']?: TurnReport[N] } & {
  readonly reasons: string[];
  readonly remarks: string[];
};

async function strikeAndFollow(turn: Turn, watch: ServiceWatch, seen: Seen, host: TurnHost): Promise<void> {
  const { target, survivor, service } = turn;
  const before = await survivor.pcs.status();
  const staying = turn.parties.filter((party) => party !== target);
  const bootsOfStaying = await Promise.all(staying.map(({ machine }) => bootIdOf(machine)));
  const bootOfTarget = await bootIdOf(target.machine);
  const flagsBefore = await wakeupFlagsOf(target.machine);
  const begun = host.clock.now();
  const since = () => (host.clock.now() - begun) / 1000;

  const fencing = await strike(turn, before, bootOfTarget, host);
  seen.reasons.push(...fencing.reasons);
  if (fencing.succeeded) seen.fencedAfter = since();
  for (const [place, party] of staying.entries()) {
    seen.reasons.push(...(await wrongNode(party, bootsOfStaying[place])));
  }
  if (fencing.untouched) return;

  const answered = await waitUntil(`${service.url} answers`, () => Promise.resolve(watch.answers), limits.answer, host);
  if (!answered) seen.reasons.push(`${service.url} did not answer within ${limits.answer} s: ${watch.fact}`);
  const after = await statusSeenBy(survivor);
  seen.address = {
    before: placesOf(before, service.vip),
    after: typeof after === 'string' ? [] : placesOf(after, service.vip),
  };

  const back = await comeBack(turn, bootOfTarget, fencing.succeeded, host);
  if (back !== 'back') {
    seen.reasons.push(back);
    return;
  }
  seen.backAfter = since();
  try {
    seen.wokenBy = await wakeupFlagsOf(target.machine);
    seen.reasons.push(...judgeFlags(target.name, seen.wokenBy, flagsBefore));
    if (turn.how === 'panic' && (await heartbeatOn(target.machine))) {
      seen.remarks.push(`the watchdog of ${target.name} was still off after its boot; it is on again`);
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    seen.reasons.push(`after the boot the board does not answer: ${error.message}`);
  }

  const left = await waitUntilSound(turn, before, host);
  if (left.length > 0) seen.reasons.push(`not healthy again within ${limits.sound} s: ${left.join('; ')}`);
  else seen.soundAfter = since();
  seen.remarks.push(...(await movedBack(turn, seen.address.after)));
}

interface Fencing {
  readonly succeeded: boolean;
  /** Nothing happened to the node. */
  readonly untouched: boolean;
  readonly reasons: readonly string[];
}

async function strike(turn: Turn, before: ClusterStatus, bootId: string, host: TurnHost): Promise<Fencing> {
  const { target, survivor, how } = turn;
  const known = new Set((before.fenceHistory?.events ?? []).map(keyOf));
  const outcome = async (): Promise<FencingEvent | undefined> => {
    const status = await statusSeenBy(survivor);
    if (typeof status === 'string') return undefined;
    const fresh = (status.fenceHistory?.events ?? []).filter(
      (event) => sameName(event.target, target.name) && event.completed !== undefined && !known.has(keyOf(event)),
    );
    return fresh.find(({ status: result }) => result === 'success') ?? fresh[0];
  };
  const recorded = async (timeout: number) => {
    let last: FencingEvent | undefined;
    await waitUntil(
      `the cluster knows that ${target.name} is off`,
      async () => (last = await outcome())?.status === 'success',
      timeout,
      host,
    );
    return last;
  };
  if (how === 'panic') {
    const crashed = await panic(target, bootId, host);
    if (!crashed) return { succeeded: false, untouched: true, reasons: [`the kernel of ${target.name} did not crash`] };
    return judgeFencing(turn, await recorded(limits.fenced), []);
  }
  host.log(`${survivor.name}: pcs stonith fence ${target.name}`);
  try {
    await survivor.pcs.stonith.fence(target.name);
  } catch (error) {
    if (!isPcsError(error) && !(error instanceof SetupError)) throw error;
    const reasons = [`pcs stonith fence ${target.name} failed: ${error.message}`];
    const untouched = (await quietly(bootIdOf(target.machine))) === bootId;
    return { succeeded: false, untouched, reasons };
  }
  return judgeFencing(turn, await recorded(limits.onRecord), []);
}

function judgeFencing({ target, survivor }: Turn, event: FencingEvent | undefined, reasons: string[]): Fencing {
  if (event?.status === 'success') {
    const by = event.delegate ?? 'nobody';
    if (!sameName(by, survivor.name)) reasons.push(`${target.name} was fenced by ${by} and not by ${survivor.name}`);
    return { succeeded: true, untouched: false, reasons };
  }
  const why =
    event === undefined ? 'no fencing is on record' : `the fencing failed: ${event.exitReason ?? event.status}`;
  return { succeeded: false, untouched: false, reasons: [`${target.name}: ${why}`, ...reasons] };
}

/** s until a kernel that was told to crash has done so. */
const crashWithin = 60;

/** Has the kernel crash, with the watchdog off, and on again when it does not. @returns whether the node is silent. */
async function panic({ name, machine }: Party, bootId: string, host: TurnHost): Promise<boolean> {
  host.log(`${name}: HEARTBEAT_TIMEOUT off in the board; it comes back by itself`);
  let crashed = false;
  try {
    await heartbeatOff(machine);
    host.log(`${name}: echo c > /proc/sysrq-trigger`);
    await machine.run('systemd-run', ['--collect', '--quiet', '--', 'sh', '-c', crash]);
    crashed = await waitUntil(
      `${name} is silent`,
      async () => (await quietly(bootIdOf(machine))) !== bootId,
      crashWithin,
      host,
    );
    return crashed;
  } finally {
    if (!crashed) await heartbeatOn(machine);
  }
}

/** Its kernel must not restart by itself: it is to be fenced. One that does not crash is as it was. */
const crash =
  'sleep 1; sync; was=$(cat /proc/sys/kernel/panic); echo 0 >/proc/sys/kernel/panic; echo c >/proc/sysrq-trigger; ' +
  'echo "$was" >/proc/sys/kernel/panic';

/** Waits for the node. @returns `back`, or why it is not. */
async function comeBack(
  { parties, target, survivor }: Turn,
  bootId: string,
  wasFenced: boolean,
  host: TurnHost,
): Promise<string> {
  let now: string | undefined;
  const back = await waitUntil(
    `${target.name} is back`,
    async () => {
      now = await quietly(bootIdOf(target.machine));
      // A node that was really off is in another boot.
      return now !== undefined && (now !== bootId || wasFenced);
    },
    limits.back,
    host,
  );
  if (back && now === bootId) {
    return `${target.name} was reported as off, but still runs: its power was not cut. Test the wires: fence_sleepi3 wire-test ${parties.length > 2 ? `on ${survivor.name}` : '--both'}`;
  }
  return back
    ? 'back'
    : `${target.name} did not come back within ${limits.back} s: see A node does not come back in the runbooks`;
}

/** Whether the node that should stay lost its power. */
async function wrongNode({ name, machine }: Party, bootId: string | undefined): Promise<readonly string[]> {
  const now = await quietly(bootIdOf(machine));
  return now === bootId
    ? []
    : [
        `${name} was to stay up, but it ${now === undefined ? 'does not answer' : 'has restarted'}: compare the wires and the names`,
      ];
}

function judgeFlags(node: string, flags: readonly string[], before: readonly string[]): readonly string[] {
  if (!flags.includes('extin')) {
    return [`${node} was woken by ${flags.join(' and ') || 'an unknown cause'}, not by extin`];
  }
  const others = flags.filter((flag) => flag !== 'extin' && !before.includes(flag));
  return others.length === 0
    ? []
    : [`${node} was also woken by ${others.join(' and ')}: this does not show that the wire did it`];
}

async function waitUntilSound(
  { parties, survivor, service }: Turn,
  before: ClusterStatus,
  host: TurnHost,
): Promise<readonly string[]> {
  const sound = { parties, seenBy: survivor, url: service.url, before, probe: host.probe };
  return soundWithin(sound, limits.sound, host);
}

/** Waits until all is sound. @returns what is not, in the end. */
export async function soundWithin(
  sound: Parameters<typeof unsound>[0],
  timeout: number,
  host: WaitingHost,
): Promise<readonly string[]> {
  let left: readonly string[] = [];
  const telling: WaitingHost = {
    ...host,
    onWait: (until, ...times) => host.onWait?.(left.length === 0 ? until : `${until} (${left[0] ?? ''})`, ...times),
  };
  await waitUntil(
    'everything is healthy again',
    async () => {
      left = await unsound(sound);
      return left.length === 0;
    },
    timeout,
    telling,
  );
  return left;
}

async function movedBack({ survivor, service }: Turn, after: readonly string[]): Promise<readonly string[]> {
  const status = await statusSeenBy(survivor);
  if (typeof status === 'string') return [];
  const now = placesOf(status, service.vip);
  if (now.join() === after.join()) return [];
  return [
    `${service.vip ?? 'the address'} moved by itself, from ${after.join(' and ') || 'nowhere'} to ${now.join(' and ') || 'nowhere'}: ` +
      'one more interruption; look at resource-stickiness',
  ];
}

/** Which boot of its kernel a machine is in. @throws SetupError when it does not answer */
async function bootIdOf(machine: Machine): Promise<string> {
  const { stdout } = await machine.run('cat', ['/proc/sys/kernel/random/boot_id'], { timeoutMs: 20_000 });
  return stdout.trim();
}

function wakeupFlagsOf(machine: Machine): Promise<readonly string[]> {
  return withBoardOf(machine, (board) => board.get('wakeup-flag'));
}

/** Undefined where a machine does not answer. */
async function quietly<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof SetupError) return undefined;
    throw error;
  }
}

function keyOf({ target, action, client, status, completed }: FencingEvent): string {
  return [target, action, client, status, completed?.toISOString() ?? ''].join(' ');
}
