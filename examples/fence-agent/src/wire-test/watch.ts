// Watches EXTIN for pulses: how many, and between which bounds each one's duration lies. What is measured is bounded by
// when the samples were taken, so that a slow bus makes the bounds wider and never wrong.
import type { Clock, Sleepi3 } from '@sleepi3/driver';
import { readSettled } from '../line/lines.js';
import type { SeenPulse, Sightings } from './messages.js';

/** Between two samples, ms. */
const sampleInterval = 10;

export type WatchedBoard = Pick<Sleepi3, 'ioStatus' | 'get'>;

interface Sample {
  readonly extin: boolean;
  /** Clock's time just before and just after it was taken, ms. */
  readonly from: number;
  readonly to: number;
}

/** Samples EXTIN until `end` is settled, and at least twice. Rejects when the board cannot be read. */
export async function watchExtin(board: WatchedBoard, clock: Clock, end: Promise<unknown>): Promise<Sightings> {
  const over = new AbortController();
  const finish = () => {
    over.abort();
  };
  end.then(finish, finish);

  const countBefore = await board.get('extin-count');
  const first = await sample(board, clock, undefined);
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
    if (!next.extin && last.extin && !(first.extin && firstAsserted === first)) {
      pulses.push({
        shortest: Math.max(0, last.from - firstAsserted.to),
        longest: next.to - lastIdle.from,
      });
    }
    if (!next.extin) lastIdle = next;
    last = next;
  } while (!over.signal.aborted);
  const countAfter = await board.get('extin-count');
  return { before: first.extin, after: last.extin, pulses, samples, longestGap, countBefore, countAfter };
}

/** One look; a change is looked at again before it is believed, since a bit may flip on the bus. */
async function sample(board: WatchedBoard, clock: Clock, expected: boolean | undefined): Promise<Sample> {
  const from = clock.now();
  let { extin } = await board.ioStatus();
  if (extin !== expected) {
    const lines = { read: () => board.ioStatus(), writeExtout: () => Promise.reject(new Error('only read here')) };
    ({ extin } = await readSettled(lines));
  }
  return { extin, from, to: clock.now() };
}
