// The verified hold: EXTOUT asserted without a gap for long enough that the peer's board has cut its Pi's power.
import type { Clock } from '@sleepi3/driver';
import { reasonNotToFire, reasonToYield } from './arbitration.js';
import { type Lines, type LineState, readTwice, settleExtout } from './lines.js';
import { isOwnShot, ownShot } from './own-shot.js';
import { within } from './timeout.js';
import { reasonOf } from '../reason.js';

/** Between two samples, ms: quick enough to see the peer shoot long before either board cuts. */
const sampleInterval = 200;
/** A sample that takes longer than this, ms, is none: the bus may take 1.5 s for a transfer, and a second one is too late. */
const longestTransfer = 1600;
/** Without a sample under way or taken for longer than this, ms, the hold is not proven and begins anew. */
const longestGap = 1000;
/**
 * Without sight of EXTIN for longer than this, ms, the line is let go: the preferred peer may be shooting, and its cut
 * comes 9 s after its first assertion at the earliest.
 */
const longestBlindness = 3000;
/**
 * How old a clearance may be, ms, when the write that it allows has ended; an older one is taken again, because the peer
 * may have begun to fire since. Enough for a reading and a write of 1 s each. With what the yielding side needs to see it
 * and to let go, at 1.5 s a transfer, it stays below the 9 s of the earliest cut.
 */
const longestClearance = 2500;
/** After a write, ms: what a board shows of EXTIN may be what was written until it looks at its inputs again (U). */
const boardLooksAgain = 1100;
/** A transfer that takes longer than this, ms, leaves no time to look again before letting go. */
const quickTransfer = 250;
/** After a first look that took such transfers, ms, there is time for a second one: some eight of them lie between the two. */
const unhurriedTransfer = 600;
/** The peer yields within this, ms, where its transfers are no slower than this node's; it has then seen this shot. */
const peerYields = 1000;
/** When an EXTIN that stays is looked at again, ms: where the wires touch, the peer has let go of its own by then. */
const secondLook = 5000;
/** How long is held against an EXTIN of which it cannot be told whose it is, ms: one's own cuts at 9 s. */
const longestDoubt = 7000;

export interface HoldPlan {
  /** ms that EXTOUT must be seen asserted without a gap; at least 12000 (the latest cut is at 11000). */
  readonly hold: number;
  /** The clock's time, ms: no hold is begun that could not be completed by then, but for the very first. */
  readonly deadline: number;
  /** Whether this node goes on when both shoot. */
  readonly preferred: boolean;
  /** Whether the peer is known to assert EXTIN meanwhile, so that nobody need ask whose shot it is. */
  readonly extinExpected?: boolean | undefined;
  /** From 0 up to 1. */
  random(): number;
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
 * every sample saw EXTOUT asserted and none was late. In the end 0 has been written to EXTOUT once, if anything else ever
 * was; that it reads so is the caller's to see to, in every case.
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
  return new Hold(lines, clock, plan, onProgress, signal).run();
}

class Hold {
  readonly #lines: Lines;
  readonly #clock: Clock;
  readonly #plan: HoldPlan;
  readonly #onProgress: (progress: HoldProgress) => void;
  readonly #signal: AbortSignal | undefined;
  /** When the last good look at the lines was asked for, and when it was answered. */
  #last: { readonly asked: number; readonly answered: number };
  /** Since when EXTOUT may be asserted without having been seen so: a write of 1 was tried, or sight of the line was lost. */
  #unseenSince: number | undefined;
  /** Whether the last such write came in time after a clearance: an EXTOUT that reads asserted is this node's shot then. */
  #inTime = false;
  /** Whether EXTOUT may be asserted. */
  #asserted = false;
  #restarts = 0;
  /** Since when EXTIN has been seen asserted during the hold, and how often it was asked whether that is this very shot. */
  #extinSince: number | undefined;
  #looks = 0;
  #isAnothers = false;

  constructor(
    lines: Lines,
    clock: Clock,
    plan: HoldPlan,
    onProgress: (progress: HoldProgress) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#lines = lines;
    this.#clock = clock;
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#last = { asked: clock.now(), answered: clock.now() };
  }

  async run(): Promise<HoldOutcome> {
    const outcome = await this.#hold();
    // To yield, 0 has been written already.
    if (this.#asserted) await this.#lines.writeExtout(false).catch(() => undefined);
    return outcome;
  }

  async #hold(): Promise<HoldOutcome> {
    for (;;) {
      const start = await this.#fire();
      if (start) return start;
      const outcome = await this.#watch();
      if (outcome !== 'gap') return outcome;
      this.#restarts++;
    }
  }

  /** Arbitrates, then asserts EXTOUT. Resolves to the outcome when the line must not be or could not be asserted. */
  async #fire(): Promise<HoldOutcome | undefined> {
    const { hold, deadline, preferred } = this.#plan;
    let failure: unknown;
    if (this.#asserted) this.#unseenSince = this.#last.asked;
    for (;;) {
      if (this.#signal?.aborted) return { kind: 'failed', reason: reasonOf(this.#signal.reason) };
      if (this.#restarts > 0 && this.#clock.now() + hold > deadline) {
        const reason = `no time left for a hold of ${seconds(hold)} after ${this.#restarts} restarts`;
        return { kind: 'failed', reason };
      }
      if (failure !== undefined && this.#clock.now() > this.#failureDeadline()) {
        return { kind: 'failed', reason: `EXTOUT could not be asserted: ${reasonOf(failure)}` };
      }
      try {
        const before = await this.#look((lines) => readTwice(lines));
        // A line that reads asserted while EXTIN is idle is as good as one that was asserted just now.
        this.#inTime = before.extout && (this.#inTime || !before.extin);
        if (!this.#inTime) {
          const objection = reasonNotToFire(before);
          if (objection) return { kind: 'conceded', reason: objection };
          await this.#assert();
        }
        if (this.#inTime) {
          const after = await this.#sample();
          if (after && reasonToYield(after, preferred)) return await this.#yield(after);
          if (after?.extin) this.#extinSince ??= this.#last.asked;
          if (after?.extout) return undefined;
        }
        failure = new Error('EXTOUT does not follow what is written to it, or follows too late');
        // Too late means that the peer may have fired in between and be near its cut: back off and look again.
        if (!this.#inTime) await this.#backOff();
      } catch (error) {
        failure = error;
      }
      await this.#clock.sleep(sampleInterval / 4);
    }
  }

  /** Writes 1, and notes whether that came in time after the look that allowed it. A write that fails may have taken effect. */
  async #assert(): Promise<void> {
    this.#asserted = true;
    this.#unseenSince ??= this.#clock.now();
    try {
      await this.#lines.writeExtout(true);
    } finally {
      this.#inTime = this.#clock.now() - this.#last.asked <= longestClearance;
    }
  }

  async #backOff(): Promise<void> {
    await this.#lines.writeExtout(false);
    await settleExtout(this.#lines, false);
    this.#asserted = false;
    this.#unseenSince = undefined;
    await this.#clock.sleep(boardLooksAgain);
  }

  /** Until when firing is tried: while nothing was asserted there is time, and then no longer than may be gone without sight. */
  #failureDeadline(): number {
    const { deadline, hold } = this.#plan;
    return this.#unseenSince === undefined ? deadline - hold : this.#unseenSince + longestBlindness;
  }

  async #watch(): Promise<HoldOutcome | 'gap'> {
    const start = this.#last.answered;
    let samples = 1;
    let next = start + sampleInterval;
    for (;;) {
      await this.#clock.sleep(Math.max(0, next - this.#clock.now()));
      if (this.#signal?.aborted) return { kind: 'failed', reason: reasonOf(this.#signal.reason) };
      // The sample was taken some time between here and the answer: what is proven reaches up to here.
      const asked = this.#clock.now();
      // The last sample is due at the end of the hold, and not up to a period after it because a timer ran a little early.
      const end = start + this.#plan.hold + 1;
      next = asked < end ? Math.min(Math.max(next + sampleInterval, asked), end) : asked + sampleInterval;
      const before = this.#last.answered;
      const state = await this.#sample();
      const sighted = state ? asked : this.#clock.now();
      if (sighted - before > longestGap) return 'gap';
      if (!state) continue;
      if (reasonToYield(state, this.#plan.preferred)) return this.#yield(state);
      if (!state.extout) return 'gap';
      samples++;
      const held = asked - start;
      this.#onProgress({ held, samples, restarts: this.#restarts });
      if (held >= this.#plan.hold) return { kind: 'verified', held, samples, restarts: this.#restarts };
      const own = await this.#suspect(state);
      if (own) return own;
    }
  }

  /** One sample; what would end the hold is looked at again before it is believed. Undefined when the bus failed or is late. */
  async #sample(): Promise<LineState | undefined> {
    try {
      const asked = this.#clock.now();
      const state = await this.#look((lines) => lines.read());
      const yields = reasonToYield(state, this.#plan.preferred) !== undefined;
      // At the cost of seconds it is not: to let go for a flipped bit costs a hold, to let go too late both nodes.
      if ((state.extout && !yields) || (yields && this.#clock.now() - asked > quickTransfer)) return state;
      const again = await this.#look((lines) => lines.read());
      const agree = again.extout === state.extout && again.extin === state.extin;
      return agree ? again : await this.#look((lines) => readTwice(lines));
    } catch {
      // The caller counts how long it has been without a sample and says so; one failure is no news.
      return undefined;
    }
  }

  /** Reads, but waits for no reading longer than one may take. */
  async #look(read: (lines: Lines) => Promise<LineState>): Promise<LineState> {
    let asked = this.#clock.now();
    const patient = async () => {
      asked = this.#clock.now();
      const state = await within(this.#clock, longestTransfer, this.#lines.read());
      if (state === 'late') throw new Error(`the bus takes longer than ${seconds(longestTransfer)}`);
      return state;
    };
    const state = await read({ read: patient, writeExtout: (asserted) => this.#lines.writeExtout(asserted) });
    this.#last = { asked, answered: this.#clock.now() };
    return state;
  }

  /** Lets go, in the first transfer there is; then sees whether it has yielded to itself. */
  async #yield(state: LineState): Promise<HoldOutcome> {
    const reason = reasonToYield(state, this.#plan.preferred) ?? '';
    try {
      await this.#lines.writeExtout(false);
      this.#asserted = false;
      if (!(await readTwice(this.#lines)).extin && (await this.#isOwn(false)))
        return { kind: 'failed', reason: ownShot };
    } catch {
      // Whoever called lets go again, and sees to it that it is done.
    }
    return { kind: 'conceded', reason };
  }

  /**
   * Of an EXTIN that stays although the peer should have yielded: whether it is this node's own shot. To ask that the line is
   * let go, so that the hold begins anew.
   */
  async #suspect({ extin }: LineState): Promise<HoldOutcome | 'gap' | undefined> {
    if (!extin || this.#plan.extinExpected) {
      this.#extinSince = undefined;
      this.#looks = 0;
      this.#isAnothers = false;
      return undefined;
    }
    const { asked, answered } = this.#last;
    this.#extinSince ??= asked;
    // A slow bus here may be as slow there. One too slow leaves no time to look twice: where the wires touch, this shot cuts at 9 s.
    const slowness = 2 * (answered - asked);
    const due = [peerYields, ...(answered - asked > unhurriedTransfer ? [] : [secondLook])][this.#looks];
    if (due === undefined || asked - this.#extinSince < due + slowness) return undefined;
    try {
      const isOwn = await this.#isOwn(true);
      if (isOwn) return { kind: 'failed', reason: ownShot };
      if (isOwn === false) {
        this.#looks++;
        this.#isAnothers = true;
      }
    } catch {
      // What is on the line now is looked at when the hold begins anew.
    }
    if (this.#isAnothers || asked - this.#extinSince < longestDoubt) return 'gap';
    return {
      kind: 'failed',
      reason: 'EXTIN is asserted, and it is not known whether by the other node or by this one',
    };
  }

  #isOwn(extout: boolean): Promise<boolean | undefined> {
    return isOwnShot({ lines: this.#lines, clock: this.#clock, random: () => this.#plan.random() }, extout);
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
