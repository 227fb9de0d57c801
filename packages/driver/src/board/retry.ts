/** How often and how patiently a failed transfer is tried again. */
export interface RetryPolicy {
  /** The most times a transfer is tried, the first included; at least 1. */
  readonly tries: number;
  /** ms before the second try at the most; doubles with every further one. The real wait is drawn from 0 to it. */
  readonly baseDelay: number;
  /** ms, the most a wait can become. */
  readonly maxDelay: number;
}

/** Five tries within about 75 ms of waiting: less than one missed poll for a fence agent that looks every 250 ms. */
export const defaultRetryPolicy: RetryPolicy = { tries: 5, baseDelay: 5, maxDelay: 100 };

/**
 * Errnos that a later try can mend: the Pi's I2C controller is known to stretch the clock and to fail now and then, and
 * the drivers report a lost acknowledge as `EREMOTEIO` (bcm2835), `ENXIO` (others) or `EIO`.
 */
const transient: ReadonlySet<string> = new Set(['EREMOTEIO', 'ENXIO', 'EIO', 'EAGAIN', 'ETIMEDOUT', 'EINTR']);

/** Whether trying again can help. */
export function isTransient(errno: string): boolean {
  return transient.has(errno);
}

/** ms to wait after the failure of try number `tries` (from 1): full jitter, so that two nodes do not stay in step. */
export function retryDelay(policy: RetryPolicy, tries: number, random: () => number): number {
  return random() * Math.min(policy.maxDelay, policy.baseDelay * 2 ** (tries - 1));
}
