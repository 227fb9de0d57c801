// When one receiver is sent which event. Each receiver has its own queue: one that is down or hangs holds up no other.

/** Between two attempts, s; the last one holds for all that follow. */
const pauses = [10, 30, 60, 300, 900] as const;

/** What came of an event so far: the receiver did not take it. */
interface Trial {
  readonly attempts: number;
  /** When it is tried again, ms of the clock. */
  readonly notBefore: number;
}

/** It lives as long as the process: after a start each event is tried at once. */
export class ReceiverQueue {
  /** Whether it is being sent an event; it gets one at a time. */
  busy = false;
  readonly #trials = new Map<string, Trial>();

  /**
   * What it is sent now; undefined when it is busy, or nothing is due. An event that was never tried comes before those that
   * failed: it may be the event that the receiver does not take.
   *
   * @param waiting What it has still to get, the oldest first.
   */
  next(waiting: readonly string[], now: number): string | undefined {
    if (this.busy) return undefined;
    return waiting.find((name) => !this.#trials.has(name)) ?? waiting.find((name) => this.#dueAt(name) <= now);
  }

  /** When there is something to send, ms of the clock; for a busy one that is known when it has answered. */
  dueAt(waiting: readonly string[]): number {
    return this.busy ? Infinity : Math.min(...waiting.map((name) => this.#dueAt(name)));
  }

  /** It took an event: it is up again, and what failed before is due. */
  succeeded(name: string, now: number): void {
    this.#trials.delete(name);
    for (const [other, { attempts }] of this.#trials) this.#trials.set(other, { attempts, notBefore: now });
  }

  /** It did not take an event. @returns when it is tried again at the latest, in s. */
  failed(name: string, now: number): number {
    const attempts = this.#trials.get(name)?.attempts ?? 0;
    const pause = pauses[Math.min(attempts, pauses.length - 1)] ?? pauses[4];
    this.#trials.set(name, { attempts: attempts + 1, notBefore: now + pause * 1000 });
    return pause;
  }

  /** Forgets the events that nobody waits for any more. */
  keepOnly(events: ReadonlyMap<string, unknown>): void {
    for (const name of this.#trials.keys()) if (!events.has(name)) this.#trials.delete(name);
  }

  #dueAt(name: string): number {
    return this.#trials.get(name)?.notBefore ?? 0;
  }
}
