// Callbacks at a time, on any clock: what the board's state machine runs on.
import type { Clock } from '@sleepi3/driver';

/** A clock that also calls back. {@link VirtualClock} is one; {@link timersOn} makes one of any other clock. */
export interface Timers extends Clock {
  /** Calls `callback` after `milliseconds`, never early; the returned function calls that off. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The clock itself if it can call back, else timers that sleep on it. */
export function timersOn(clock: Clock): Timers {
  return 'after' in clock ? (clock as Timers) : new SleepingTimers(clock);
}

/** What setTimeout can wait for, about 24.8 days; it fires at once when asked for more. */
const longestSleep = 2 ** 31 - 1;

class SleepingTimers implements Timers {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(milliseconds, signal);
  }

  after(milliseconds: number, callback: () => void): () => void {
    const controller = new AbortController();
    this.#sleepUntil(this.now() + milliseconds, controller.signal).then(callback, () => {
      // Called off: the only way in which a sleep ends early.
    });
    return () => {
      controller.abort();
    };
  }

  // Sleeps again as long as the sleep ends early: Node's timers round to whole milliseconds.
  async #sleepUntil(due: number, signal: AbortSignal): Promise<void> {
    do {
      await this.#clock.sleep(Math.min(due - this.now(), longestSleep), signal);
    } while (this.now() < due);
    signal.throwIfAborted();
  }
}
