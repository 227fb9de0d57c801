// When EXTIN was seen asserted: what a node that was shot at and lived can tell the one that shot; and that it is being shot at,
// while it can still be written down.
import type { Clock } from '@sleepi3/driver';
import type { BoardView } from '../keeper/politely.js';
import type { LineState } from '../line/lines.js';

/** Between two looks, ms: no hold is missed, and bus and processor are left alone, both of which may be slow. */
const lookInterval = 2000;
/** No pulse that wakes or tests lasts this long, ms; and a shot is not over for seconds. */
const surelyShot = 2000;

export class ExtinHistory {
  readonly #clock: Clock;
  #since: number | undefined;
  #lastSeen: number | undefined;
  /** Since when it has been asserted, and whether that was told. */
  #shot: { readonly since: number; told: boolean } | undefined;
  readonly #onShot: () => void;

  /** @param onShot Called once a shot, as soon as it can be nothing else. */
  constructor(clock: Clock, onShot: () => void) {
    this.#clock = clock;
    this.#onShot = onShot;
  }

  /** Looks again and again until `signal` aborts, at a board that stays open. A look that fails is none, and opens it anew. */
  async watch(openBoard: () => Promise<BoardView>, signal: AbortSignal): Promise<void> {
    let board: BoardView | undefined;
    while (!signal.aborted) {
      try {
        board ??= await openBoard();
        this.see(await board.ioStatus());
      } catch {
        await board?.close().catch(() => undefined);
        board = undefined;
      }
      await this.#clock.sleep(lookInterval, signal).catch(() => undefined);
    }
    await board?.close().catch(() => undefined);
  }

  see({ extin }: LineState): void {
    this.#since ??= this.#clock.now();
    if (!extin) {
      this.#shot = undefined;
      return;
    }
    const now = this.#clock.now();
    this.#lastSeen = now;
    this.#shot ??= { since: now, told: false };
    if (this.#shot.told || now - this.#shot.since < surelyShot) return;
    this.#shot.told = true;
    this.#onShot();
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
