// The verified hold: EXTOUT asserted without a gap for long enough that the peer's board has cut its Pi's power.
import type { Clock } from '@sleepi3/driver';
import { reasonNotToFire, reasonToYield } from './arbitration.js';
import { type Lines, type LineState, readSettled, settleExtout } from './lines.js';

/** Between two samples, ms: quick enough to see the peer shoot long before either board cuts. */
const samplePeriod = 200;
/** Without a good sample for longer than this, ms, the hold is not proven and begins anew. */
const longestGap = 1000;
/**
 * Without sight of EXTIN for longer than this, ms, the line is let go: the preferred peer may be shooting, and its cut
 * comes 9 s after its first assertion at the earliest.
 */
const longestBlindness = 3000;
/**
 * A clearance older than this, ms, is taken again: the peer may have begun to fire since. Enough for the transfers that
 * follow it where each starts a program on a busy Pi, and with a sample's delay far less than the 9 s of the earliest cut.
 */
const longestClearance = 1500;

export interface HoldPlan {
  /** ms that EXTOUT must be seen asserted without a gap; at least 11000 (the latest cut). */
  readonly hold: number;
  /** The clock's time, ms: no hold is begun anew that could not be completed by then. */
  readonly deadline: number;
  /** Whether this node goes on when both shoot. */
  readonly preferred: boolean;
}

export interface HoldProgress {
  /** ms of the hold proven so far; falls back to 0 when it begins anew. */
  readonly held: number;
  readonly samples: number;
  readonly restarts: number;
}

export type HoldOutcome =
  /** `held`: ms from the first to the last sample of the unbroken hold. */
  | { readonly kind: 'verified'; readonly held: number; readonly samples: number; readonly restarts: number }
  | { readonly kind: 'conceded'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Asserts EXTOUT and holds it until the plan is fulfilled or must be given up. Says `verified` only of a hold in which
 * every sample saw EXTOUT asserted and none was late. Leaves EXTOUT as it is: releasing is the caller's, in every case.
 *
 * @param signal Ends the hold as failed when it aborts.
 */
export async function verifiedHold(
  lines: Lines,
  clock: Clock,
  plan: HoldPlan,
  onProgress: (progress: HoldProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<HoldOutcome> {
  let restarts = 0;
  let asserted = false;
  for (;;) {
    if (signal?.aborted) return { kind: 'failed', reason: message(signal.reason) };
    if (restarts > 0 && clock.now() + plan.hold > plan.deadline) {
      return { kind: 'failed', reason: `no time left for a hold of ${seconds(plan.hold)} after ${restarts} restarts` };
    }
    const start = await fire(lines, clock, plan, asserted);
    if (start) return start;
    asserted = true;
    const outcome = await watch(lines, clock, plan, restarts, onProgress, signal);
    if (outcome !== 'gap') return outcome;
    restarts++;
  }
}

/** Arbitrates, then asserts EXTOUT. Resolves to the outcome when the line must not be or could not be asserted. */
async function fire(lines: Lines, clock: Clock, plan: HoldPlan, asserted: boolean): Promise<HoldOutcome | undefined> {
  const giveUp = clock.now() + longestBlindness;
  let clearedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  while (clock.now() < giveUp) {
    try {
      const before = await readSettled(lines);
      if (!before.extin) clearedAt = clock.now();
      // A line that this node asserted just after a clearance is no new shot: for it the rule of holding is in force.
      const kept = asserted && before.extout;
      const holding = kept || (before.extout && isFresh(clearedAt, clock));
      const objection = holding ? reasonToYield(before, plan.preferred) : reasonNotToFire(before);
      if (objection) return { kind: 'conceded', reason: objection };

      if (!before.extout) await lines.writeExtout(true);
      const after = await readSettled(lines);
      const yielding = reasonToYield(after, plan.preferred);
      if (yielding) return { kind: 'conceded', reason: yielding };
      if (after.extout && (kept || isFresh(clearedAt, clock))) return undefined;
      failure = new Error('EXTOUT does not follow what is written to it, or follows too late');
      // Too late means that the peer may have fired in between and be near its cut: back off and look again.
      if (after.extout) await settleExtout(lines, false);
    } catch (error) {
      failure = error;
    }
    await clock.sleep(samplePeriod / 4);
  }
  return { kind: 'failed', reason: `EXTOUT could not be asserted: ${message(failure)}` };
}

function isFresh(clearedAt: number, clock: Clock): boolean {
  return clock.now() - clearedAt <= longestClearance;
}

async function watch(
  lines: Lines,
  clock: Clock,
  plan: HoldPlan,
  restarts: number,
  onProgress: (progress: HoldProgress) => void,
  signal: AbortSignal | undefined,
): Promise<HoldOutcome | 'gap'> {
  const start = clock.now();
  let last = start;
  let samples = 1;
  let next = start + samplePeriod;
  for (;;) {
    await clock.sleep(Math.max(0, next - clock.now()));
    if (signal?.aborted) return { kind: 'failed', reason: message(signal.reason) };
    // The sample was taken some time between here and the answer: what is proven reaches up to here.
    const asked = clock.now();
    // The last sample is due at the end of the hold, and not up to a period after it because a timer ran a little early.
    const end = start + plan.hold + 1;
    next = asked < end ? Math.min(Math.max(next + samplePeriod, asked), end) : asked + samplePeriod;
    const state = await sample(lines);
    if (clock.now() - last > longestGap) return 'gap';
    if (!state) continue;
    const reason = reasonToYield(state, plan.preferred);
    if (reason) return { kind: 'conceded', reason };
    if (!state.extout) return 'gap';
    last = asked;
    samples++;
    onProgress({ held: last - start, samples, restarts });
    if (last - start >= plan.hold) return { kind: 'verified', held: last - start, samples, restarts };
  }
}

/** One sample; what would end the hold is looked at again before it is believed. Undefined when the bus failed. */
async function sample(lines: Lines): Promise<LineState | undefined> {
  try {
    const state = await lines.read();
    return state.extout && !state.extin ? state : await readSettled(lines);
  } catch {
    // The caller counts how long it has been without a sample and says so; one failure is no news.
    return undefined;
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function message(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
