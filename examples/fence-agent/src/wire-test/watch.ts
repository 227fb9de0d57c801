// Watches EXTIN for pulses: how many, and between which bounds each one's duration lies. What is measured is bounded by
// when the samples were taken, so that a slow bus makes the bounds wider and never wrong.
import type { Clock, Sleepi3 } from '@sleepi3/driver';
import { type Lines, readSettled } from '../line/lines.js';
import type { SeenPulse, Sightings } from './messages.js';

/** Between two samples, ms. */
const sampleInterval = 10;

export type WatchedBoard = Pick<Sleepi3, 'ioStatus' | 'get'>;

interface Sample {
  readonly extin: boolean;
  /** Clock's time just before and just after it was taken, with all its readings, ms. */
  readonly from: number;
  readonly to: number;
  /** Clock's time just after the reading that showed EXTIN so for the first time, ms. */
  readonly shown: number;
}

/** What a watcher saw before anybody was told that it watches, and so before any pulse. */
export interface FirstLook {
  readonly extin: boolean;
  /** external_input_count, s. */
  readonly count: number;
}

/** Looks at EXTIN for the first time. Rejects when the board cannot be read. */
export async function firstLook(board: WatchedBoard): Promise<FirstLook> {
  const count = await board.get('extin-count');
  const { extin } = await readSettled(onlyRead(board));
  return { extin, count };
}

/** Samples EXTIN until `end` is settled, and at least once after the first look. Rejects when the board cannot be read. */
export async function watchExtin(
  board: WatchedBoard,
  clock: Clock,
  { extin: before, count: countBefore }: FirstLook,
  end: Promise<unknown>,
): Promise<Sightings> {
  const over = new AbortController();
  const finish = () => {
    over.abort();
  };
  end.then(finish, finish);

  const now = clock.now();
  const first: Sample = { extin: before, from: now, shown: now, to: now };
  const pulses: SeenPulse[] = [];
  let last = first;
  let lastIdle = first;
  let firstAsserted = first;
  let samples = 1;
  let longestGap = 0;
  do {
    await clock.sleep(sampleInterval);
    const next = await sample(board, clock, last.extin);
    longestGap = Math.max(longestGap, next.to - last.from);
    samples++;
    if (next.extin && !last.extin) firstAsserted = next;
    if (!next.extin && last.extin && !(before && firstAsserted === first)) {
      pulses.push({
        shortest: Math.max(0, last.from - firstAsserted.shown),
        longest: next.shown - lastIdle.from,
      });
    }
    if (!next.extin) lastIdle = next;
    last = next;
  } while (!over.signal.aborted);
  const countAfter = await board.get('extin-count');
  return { before, after: last.extin, pulses, samples, longestGap, countBefore, countAfter };
}

/** One look; a change is looked at again before it is believed, since a bit may flip on the bus. */
async function sample(board: WatchedBoard, clock: Clock, expected: boolean): Promise<Sample> {
  const from = clock.now();
  const { extin } = await board.ioStatus();
  const read = clock.now();
  if (extin === expected) return { extin, from, shown: read, to: read };
  const settled = await readSettled(onlyRead(board));
  const to = clock.now();
  return { extin: settled.extin, from, shown: settled.extin === extin ? read : to, to };
}

function onlyRead(board: WatchedBoard): Lines {
  return { read: () => board.ioStatus(), writeExtout: () => Promise.reject(new Error('only read here')) };
}
