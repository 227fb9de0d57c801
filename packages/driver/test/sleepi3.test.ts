import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusError, parameters, registers, Sleepi3 } from '../src/index.js';
import { MemoryBus } from './memory-bus.js';
import { errorOf, instantClock, openOn } from './board-on-memory.js';

describe('opening a board', () => {
  it('reads the version register, so that a missing board is found out at once', async () => {
    const bus = new MemoryBus();
    await Sleepi3.open({ bus });
    expect(bus.calls).toEqual([{ transfer: 'readByte', address: 0x6e, register: 0x0f }]);
  });

  it('says what to check when nobody answers', async () => {
    const bus = new MemoryBus(0x6d);
    const error = await errorOf(Sleepi3.open({ bus, clock: instantClock() }));
    expect(error).toMatchObject({
      code: 'TRANSFER_FAILED',
      errno: 'EREMOTEIO',
      tries: 5,
      bus: 'memory',
      address: 0x6e,
      register: 'version',
      transfer: 'readByte',
    });
    expect(error.message).toContain('DIP switch');
    expect(error.cause).toBeInstanceOf(BusError);
  });

  it.each([0x6f, 0, 256, 0.5])('refuses %s as an address before the bus is touched', async (address) => {
    const bus = new MemoryBus();
    expect(await errorOf(Sleepi3.open({ bus, address }))).toMatchObject({ code: 'INVALID_ADDRESS', address });
    expect(bus.calls).toEqual([]);
  });

  it.each([0x6e, 0x6d, 0x6b])('finds the board at %s', async (address) => {
    const bus = new MemoryBus(address);
    const { board } = await openOn(bus, { address });
    await board.set('watchdog-timeout', 60);
    expect(bus.memory[9]).toBe(60);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s as the number of tries', async (tries) => {
    expect(await errorOf(Sleepi3.open({ bus: new MemoryBus(), retry: { tries } }))).toMatchObject({
      code: 'INVALID_VALUE',
      value: tries,
      message: `retry.tries must be a whole number from 1, not ${tries}`,
    });
  });

  it.each(['', 'one', '-1', 'i2c-tools:', 'i2c-tools:x', 'unix:', 'unix:board', 'usb:1', -1, 1.5])(
    'refuses %j as a bus',
    async (bus) => {
      expect(await errorOf(Sleepi3.open({ bus }))).toMatchObject({ code: 'INVALID_BUS', value: bus });
    },
  );
});

describe('closing a board', () => {
  it("leaves a bus open that was passed in: it is its owner's to close", async () => {
    const { bus, board } = await openOn();
    await board.close();
    expect(bus.closed).toBe(0);
  });

  it('happens by itself at the end of an await using, and a second close does nothing', async () => {
    const bus = new MemoryBus();
    let outer: Sleepi3;
    {
      await using board = await Sleepi3.open({ bus });
      outer = board;
      await board.close();
    }
    await outer.close();
    expect(await errorOf(outer.get('extin'))).toMatchObject({
      code: 'CLOSED',
      bus: 'memory',
      address: 0x6e,
      message: 'the board is closed; open it again',
    });
    expect(await errorOf(outer.set('restart', true))).toMatchObject({ code: 'CLOSED' });
    expect(bus.locks).toBe(0);
  });

  it('is done by the end of an await using alone', async () => {
    let outer: Sleepi3;
    {
      await using board = await Sleepi3.open({ bus: new MemoryBus() });
      outer = board;
    }
    expect(await errorOf(outer.get('extin'))).toMatchObject({ code: 'CLOSED' });
  });

  it('ends the tries of a transfer that is failing', async () => {
    const bus = new MemoryBus();
    const { board } = await openOn(bus);
    bus.before = () => {
      void board.close();
      throw new BusError('EREMOTEIO', 'no acknowledge');
    };
    expect(await errorOf(board.get('extin'))).toMatchObject({ code: 'CLOSED' });
    expect(bus.calls).toHaveLength(1);
  });
});

describe('reading', () => {
  it('gives every parameter in its own type', async () => {
    const { bus, board } = await openOn();
    bus.memory.set([0x10, 0x27, 0xe0, 0x2e, 0xc0, 0x5d, 7, 8, 9, 10, 11, 0b101, 0b011, 0b110, 0b1010001, 3]);
    const expected = {
      extin: true,
      'extin-count': 9,
      'extin-powerdown': true,
      'extin-trigger': 'level',
      extout: false,
      'measurement-interval': 7,
      restart: true,
      'restore-voltage': 24000,
      'ri-trigger': 'edge',
      'sleep-timeout': 11,
      switch: true,
      'switch-count': 8,
      uvlo: true,
      voltage: 12000,
      'wakeup-flag': ['poweron', 'extin', 'restoration'],
      'wakeup-status': 0b1010001,
      'watchdog-timeout': 10,
    };
    for (const [name, value] of Object.entries(expected)) {
      expect([name, await board.get(name as keyof typeof parameters)]).toEqual([name, value]);
    }
    bus.calls.length = 0;
    expect(await board.snapshot()).toEqual({ ...expected, voltage1: 10000, voltage2: 12000, version: 3 });
    expect(bus.calls).toHaveLength(Object.keys(registers).length);
    expect(await board.voltages()).toEqual({ voltage1: 10000, voltage2: 12000, active: 12000 });
  });

  it('gives up a snapshot at the first register that cannot be read', async () => {
    const { bus, board } = await openOn();
    bus.before = () => {
      throw new BusError('ETIMEDOUT', 'the bus hangs');
    };
    expect(await errorOf(board.snapshot())).toMatchObject({ errno: 'ETIMEDOUT', register: 'voltage1' });
    expect(bus.calls).toHaveLength(5);
  });

  it('gives several parameters, each register read once', async () => {
    const { bus, board } = await openOn();
    bus.memory.set([0x10, 0x27, 0xe0, 0x2e, 0xc0, 0x5d, 7, 8, 9, 10, 11, 0b101, 0b011, 0b110, 0b1010001, 3]);
    const all = Object.keys(parameters) as (keyof typeof parameters)[];
    await fc.assert(
      fc.asyncProperty(fc.subarray(all), async (names) => {
        bus.calls.length = 0;
        const values = await board.getAll(names);
        const read = bus.calls.map(({ register }) => register);
        expect(new Set(read).size).toBe(read.length);
        expect(Object.keys(values)).toEqual(names);
        for (const name of names) expect([name, values[name]]).toEqual([name, await board.get(name)]);
      }),
    );
    bus.calls.length = 0;
    expect(await board.getAll(['extin-powerdown', 'extin-trigger'])).toEqual({
      'extin-powerdown': true,
      'extin-trigger': 'level',
    });
    expect(bus.calls).toHaveLength(1);
  });

  it('sees EXTOUT, EXTIN and the switch in one transfer', async () => {
    const { bus, board } = await openOn();
    bus.memory[0x0d] = 0b011;
    expect(await board.ioStatus()).toEqual({ extout: true, extin: true, switch: false });
    expect(bus.calls).toHaveLength(1);
  });

  it.each(['toString', 'EXTIN', '', 'extin ', '__proto__'])('refuses the unknown parameter %j', async (name) => {
    const { bus, board } = await openOn();
    expect(await errorOf(board.get(name as 'extin'))).toMatchObject({ code: 'UNKNOWN_PARAMETER', parameter: name });
    expect(await errorOf(board.getAll(['extin', name as 'extin']))).toMatchObject({ code: 'UNKNOWN_PARAMETER' });
    expect(await errorOf(board.set(name as 'extout', true))).toMatchObject({ code: 'UNKNOWN_PARAMETER' });
    expect(bus.calls).toEqual([]);
  });
});
