import type { Clock } from '@sleepi3/driver';

/** Sleeps that end early when it is rung. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #sleep = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the sleep; the next one, when nobody sleeps. */
  readonly ring = (): void => {
    this.#rung = true;
    this.#sleep.abort();
  };

  async sleep(milliseconds: number): Promise<void> {
    if (!this.#rung) {
      const { signal } = (this.#sleep = new AbortController());
      await this.#clock.sleep(milliseconds, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
    this.#rung = false;
  }
}
