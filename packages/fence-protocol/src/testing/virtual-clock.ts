import type { Clock } from '../host/clock.js';

interface Sleeper {
  readonly wakesAt: number;
  wake(): void;
}

/**
 * A clock that jumps: when everything that runs waits for time, it is moved on to the next moment somebody waits for.
 * Hours pass in milliseconds, and always in the same way. Work that waits for something real (a process, a file) is not
 * seen as running: do not mix the two.
 */
export class VirtualClock implements Clock {
  #now: number;
  #pumping = false;
  readonly #sleepers = new Set<Sleeper>();

  /** @param now - where it starts, in milliseconds. */
  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        end();
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        wakesAt: this.#now + Math.max(0, milliseconds),
        wake: () => {
          end();
          resolve();
        },
      };
      if (signal?.aborted) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(sleeper);
      this.#pump();
    });
  }

  /** A turn of the event loop later, all that could run has run: then it is time for the next sleeper. */
  #pump(): void {
    if (this.#pumping || this.#sleepers.size === 0) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const next = [...this.#sleepers].reduce<Sleeper | undefined>(
        (first, sleeper) => (first === undefined || sleeper.wakesAt < first.wakesAt ? sleeper : first),
        undefined,
      );
      if (next !== undefined) {
        this.#now = Math.max(this.#now, next.wakesAt);
        next.wake();
      }
      this.#pump();
    });
  }
}
