// Following a board: everything it says, over and over, told as what changed.
import type { Clock } from '../system/clock.js';
import { Sleepi3Error } from '../errors.js';
import type { Snapshot } from './snapshot.js';

/** How to watch a board. */
export interface BoardWatchOptions {
  /** Milliseconds between two looks; default 1000. A look takes one transfer for each register. */
  readonly intervalMs?: number;
  /** Ends the watching. */
  readonly signal?: AbortSignal;
  /** Where the time comes from; the board's clock by default. */
  readonly clock?: Clock;
}

/** What {@link Sleepi3.watch} yields. `elapsedMs` is the time since it began. */
export type BoardEvent =
  /** The first snapshot, and from then on each one that differs. */
  | {
      readonly kind: 'snapshot';
      readonly elapsedMs: number;
      readonly snapshot: Snapshot;
      /** The snapshot before; undefined the first time. */
      readonly previous: Snapshot | undefined;
      /** What is different, in the order of the snapshot; nothing the first time. */
      readonly changed: readonly (keyof Snapshot)[];
    }
  /** The board does not answer. Told once for each reason; the look after the next interval may succeed. */
  | { readonly kind: 'unreadable'; readonly elapsedMs: number; readonly error: Sleepi3Error };

/** Default of {@link BoardWatchOptions.intervalMs}. */
const defaultIntervalMs = 1000;

/** Looks again and again with `look`; see {@link Sleepi3.watch}. */
export async function* watchBoard(
  look: () => Promise<Snapshot>,
  boardsClock: Clock,
  { intervalMs = defaultIntervalMs, signal, clock = boardsClock }: BoardWatchOptions,
): AsyncGenerator<BoardEvent, void, undefined> {
  const start = clock.now();
  let previous: Snapshot | undefined;
  let told = '';
  while (!isAborted(signal)) {
    const seen = await look().catch(asSleepi3Error);
    const elapsedMs = clock.now() - start;
    if (seen instanceof Sleepi3Error) {
      if (seen.code === 'CLOSED') throw seen;
      if (seen.message !== told) yield { kind: 'unreadable', elapsedMs, error: seen };
      told = seen.message;
    } else {
      told = '';
      const changed = previous === undefined ? [] : differences(previous, seen);
      if (previous === undefined || changed.length > 0)
        yield { kind: 'snapshot', elapsedMs, snapshot: seen, previous, changed };
      previous = seen;
    }
    if (isAborted(signal)) return;
    await clock.sleep(intervalMs, signal).catch((reason: unknown) => {
      if (!isAborted(signal)) throw reason;
    });
  }
}

function differences(before: Snapshot, after: Snapshot): (keyof Snapshot)[] {
  return (Object.keys(after) as (keyof Snapshot)[]).filter((name) => String(before[name]) !== String(after[name]));
}

/** A function, so that the compiler does not take one look at it for all time. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function asSleepi3Error(error: unknown): Sleepi3Error {
  if (error instanceof Sleepi3Error) return error;
  throw error;
}
