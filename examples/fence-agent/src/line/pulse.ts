// What a line keeper does with the line for each action. Whatever happens, EXTOUT is released at the end.
import type { Clock } from '@sleepi3/driver';
import { reasonNotToFire } from './arbitration.js';
import { type HoldProgress, verifiedHold } from './hold.js';
import type { PulseOutcome, PulseRequest } from './act.js';
import { type Lines, readSettled, settleExtout } from './lines.js';
import { patiently, within } from './patience.js';
import type { PowerRecord } from './power-record.js';

/** The pulse that wakes a node, ms: long enough to be seen as an edge, far from the earliest cut. */
const wakePulse = 1000;
/** When an asserted EXTIN cuts the power at the earliest, ms. */
const earliestCut = 9000;
/** After a stale line was released, ms: the peer's board counts whole seconds and has to see it idle. */
const staleLineRest = 2000;
/** How long a slow disk is waited for to take a record, ms. It proves something later; the hold is now. */
const recordPatience = 3000;
/** How long a bus that fails is tried before anything is asserted, ms: little beside the hold, much beside one transfer. */
const busPatience = 3000;
/** How long a release is tried for before it is given up, ms. */
export const releasePatience = 30_000;

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
}

/** Powers the target off or on. For `reboot` this is the first half; the wake pulse, an `on`, is the keeper's to give afterwards. */
export async function pulse(request: PulseRequest, context: PulseContext): Promise<PulseOutcome> {
  try {
    // From here on an edge may wake the target: an older proof that it is off is void.
    await kept('the old record of a power-off could not be removed', context.record.forget(), context);
    await releaseStaleLine(context);
    return await acts[request.action](request, context);
  } catch (error) {
    await release(context);
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

const acts = {
  on: (_request, context) => wake(context),
  off: cut,
  reboot: cut,
  test: testWire,
} satisfies Record<PulseRequest['action'], (request: PulseRequest, context: PulseContext) => Promise<PulseOutcome>>;

async function cut(request: PulseRequest, context: PulseContext): Promise<PulseOutcome> {
  const { lines, clock, record, onProgress, signal } = context;
  const plan = { hold: request.hold, deadline: clock.now() + request.holdTimeout, preferred: request.preferred };
  const outcome = await verifiedHold(lines, clock, plan, onProgress, signal);
  const released = await release(context, outcome.kind === 'verified' ? 1000 : releasePatience);
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
  const objection = await patiently(context, busPatience, async () => {
    const reason = reasonNotToFire(await readSettled(lines));
    if (reason) return reason;
    begun ??= clock.now(); // a write that fails may have taken effect
    await settleExtout(lines, true);
    return undefined;
  });
  if (begun === undefined || objection) {
    await release(context);
    return { kind: 'conceded', reason: objection ?? 'EXTOUT was not asserted' };
  }
  await clock.sleep(wakePulse);
  const { extout } = await readSettled(lines);
  const released = await release(context);
  const lasted = clock.now() - begun;
  if (!extout) return { kind: 'failed', reason: 'EXTOUT fell during the wake pulse' };
  if (!released) return { kind: 'failed', reason: 'EXTOUT could not be released after the wake pulse' };
  if (lasted >= earliestCut) {
    const reason = `the wake pulse lasted ${(lasted / 1000).toFixed(1)} s, so that its target may have been cut again`;
    return { kind: 'failed', reason };
  }
  return { kind: 'woken' };
}

/** Between two looks at the lines during a test pulse, ms. */
const testSamplePeriod = 20;

/** A pulse too short to cut anything, while this node's own EXTIN is watched. */
async function testWire({ hold }: PulseRequest, context: PulseContext): Promise<PulseOutcome> {
  const { lines, clock, signal } = context;
  const objection = reasonNotToFire(await patiently(context, busPatience, () => readSettled(lines)));
  if (objection) return { kind: 'conceded', reason: objection };
  const begun = clock.now();
  let { extout, extin: extinMoved } = await settleExtout(lines, true);
  const asserted = clock.now();
  const end = begun + hold;
  while (extout && clock.now() < end && !signal.aborted) {
    await clock.sleep(Math.min(testSamplePeriod, end - clock.now()));
    const state = await readSettled(lines);
    extout = state.extout;
    extinMoved ||= state.extin;
  }
  const releasing = clock.now();
  const released = await release(context);
  if (!extout) return { kind: 'failed', reason: 'EXTOUT fell during the test pulse' };
  if (!released) return { kind: 'failed', reason: 'EXTOUT could not be released after the test pulse' };
  return { kind: 'tested', shortest: releasing - asserted, longest: clock.now() - begun, extinMoved };
}

async function releaseStaleLine(context: PulseContext): Promise<void> {
  const { lines } = context;
  const { extout } = await patiently(context, busPatience, () => readSettled(lines));
  if (!extout) return;
  await patiently(context, busPatience, () => settleExtout(lines, false));
  context.log('EXTOUT was asserted with no owner: released');
  await context.clock.sleep(staleLineRest);
}

/** Waits for a change of the record, but not for ever, and goes on without it: a disk that fails must not prevent fencing. */
async function kept(trouble: string, change: Promise<void>, { clock, log }: PulseContext): Promise<void> {
  const failure = within(
    clock,
    recordPatience,
    change.then(
      () => undefined,
      (error: unknown) => String(error),
    ),
  );
  const why = await failure;
  if (why !== undefined) log(`${trouble}: ${why === 'silence' ? 'the disk takes too long' : why}`);
}

/** Releases EXTOUT, again and again for `patience` ms. Resolves to whether it reads released. */
export async function release(
  { lines, clock, log }: Pick<PulseContext, 'lines' | 'clock' | 'log'>,
  patience = releasePatience,
): Promise<boolean> {
  const giveUp = clock.now() + patience;
  for (;;) {
    try {
      await settleExtout(lines, false);
      return true;
    } catch (error) {
      if (clock.now() >= giveUp) {
        log(`EXTOUT could not be released: ${error instanceof Error ? error.message : String(error)}`);
        return false;
      }
    }
    await clock.sleep(100);
  }
}
