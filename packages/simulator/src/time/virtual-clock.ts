// Time that passes only when told to, and then at once.
import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers';
import { SimulatorError } from '../errors.js';
import type { Timers } from './timers.js';

export interface VirtualClockOptions {
  /** What {@link VirtualClock.now} says at first, ms; default 0. */
  readonly start?: number;
  /**
   * How the code under test gets to run between two timers, until it waits for the clock again.
   *
   * - `event-loop` (default): one turn of it: promises, `process.nextTick` (streams), input that is ready. About 1 µs and more.
   * - `promises`: promises alone, for code that waits for nothing but this clock and a board's bus. Half the time or less.
   */
  readonly settle?: keyof typeof settling;
}

export interface RunOptions {
  /** Simulated ms after which to give up; default 24 hours. */
  readonly within?: number;
}

/**
 * A virtual clock. Timers fire in the order of their times, and at one time in the order in which they were set; between
 * two timers the code under test runs on until it waits again. Thus the same test takes the same course every time.
 */
export class VirtualClock implements Timers {
  readonly #queue = new TimerQueue();
  readonly #settle: () => Promise<void>;
  #now: number;
  #busy = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#now = options.start ?? 0;
    this.#settle = settling[options.settle ?? 'event-loop'];
  }

  /** Virtual ms. */
  now(): number {
    return this.#now;
  }

  /**
   * Calls `callback` `milliseconds` from now; the returned function calls that off.
   *
   * @throws SimulatorError `INVALID_ARGUMENT` when `milliseconds` is not a number.
   */
  after(milliseconds: number, callback: () => void): () => void {
    if (Number.isNaN(milliseconds))
      throw new SimulatorError('INVALID_ARGUMENT', 'a timer needs a number of ms, not NaN');
    const timer: Timer = { time: this.#now + Math.max(0, milliseconds), callback };
    this.#queue.add(timer);
    return () => {
      this.#queue.remove(timer);
    };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const cancel = this.after(milliseconds, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = () => {
        cancel();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /**
   * Lets `milliseconds` pass: fires every timer due in them and ends at exactly that time.
   *
   * @throws SimulatorError `CLOCK_BUSY` while another call advances this clock, `LIVELOCK` when time stands still.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.#fireWhile(() => this.#queue.nextTime <= end);
    this.#now = Math.max(this.#now, end);
  }

  /**
   * Fires timers until none is left.
   *
   * @throws SimulatorError `TIME_LIMIT` when there are timers beyond `within` (a heartbeat never ends), and as
   *   {@link advance}.
   */
  async run(options: RunOptions = {}): Promise<void> {
    const limit = this.#limit(options);
    await this.#fireWhile(() => {
      const next = this.#queue.nextTime;
      if (next > limit && next < Infinity) throw timeLimit(options, 'timers are still being set');
      return next < Infinity;
    });
  }

  /**
   * Fires timers until `goal` is settled, or true when it is a function, and no further. Resolves or rejects as the promise.
   *
   * @throws SimulatorError `STALLED` when no timer is left before that, `TIME_LIMIT` when it takes longer than
   *   `within`, and as {@link advance}.
   */
  async runUntil<T>(goal: Promise<T> | (() => boolean), options: RunOptions = {}): Promise<T> {
    const limit = this.#limit(options);
    let reached: () => boolean;
    if (typeof goal === 'function') {
      reached = goal;
    } else {
      let settled = false;
      const note = () => {
        settled = true;
      };
      goal.then(note, note);
      reached = () => settled;
    }
    await this.#fireWhile(() => {
      if (reached()) return false;
      const next = this.#queue.nextTime;
      if (next === Infinity) {
        throw new SimulatorError(
          'STALLED',
          `at ${this.#now} ms no timer is left, and what the clock runs for has not happened: ` +
            'it waits for something that is not on this clock',
        );
      }
      if (next > limit) throw timeLimit(options, 'what the clock runs for has not happened');
      return true;
    });
    return (typeof goal === 'function' ? undefined : await goal) as T;
  }

  #limit({ within = day }: RunOptions): number {
    return this.#now + within;
  }

  async #fireWhile(wanted: () => boolean): Promise<void> {
    if (this.#busy) {
      throw new SimulatorError(
        'CLOCK_BUSY',
        'the clock is being advanced already: await the first call before the next',
      );
    }
    this.#busy = true;
    try {
      await this.#settle();
      for (let firedNow = 0; wanted();) {
        const timer = this.#queue.take();
        if (timer === undefined) break;
        firedNow = timer.time > this.#now ? 0 : firedNow + 1;
        if (firedNow > livelockLimit) {
          throw new SimulatorError('LIVELOCK', `${livelockLimit} timers fired at ${this.#now} ms: time stands still`);
        }
        this.#now = Math.max(this.#now, timer.time);
        timer.callback();
        await this.#settle();
      }
    } finally {
      this.#busy = false;
    }
  }
}

const day = 24 * 3_600_000;
const livelockLimit = 100_000;

function timeLimit({ within = day }: RunOptions, what: string): SimulatorError {
  return new SimulatorError('TIME_LIMIT', `after ${within} simulated ms ${what}`);
}

const settling = {
  'event-loop': () =>
    new Promise<void>((resolve) => {
      setImmediate(resolve);
    }),
  // A tick comes when the queue of settled promises is empty.
  promises: () =>
    new Promise<void>((resolve) => {
      nextTick(resolve);
    }),
} as const;

interface Timer {
  readonly time: number;
  readonly callback: () => void;
}

/** Sorted, the next timer last: there are few of them, and the next one is what matters. */
class TimerQueue {
  readonly #timers: Timer[] = [];

  /** When the next timer is due; Infinity without one. */
  get nextTime(): number {
    return this.#timers.at(-1)?.time ?? Infinity;
  }

  /** Behind those of the same time. */
  add(timer: Timer): void {
    const index = this.#timers.findIndex(({ time }) => time <= timer.time);
    this.#timers.splice(index === -1 ? this.#timers.length : index, 0, timer);
  }

  remove(timer: Timer): void {
    const index = this.#timers.indexOf(timer);
    if (index !== -1) this.#timers.splice(index, 1);
  }

  /** Removes and returns the next timer. */
  take(): Timer | undefined {
    return this.#timers.pop();
  }
}
