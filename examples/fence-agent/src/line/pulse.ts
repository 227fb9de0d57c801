// What a line keeper does with the line for each action. Whatever happens, EXTOUT is released at the end.
import type { Clock } from '@sleepi3/driver';
import { reasonNotToFire } from './arbitration.js';
import { type HoldProgress, verifiedHold } from './hold.js';
import type { PulseOutcome, PulseRequest } from './act.js';
import { type Lines, type LineState, readTwice, settleExtout } from './lines.js';
import { isOwnShot, ownShot } from './own-shot.js';
import { retry, within } from './timeout.js';
import type { PowerRecord } from './power-record.js';
import { withoutStuckInput } from './stuck-input.js';
import { reasonOf } from '../reason.js';

/** The pulse that wakes a node, ms: long enough to be seen as an edge, far from the earliest cut. */
const wakePulse = 1000;
/** When an asserted EXTIN cuts the power at the earliest, ms. */
const earliestCut = 9000;
/** After a stale line was released, ms: the peer's board counts whole seconds and has to see it idle. */
const staleLineRest = 2000;
/** How long a slow disk is waited for to take a record, ms. It proves something later; the hold is now. */
const recordTimeout = 3000;
/** How long a bus that fails is tried before anything is asserted, ms, where the act has no time of its own for that. */
const busTimeout = 3000;
/** Between two looks whether the shot at this node is over, ms. */
const waitInterval = 250;
/** How long EXTIN must be idle until the shot at this node is over, ms: the other one may let go for a moment to see whose shot it sees. */
const shotIsOver = 2000;
/** How long a release is tried for before it is given up, ms. */
export const releaseTimeout = 30_000;

export interface PulseContext {
  readonly lines: Lines;
  readonly clock: Clock;
  readonly record: PowerRecord;
  readonly log: (message: string) => void;
  readonly onProgress: (progress: HoldProgress) => void;
  /** Aborts a hold; the line is released then, too. */
  readonly signal: AbortSignal;
  /** Wall-clock time for the record. */
  readonly date: () => Date;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Powers the target off or on. For `reboot` this is the first half; the wake pulse, an `on`, is the keeper's to give afterwards. */
export async function pulse(request: PulseRequest, given: PulseContext): Promise<PulseOutcome> {
  const { clock, log } = given;
  const lines = withoutStuckInput(given.lines, clock, () => {
    log('EXTIN has been asserted for longer than any shot: it is taken for idle; see monitor');
  });
  // A test is about the lines as they are.
  const context = request.action === 'test' ? given : { ...given, lines };
  const deadline = clock.now() + request.holdTimeout;
  try {
    // From here on an edge may wake the target: an older proof that it is off is void.
    await kept('the old record of a power-off could not be removed', context.record.forget(), context);
    await releaseStaleLine(context, Math.max(busTimeout, request.holdTimeout - request.hold));
    for (;;) {
      const outcome = await acts[request.action](request, context, deadline);
      const mayWait = outcome.kind === 'conceded' && request.action !== 'test';
      const latest = request.action === 'on' ? deadline : deadline - request.hold;
      if (!mayWait || !(await shotIsOverBy(latest, context))) return outcome;
      log(`${outcome.reason}; that has ended, and this node lives: arbitrating again`);
    }
  } catch (error) {
    await release(context);
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

/** Waits for the shot at this node to end, as long as there is time. Resolves to whether it has ended. */
async function shotIsOverBy(latest: number, { lines, clock, signal }: PulseContext): Promise<boolean> {
  let idleSince: number | undefined;
  while (!signal.aborted && clock.now() <= latest) {
    const state = await lines.read().catch(() => undefined); // what cannot be read is not over
    if (!state || state.extin) idleSince = undefined;
    else idleSince ??= clock.now();
    if (idleSince !== undefined && clock.now() - idleSince >= shotIsOver) return true;
    await clock.sleep(waitInterval);
  }
  signal.throwIfAborted();
  return false;
}

type Act = (request: PulseRequest, context: PulseContext, deadline: number) => Promise<PulseOutcome>;

const acts = {
  on: (_request, context) => wake(context),
  off: cut,
  reboot: cut,
  test: testWire,
} satisfies Record<PulseRequest['action'], Act>;

async function cut(request: PulseRequest, context: PulseContext, deadline: number): Promise<PulseOutcome> {
  const { lines, clock, record, random, onProgress, signal } = context;
  const { hold, preferred, extinExpected } = request;
  const plan = { hold, deadline, preferred, extinExpected, random };
  let taken = false;
  const noted: Lines = {
    read: () => lines.read(),
    writeExtout: async (asserted) => {
      taken = false;
      await lines.writeExtout(asserted);
      taken = !asserted;
    },
  };
  const outcome = await verifiedHold(noted, clock, plan, onProgress, signal);
  const released = await release(context, outcome.kind === 'verified' ? 1000 : releaseTimeout, taken);
  if (outcome.kind !== 'verified') return outcome;
  const { held, samples } = outcome;
  // The target is off all the same; without the record `status` says "on", which is the safe side.
  const proof = { target: request.target, held, samples, at: context.date().toISOString() };
  await kept('the record of the power-off could not be written', record.rememberOff(proof), context);
  return { ...outcome, released };
}

async function wake(context: PulseContext): Promise<PulseOutcome> {
  const { lines, clock } = context;
  let begun: number | undefined;
  const objection = await retry(context, busTimeout, async () => {
    const reason = reasonNotToFire(await readTwice(lines));
    if (reason) return reason;
    begun ??= clock.now(); // a write that fails may have taken effect
    await assert(lines);
    return undefined;
  });
  if (begun === undefined || objection) {
    await release(context);
    return { kind: 'conceded', reason: objection ?? 'EXTOUT was not asserted' };
  }
  await clock.sleep(wakePulse);
  const { extout, extin } = await lookAgainUnless(lines, ({ extout: asserted }) => asserted);
  const released = await letGo(context);
  const lasted = clock.now() - begun;
  if (!extout) return { kind: 'failed', reason: 'EXTOUT fell during the wake pulse' };
  if (!released) return { kind: 'failed', reason: 'EXTOUT could not be released after the wake pulse' };
  if (lasted >= earliestCut) {
    const reason = `the wake pulse lasted ${(lasted / 1000).toFixed(1)} s, so that its target may have been cut again`;
    return { kind: 'failed', reason };
  }
  if (extin && (await isOwnShot(context, false))) return { kind: 'failed', reason: ownShot };
  return { kind: 'woken' };
}

/** Between two looks at the lines during a test pulse, ms. */
const testSampleInterval = 20;

/** A pulse too short to cut anything, while this node's own EXTIN is watched. */
async function testWire({ hold, extinExpected }: PulseRequest, context: PulseContext): Promise<PulseOutcome> {
  const { lines, clock, signal } = context;
  const before = await retry(context, busTimeout, () => readTwice(lines));
  const objection = extinExpected ? undefined : reasonNotToFire(before);
  if (objection) return { kind: 'conceded', reason: objection };
  const begun = clock.now();
  let { extout, extin: extinMoved } = await assert(lines);
  const asserted = clock.now();
  const end = begun + hold;
  while (extout && clock.now() < end && !signal.aborted) {
    await clock.sleep(Math.min(testSampleInterval, end - clock.now()));
    const state = await lookAgainUnless(lines, (seen) => seen.extout && seen.extin === extinMoved);
    extout = state.extout;
    extinMoved ||= state.extin;
  }
  const releasing = clock.now();
  const released = await letGo(context);
  if (!extout) return { kind: 'failed', reason: 'EXTOUT fell during the test pulse' };
  if (!released) return { kind: 'failed', reason: 'EXTOUT could not be released after the test pulse' };
  return { kind: 'tested', shortest: releasing - asserted, longest: clock.now() - begun, extinMoved };
}

/** Writes 1 and sees it; on a slow bus an asserted line is a short time. */
async function assert(lines: Lines): Promise<LineState> {
  await lines.writeExtout(true);
  const state = await lookAgainUnless(lines, ({ extout }) => extout);
  if (!state.extout) throw new Error('EXTOUT does not follow what is written to it');
  return state;
}

/** One reading, or two that agree when it is not as expected. */
async function lookAgainUnless(lines: Lines, expected: (state: LineState) => boolean): Promise<LineState> {
  const state = await lines.read();
  return expected(state) ? state : readTwice(lines);
}

/** Writes 0 to a line that is asserted, and sees to it that it reads so. */
async function letGo(context: PulseContext): Promise<boolean> {
  await context.lines.writeExtout(false).catch(() => undefined); // then the rest of it writes again
  return release(context);
}

async function releaseStaleLine(context: PulseContext, timeout: number): Promise<void> {
  const { lines } = context;
  const { extout } = await retry(context, timeout, () => readTwice(lines));
  if (!extout) return;
  await retry(context, timeout, () => settleExtout(lines, false));
  context.log('EXTOUT was asserted with no owner: released');
  await context.clock.sleep(staleLineRest);
}

/** Waits for a change of the record, but not for ever, and goes on without it: a disk that fails must not prevent fencing. */
async function kept(trouble: string, change: Promise<void>, { clock, log }: PulseContext): Promise<void> {
  const failure = within(
    clock,
    recordTimeout,
    change.then(() => undefined, reasonOf),
  );
  const why = await failure;
  if (why !== undefined) log(`${trouble}: ${why === 'late' ? 'the disk takes too long' : why}`);
}

/** Releases EXTOUT, again and again for `timeout` ms. Resolves to whether it reads released. */
export async function release(
  { lines, clock, log }: Pick<PulseContext, 'lines' | 'clock' | 'log'>,
  timeout = releaseTimeout,
  taken = false,
): Promise<boolean> {
  let isTaken = taken;
  try {
    await retry({ clock }, timeout, () =>
      settleExtout(lines, false, { taken: isTaken }).finally(() => {
        isTaken = false;
      }),
    );
    return true;
  } catch (error) {
    log(`EXTOUT could not be released: ${reasonOf(error)}`);
    return false;
  }
}
