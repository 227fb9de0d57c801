// Waiting for something that takes its time: told, and for so long at most.
import type { Clock } from '@sleepi3/driver';

export interface WaitingHost {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Told every ten seconds of waiting. Seconds. */
  onWait?(until: string, waited: number, timeout: number): void;
}

/** ms between two looks, and between two words about it. */
const lookInterval = 1000;
const logInterval = 10_000;

/**
 * Looks again and again until something is so.
 * @param until What is waited for, as the rest of `waiting until …`.
 * @param timeout Seconds.
 * @returns false when it was not so in time.
 */
export async function waitUntil(
  until: string,
  reached: () => Promise<boolean>,
  timeout: number,
  host: WaitingHost,
): Promise<boolean> {
  const { clock, signal } = host;
  const begun = clock.now();
  const deadline = begun + timeout * 1000;
  let logAt = begun;
  for (;;) {
    if (await reached()) return true;
    if (clock.now() >= deadline) return false;
    if (clock.now() >= logAt) {
      host.onWait?.(until, Math.round((clock.now() - begun) / 1000), timeout);
      logAt = clock.now() + logInterval;
    }
    await clock.sleep(lookInterval, signal);
  }
}

/** `waiting until …: 20 s of at most 600 s` */
export function waitingLine(until: string, waited: number, timeout: number): string {
  return `waiting until ${until}: ${String(waited)} s of at most ${String(timeout)} s`;
}
