// When EXTIN was seen asserted: what a node that was shot at and lived can tell the one that shot.
import type { Clock } from '@sleepi3/driver';
import type { LineState } from '../line/lines.js';

/** Between two looks, ms: no hold is missed, and the bus is left alone. */
const lookInterval = 1000;

export class ExtinHistory {
  readonly #clock: Clock;
  #since: number | undefined;
  #lastSeen: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Looks again and again until `signal` aborts. A look that fails is none. */
  async watch(read: () => Promise<LineState>, signal: AbortSignal): Promise<void> {
    const clock = this.#clock;
    while (!signal.aborted) {
      const state = await read().catch(() => undefined);
      if (state) this.see(state);
      await clock.sleep(lookInterval, signal).catch(() => undefined);
    }
  }

  see({ extin }: LineState): void {
    this.#since ??= this.#clock.now();
    if (extin) this.#lastSeen = this.#clock.now();
  }

  /** ms. */
  facts(): { readonly watched: number; readonly extinAgo?: number } {
    const now = this.#clock.now();
    return {
      watched: this.#since === undefined ? 0 : now - this.#since,
      ...(this.#lastSeen !== undefined && { extinAgo: now - this.#lastSeen }),
    };
  }
}
