import { type Bus, BusError } from '@sleepi3/driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeBusContract } from '../../driver/test/bus-contract.js';
import { type BoardOptions, type Fault, SimulatorError, VirtualBoard, VirtualClock } from '../src/index.js';

const address = 0x6e;
const watchdog = 0x09;

describeBusContract(
  'the bus of a virtual board',
  async () => {
    const board = new VirtualBoard();
    return { open: () => Promise.resolve(board.bus), address, absentAddress: 0x6f };
  },
  { describe, it },
);

function setUp(options: BoardOptions = {}) {
  const clock = new VirtualClock({ settle: 'promises' });
  const board = new VirtualBoard({ clock, ...options });
  return { clock, board, bus: board.bus, faults: board.faults };
}

/** What a transfer came to: its value, or its errno. */
const outcome = (transfer: Promise<unknown>) =>
  transfer.catch((error: unknown) => (error instanceof BusError ? error.errno : error));

describe('the bus', () => {
  it('takes no transfer that could not be sent, and says EINVAL', async () => {
    const { bus } = setUp();
    for (const transfer of [
      bus.readByte(0x78, 0),
      bus.readByte(address, 256),
      bus.readWord(address, -1),
      bus.writeByte(address, watchdog, 256),
      bus.writeByte(address, watchdog, 0.5),
      bus.writeWord(address, 0x04, 65_536),
    ]) {
      expect(await outcome(transfer)).toBe('EINVAL');
    }
  });

  it('is opened anew each time: one closed leaves the others open', async () => {
    const { board } = setUp();
    const [first, second] = [board.bus, board.bus];
    await first.close();
    expect(await outcome(first.readByte(address, watchdog))).toBe('EBADF');
    expect(await outcome(first.withLock(() => Promise.resolve(1)))).toBe('EBADF');
    expect(await second.readByte(address, watchdog)).toBe(0);
  });

  it('carries transfers out one after the other, in the order asked for, each in its time', async () => {
    const { clock, board, bus } = setUp({ transferTime: 2 });
    const log: string[] = [];
    board.on('transfer', ({ op, value }, time) => log.push(`${time} ${op} ${value}`));
    await clock.runUntil(
      Promise.all([
        bus.writeByte(address, watchdog, 1),
        bus.readByte(address, watchdog),
        board.bus.writeByte(address, watchdog, 2),
        board.bus.readWord(address, watchdog),
      ]),
    );
    expect(log).toEqual(['2 writeByte 1', '4 readByte 1', '6 writeByte 2', '8 readWord 2']);
  });

  it('does not let a quick transfer overtake a slow one, nor a failed one stop those behind it', async () => {
    const { clock, bus, faults } = setUp();
    faults.add({ kind: 'slow', op: 'write', at: 1, delay: 40 });
    faults.add({ kind: 'ETIMEDOUT', op: 'write', at: 2 });
    const writes = [outcome(bus.writeByte(address, watchdog, 7)), outcome(bus.writeByte(address, watchdog, 8))];
    faults.clear();
    const reads = [bus.readByte(address, watchdog), bus.readByte(address, watchdog)];
    expect(await clock.runUntil(Promise.all([...writes, ...reads]))).toEqual([undefined, undefined, 8, 8]);
  });

  it('lends its lock to one at a time, in the order asked for, across all who opened it', async () => {
    const { clock, board } = setUp();
    const log: string[] = [];
    const work = (bus: Bus, name: string) =>
      bus.withLock(async () => {
        log.push(`${name} in`);
        await clock.sleep(10);
        log.push(`${name} out`);
        if (name === 'b') throw new Error('b broke');
        return name;
      });
    const all = Promise.allSettled([work(board.bus, 'a'), work(board.bus, 'b'), work(board.bus, 'c')]);
    const results = await clock.runUntil(all);
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('tells of every transfer, with what the host got, before the host gets it', async () => {
    const { board, bus, faults } = setUp();
    const seen: unknown[] = [];
    board.on('transfer', (record) => seen.push(record));
    await bus.writeByte(address, watchdog, 60);
    await bus.readByte(address, watchdog);
    await outcome(bus.readByte(0x6f, 0));
    faults.add({ kind: 'EAGAIN' });
    await outcome(bus.writeWord(address, 0x04, 9));
    expect(seen).toEqual([
      { op: 'writeByte', address, register: watchdog, value: 60 },
      { op: 'readByte', address, register: watchdog, value: 60 },
      { op: 'readByte', address: 0x6f, register: 0, errno: 'EREMOTEIO' },
      { op: 'writeWord', address, register: 0x04, value: 9, errno: 'EAGAIN' },
    ]);
  });
});

describe('a fault', () => {
  it.each([
    ['NAK', 'EREMOTEIO'],
    ['EREMOTEIO', 'EREMOTEIO'],
    ['ETIMEDOUT', 'ETIMEDOUT'],
    ['EAGAIN', 'EAGAIN'],
  ] as const)('%s fails a transfer with %s and keeps it from the board', async (kind, errno) => {
    const { board, bus, faults } = setUp();
    const fault = faults.add({ kind });
    expect(await outcome(bus.writeByte(address, watchdog, 60))).toBe(errno);
    expect(await outcome(bus.readByte(address, watchdog))).toBe(errno);
    expect(board.peek('watchdogTimeout')).toBe(0);
    expect(fault.hits).toBe(2);
    fault.remove();
    await bus.writeByte(address, watchdog, 60);
    expect(board.peek('watchdogTimeout')).toBe(60);
  });

  it('can lose the answer of a transfer that was carried out', async () => {
    const { board, bus, faults } = setUp();
    faults.add({ kind: 'ETIMEDOUT', carriedOut: true });
    expect(await outcome(bus.writeByte(address, watchdog, 60))).toBe('ETIMEDOUT');
    expect(board.peek('watchdogTimeout')).toBe(60);
  });

  it('of a stuck line takes the adapter’s time-out, then fails', async () => {
    const { clock, bus, faults } = setUp();
    faults.add({ kind: 'stuck' });
    expect(await clock.runUntil(outcome(bus.readByte(address, watchdog)))).toBe('ETIMEDOUT');
    expect(clock.now()).toBe(1000);
    faults.clear();
    faults.add({ kind: 'stuck', delay: 50 });
    expect(await clock.runUntil(outcome(bus.readByte(address, watchdog)))).toBe('ETIMEDOUT');
    expect(clock.now()).toBe(1050);
  });

  it('that is slow delays the transfer and its effect', async () => {
    const { clock, board, bus, faults } = setUp();
    faults.add({ kind: 'slow' });
    const write = bus.writeByte(address, watchdog, 60);
    await clock.advance(24);
    expect(board.peek('watchdogTimeout')).toBe(0);
    await clock.advance(1);
    await write;
    expect(board.peek('watchdogTimeout')).toBe(60);
  });

  it('flips one bit of what is read or written, within its width, or the bits it is told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(0xffff), async (seed, value) => {
        const { board, bus, faults } = setUp();
        board.poke('restoreVoltage', value);
        board.poke('watchdogTimeout', value & 0xff);
        faults.add({ kind: 'bit-flip', seed });
        const oneBit = (difference: number) => difference !== 0 && (difference & (difference - 1)) === 0;
        expect((await bus.readWord(address, 0x04)) ^ value).toSatisfy(oneBit);
        const byte = await bus.readByte(address, watchdog);
        expect(byte).toBeLessThan(256);
        expect(byte ^ (value & 0xff)).toSatisfy(oneBit);
        await bus.writeWord(address, 0x04, value);
        expect(board.peek('restoreVoltage') ^ value).toSatisfy(oneBit);
        await bus.writeByte(address, watchdog, value & 0xff);
        expect(board.peek('watchdogTimeout') ^ (value & 0xff)).toSatisfy(oneBit);
      }),
    );
    const { bus, faults } = setUp();
    faults.add({ kind: 'bit-flip', bits: 0x105 });
    expect(await bus.readByte(address, watchdog)).toBe(0x05);
  });

  it('can lose a write that reports success, and spares reads', async () => {
    const { board, bus, faults } = setUp();
    faults.add({ kind: 'write-lost' });
    await bus.writeByte(address, watchdog, 60);
    expect(board.peek('watchdogTimeout')).toBe(0);
    board.poke('watchdogTimeout', 5);
    expect(await bus.readByte(address, watchdog)).toBe(5);
  });

  it('hits only the transfers that meet its conditions', async () => {
    const cases: [Partial<Fault>, number[]][] = [
      [{ register: 'watchdogTimeout' }, [0, 1, 2]],
      [{ register: 0x0a }, [3, 4]],
      [{ op: 'read' }, [1, 2, 4, 5]],
      [{ op: 'write' }, [0, 3]],
      [{ op: 'readWord' }, [5]],
      [{ at: 2 }, [1]],
      [{ at: [1, 6] }, [0, 5]],
      [{ op: 'read', at: 3 }, [4]],
      [{ from: 3 }, [3, 4, 5]],
      [{ until: 2 }, [0, 1]],
      [{ when: ({ value }) => value === 2 }, [3]],
      [{ rate: 0 }, []],
    ];
    for (const [conditions, hit] of cases) {
      const { clock, bus, faults } = setUp();
      const fault = faults.add({ kind: 'EAGAIN', ...conditions });
      const transfers = [
        () => bus.writeByte(address, watchdog, 1),
        () => bus.readByte(address, watchdog),
        () => bus.readByte(address, watchdog),
        () => bus.writeByte(address, 0x0a, 2),
        () => bus.readByte(address, 0x0a),
        () => bus.readWord(address, 0x04),
      ];
      const failed: number[] = [];
      for (const [index, transfer] of transfers.entries()) {
        if ((await outcome(transfer())) === 'EAGAIN') failed.push(index);
        await clock.advance(1);
      }
      expect(failed).toEqual(hit);
      expect(fault.hits).toBe(hit.length);
    }
  });

  it('by rate hits about that share, the same ones for the same seed, others for another', async () => {
    const course = async (seed: number, rate: number) => {
      const { bus, faults } = setUp();
      faults.add({ kind: 'EREMOTEIO', rate, seed });
      let hits = '';
      for (let i = 0; i < 2000; i++)
        hits += (await outcome(bus.readByte(address, watchdog))) === 'EREMOTEIO' ? 'x' : '.';
      return hits;
    };
    for (const rate of [0.1, 0.3, 0.9]) {
      const hits = await course(7, rate);
      expect(await course(7, rate)).toBe(hits);
      expect(await course(8, rate)).not.toBe(hits);
      expect(hits.split('x').length - 1).toBeGreaterThan(2000 * rate * 0.8);
      expect(hits.split('x').length - 1).toBeLessThan(2000 * rate * 1.2);
    }
  });

  it('adds up with others: delays sum, flips combine, the oldest error is what the host gets', async () => {
    const { clock, bus, faults } = setUp({ transferTime: 1 });
    faults.add({ kind: 'slow', delay: 10 });
    faults.add({ kind: 'slow', delay: 20 });
    faults.add({ kind: 'bit-flip', bits: 3 });
    faults.add({ kind: 'bit-flip', bits: 1 });
    expect(await clock.runUntil(bus.readByte(address, watchdog))).toBe(2);
    expect(clock.now()).toBe(31);
    faults.add({ kind: 'EAGAIN', carriedOut: true });
    faults.add({ kind: 'NAK' });
    expect(await clock.runUntil(outcome(bus.writeByte(address, watchdog, 1)))).toBe('EAGAIN');
  });

  it('is refused when it makes no sense', () => {
    const { faults } = setUp();
    for (const fault of [
      { kind: 'EPIPE' } as unknown as Fault,
      { kind: 'toString' } as unknown as Fault,
      { kind: 'EAGAIN', rate: 1.1 },
      { kind: 'slow', delay: -1 },
      { kind: 'bit-flip', bits: 0x10000 },
      { kind: 'NAK', register: 'watchdog' } as unknown as Fault,
    ] satisfies Fault[]) {
      expect(() => faults.add(fault)).toThrow(SimulatorError);
    }
    expect(faults.none).toBe(true);
  });
});
