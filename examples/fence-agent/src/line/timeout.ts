// How long is waited for what may come late or never.
import type { Clock } from '@sleepi3/driver';

/** Between two tries of {@link retry}, ms. */
const tryInterval = 100;

/**
 * Tries until it succeeds, `timeout` ms have passed or the signal aborts; then rejects with the last failure. For a bus
 * that fails for longer than the driver's retries where nothing has been asserted yet, so that there is time.
 */
export async function retry<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal },
  timeout: number,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = clock.now() + timeout;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted === true || clock.now() >= deadline) throw error;
    }
    await clock.sleep(tryInterval);
  }
}

/** Said once for all: an `abort()` without a reason makes an error with its stack, at every transfer of a hold. */
const noLongerWaited = new Error('no longer waited for');

/** The promise's value, or `late` when it does not come within `milliseconds`. */
export async function within<T>(clock: Clock, milliseconds: number, promise: Promise<T>): Promise<T | 'late'> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise,
      clock.sleep(milliseconds, timer.signal).then(
        () => 'late' as const,
        () => 'late' as const, // the timer was cleared: the promise has won
      ),
    ]);
  } finally {
    timer.abort(noLongerWaited);
  }
}
