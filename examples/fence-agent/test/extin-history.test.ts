import { VirtualClock } from '@sleepi3/simulator';
import { expect, it } from 'vitest';
import type { BoardView } from '../src/keeper/politely.js';
import { ExtinHistory } from '../src/peer/extin-history.js';

/** A board whose EXTIN is held in these times, ms, and that cannot be read in those. */
function setUp({ held, dead = [Infinity, Infinity] }: { held: readonly number[]; dead?: readonly number[] }) {
  const clock = new VirtualClock();
  const during = ([from = 0, to = 0]: readonly number[]) => clock.now() >= from && clock.now() < to;
  const boards = { opened: 0, open: 0 };
  const told: number[] = [];
  const history = new ExtinHistory(clock, () => told.push(clock.now()));
  const leaving = new AbortController();
  const open = async () => {
    if (during(dead)) throw new Error('ENXIO');
    boards.opened += 1;
    boards.open += 1;
    return {
      ioStatus: async () => {
        if (during(dead)) throw new Error('EREMOTEIO');
        return { extin: during(held), extout: false };
      },
      close: async () => {
        boards.open -= 1;
        throw new Error('EBADF');
      },
    } as unknown as BoardView;
  };
  const ended = history.watch(open, leaving.signal);
  return { clock, boards, told, history, ended, leave: () => leaving.abort() };
}

it('tells of a shot once, with most of it to come, and of no pulse that wakes or tests', async () => {
  const { clock, told, boards } = setUp({ held: [60_700, 72_700] });
  await clock.advance(120_000);
  expect(told).toHaveLength(1);
  expect(told[0]! - 60_700).toBeLessThanOrEqual(4000);
  expect(boards.opened).toBe(1);
  for (let begin = 60_000; begin < 62_000; begin += 50) {
    const pulse = setUp({ held: [begin, begin + 1500] });
    await pulse.clock.advance(120_000);
    expect(pulse.told).toEqual([]);
  }
});

it('opens a board anew that could not be read, and leaves none open', async () => {
  const { clock, boards, history, told, ended, leave } = setUp({ held: [90_000, 102_100], dead: [30_000, 60_000] });
  await clock.advance(120_000);
  expect(boards).toEqual({ opened: 2, open: 1 });
  expect(told).toHaveLength(1);
  expect(history.facts()).toMatchObject({ watched: 120_000, extinAgo: 18_000 });
  leave();
  await ended;
  expect(boards.open).toBe(0);
});
