import { describe, expect, it } from 'vitest';
import { type BoardEvent, BusError, type Clock, Sleepi3 } from '../src/index.js';
import { MemoryBus } from './memory-bus.js';

/** A board in memory and a clock that calls `between` in the place of every wait between two looks. */
async function watched(between: (waits: number, memory: MemoryBus) => void) {
  const memory = new MemoryBus();
  memory.memory.set([0x02, 0x2f, 0xe0, 0x2e, 0, 0, 1, 0, 9, 60, 10, 0b101, 0b001, 0b010, 0b10001, 3]);
  let waits = 0;
  let now = 5_000;
  const clock: Clock = {
    now: () => now,
    sleep: async (milliseconds, signal) => {
      now += milliseconds;
      between(++waits, memory);
      signal?.throwIfAborted();
    },
  };
  return Sleepi3.open({ bus: memory, clock, retry: { tries: 1 } });
}

describe('watching a board', () => {
  it('yields everything first, then each change with what it was before, and ends with the signal', async () => {
    const stop = new AbortController();
    const board = await watched((waits, { memory }) => {
      if (waits === 2) memory[0x0d] = 0b001;
      if (waits === 4) stop.abort();
    });
    const events: BoardEvent[] = [];
    for await (const event of board.watch({ intervalMs: 250, signal: stop.signal })) events.push(event);
    expect(events).toMatchObject([
      { kind: 'snapshot', elapsedMs: 0, snapshot: { extin: true, extout: false }, previous: undefined, changed: [] },
      { kind: 'snapshot', elapsedMs: 500, previous: { extin: true }, changed: ['extin', 'extout'] },
    ]);
  });

  it('tells once that the board does not answer, and compares with what was read last when it does again', async () => {
    const board = await watched((waits, memory) => {
      memory.before = () => {
        if (waits < 4) throw new BusError('ENODEV', 'gone');
      };
      if (waits === 4) memory.memory[0x08] = 0;
    });
    const events: BoardEvent[] = [];
    for await (const event of board.watch()) if (events.push(event) === 3) break;
    expect(events.map(({ kind, elapsedMs }) => [kind, elapsedMs])).toEqual([
      ['snapshot', 0],
      ['unreadable', 1000],
      ['snapshot', 4000],
    ]);
    expect(events[1]).toMatchObject({ error: { code: 'TRANSFER_FAILED', errno: 'ENODEV' } });
    expect(events[2]).toMatchObject({ changed: ['extin-count'], previous: { 'extin-count': 9 } });
  });

  it('yields nothing after a signal that has aborted, and fails on a board that is closed', async () => {
    const board = await watched(() => {});
    expect(await board.watch({ signal: AbortSignal.abort() }).next()).toEqual({ done: true, value: undefined });
    await board.close();
    await expect(board.watch().next()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
