// The service under load, as many clients see it: requests at a steady rate, each on a connection of its own, whether or
// not those before have been answered.
import type { Clock } from '@sleepi3/driver';
import type { AskService } from './http-probe.js';

/** What became of a load. */
export interface LoadResult {
  readonly requests: number;
  /** Refused, broken off, or without an answer in time. */
  readonly failed: number;
  /** The longest time between two answers, ms of the clock. */
  readonly longestGap: number;
}

/** Asks at a steady rate until it is stopped. */
export class HttpLoad {
  readonly #clock: Clock;
  readonly #ask: AskService;
  readonly #stop = new AbortController();
  readonly #asked = new Set<Promise<void>>();
  #requests = 0;
  #failed = 0;
  #lastAnswer: number;
  #longestGap = 0;
  #done: Promise<void>;

  /**
   * Begins to ask.
   * @param ask gives up by itself; what it has not answered by then has failed
   * @param rate requests a second
   */
  constructor(clock: Clock, ask: AskService, rate: number) {
    this.#clock = clock;
    this.#ask = ask;
    this.#lastAnswer = clock.now();
    this.#done = this.#send(1000 / rate);
  }

  /** Asks no more, waits for the answers that are due, and tells what became of all. */
  async end(): Promise<LoadResult> {
    this.#stop.abort();
    await this.#done;
    await Promise.all(this.#asked);
    // Silence up to the end counts as well.
    this.#answered();
    return { requests: this.#requests, failed: this.#failed, longestGap: this.#longestGap };
  }

  async #send(period: number): Promise<void> {
    const start = this.#clock.now();
    for (let count = 0; !this.#stop.signal.aborted; count++) {
      const asked = this.#askOnce().finally(() => this.#asked.delete(asked));
      this.#asked.add(asked);
      // By the clock and not by the last request: a late timer makes no lower rate.
      const next = start + (count + 1) * period - this.#clock.now();
      await this.#clock.sleep(Math.max(0, next), this.#stop.signal).catch(() => undefined);
    }
  }

  async #askOnce(): Promise<void> {
    this.#requests += 1;
    if (await this.#ask(new AbortController().signal)) this.#answered();
    else this.#failed += 1;
  }

  #answered(): void {
    const now = this.#clock.now();
    this.#longestGap = Math.max(this.#longestGap, now - this.#lastAnswer);
    this.#lastAnswer = now;
  }
}
