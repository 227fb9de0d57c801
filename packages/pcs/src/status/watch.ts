// Following a cluster: its status over and over, told as what changed.
import { type Clock, systemClock } from '../clock.js';
import { PcsError } from '../errors.js';
import { changesBetween, type ClusterChange, fencingChanges, isReadable } from './changes.js';
import type { ClusterStatus } from './cluster-status.js';

/** How to watch. */
export interface WatchOptions {
  /** Milliseconds between an answer and the next question. Default 1000; a question costs the node about 35 ms. */
  readonly intervalMs?: number;
  /** Milliseconds at most between questions while they fail. Default 30000. */
  readonly maxIntervalMs?: number;
  /** Ends the watching, in the middle of a question too. */
  readonly signal?: AbortSignal;
  /** Default the time of this machine. */
  readonly clock?: Clock;
}

/** What {@link watch} yields. */
export type WatchEvent =
  /** The first status, and from then on each one that differs. */
  | {
      readonly kind: 'status';
      readonly status: ClusterStatus;
      /** The status before; undefined the first time. */
      readonly previous: ClusterStatus | undefined;
      /** What is different; nothing the first time. */
      readonly changes: readonly ClusterChange[];
    }
  /** The status could not be read: nothing is known of the cluster now, which is not the same as nothing being there. */
  | {
      readonly kind: 'unreadable';
      readonly error: PcsError;
      /** How often in a row by now. */
      readonly attempts: number;
      /** Milliseconds until the next attempt. */
      readonly retryInMs: number;
    }
  /** It can be read again; a `status` follows when it differs from the last one known. */
  | { readonly kind: 'readable'; readonly status: ClusterStatus; readonly attempts: number };

/** Default of {@link WatchOptions.intervalMs}. */
const INTERVAL_MS = 1000;

/** Default of {@link WatchOptions.maxIntervalMs}. */
const MAX_INTERVAL_MS = 30_000;

/**
 * Asks for the status again and again and yields what changed. The comparison is always with the last status that could
 * be read, so that nothing is missed over an outage. While it cannot be read, each failed attempt is yielded, and the
 * time to the next doubles up to a limit.
 *
 * @param read - How the status is read, such as `(signal) => pcs.status()`; given a signal that aborts with the watch.
 * @returns Ends when the signal aborts. Leaving a `for await` over it ends it as well.
 * @throws Whatever `read` throws that is not a PcsError: a mistake in the program, not in the cluster.
 */
export async function* watch(
  read: (signal?: AbortSignal) => Promise<ClusterStatus>,
  options: WatchOptions = {},
): AsyncGenerator<WatchEvent, void, undefined> {
  const { intervalMs = INTERVAL_MS, maxIntervalMs = MAX_INTERVAL_MS, signal, clock = systemClock } = options;
  let previous: ClusterStatus | undefined;
  let lastHistory: ClusterStatus['fenceHistory'];
  let attempts = 0;

  while (!isAborted(signal)) {
    let waitMs = intervalMs;
    const status = await read(signal).catch((error: unknown) => asPcsError(error, signal));
    if (isAborted(signal)) return;
    if (status instanceof PcsError) {
      attempts++;
      waitMs = Math.min(intervalMs * 2 ** (attempts - 1), Math.max(intervalMs, maxIntervalMs));
      yield { kind: 'unreadable', error: status, attempts, retryInMs: waitMs };
    } else {
      if (attempts > 0) yield { kind: 'readable', status, attempts };
      attempts = 0;
      const missed =
        previous && !isReadable(previous.fenceHistory) ? fencingChanges(lastHistory, status.fenceHistory) : [];
      const changes = previous === undefined ? [] : [...changesBetween(previous, status), ...missed];
      if (previous === undefined || changes.length > 0) yield { kind: 'status', status, previous, changes };
      previous = status;
      if (isReadable(status.fenceHistory)) lastHistory = status.fenceHistory;
    }
    await clock.sleep(waitMs, signal).catch((error: unknown) => {
      if (!isAborted(signal)) throw error;
    });
  }
}

/** A function, so that the compiler does not take one look at it for all time. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function asPcsError(error: unknown, signal: AbortSignal | undefined): PcsError {
  if (error instanceof PcsError) return error;
  // However the reader reports that it was aborted, the watch is over and nobody sees it.
  if (isAborted(signal)) return new PcsError('ABORTED', 'The watch was aborted', { cause: error });
  throw error;
}
