// Whole seconds that an input is held, as the controller counts them.
import type { Timers } from '../time/timers.js';

/** Counts the n-th second n s plus a phase after {@link start}. */
export class SecondsCounter {
  readonly #timers: Timers;
  readonly #onSecond: (seconds: number) => void;
  #startedAt = 0;
  #phase = 0;
  #seconds = 0;
  #running = false;
  #cancel: (() => void) | undefined;

  /** `onSecond` gets the seconds counted since the start, without bound. */
  constructor(timers: Timers, onSecond: (seconds: number) => void) {
    this.#timers = timers;
    this.#onSecond = onSecond;
  }

  /** Seconds counted in the hold that is under way, or was last. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Begins a new hold. `phase` is in ms, -1000 or more. */
  start(phase: number): void {
    this.#startedAt = this.#timers.now();
    this.#seconds = 0;
    this.#running = true;
    this.setPhase(phase);
  }

  /** Counts the seconds to come with another phase. */
  setPhase(phase: number): void {
    this.#phase = phase;
    if (this.#running) this.#awaitNext();
  }

  stop(): void {
    this.#running = false;
    this.#cancel?.();
  }

  #awaitNext(): void {
    this.#cancel?.();
    // From the start and not from the last second, so that a late timer of a real clock makes no drift.
    const next = this.#startedAt + (this.#seconds + 1) * 1000 + this.#phase;
    this.#cancel = this.#timers.after(next - this.#timers.now(), () => {
      this.#seconds++;
      this.#awaitNext();
      this.#onSecond(this.#seconds);
    });
  }
}
