import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BitName,
  bits as bitTable,
  BusError,
  type Clock,
  parameters,
  registers,
  Sleepi3,
  Sleepi3Error,
} from '../src/index.js';
import type { OpenOptions, RegisterName, SettableParameterName } from '../src/index.js';
import { MemoryBus } from './memory-bus.js';

/** A clock whose sleeps take no time but are remembered. */
function instantClock(): Clock & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  let now = 0;
  return {
    sleeps,
    now: () => now,
    sleep: async (milliseconds) => {
      sleeps.push(milliseconds);
      now += milliseconds;
    },
  };
}

async function openOn(bus = new MemoryBus(), options: OpenOptions = {}) {
  const clock = instantClock();
  const board = await Sleepi3.open({ bus, clock, random: () => 0.5, probe: false, ...options });
  return { bus, board, clock };
}

async function errorOf(promise: Promise<unknown>): Promise<Sleepi3Error> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Sleepi3Error);
  return error as Sleepi3Error;
}

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

  it('sees EXTOUT, EXTIN and the switch in one transfer', async () => {
    const { bus, board } = await openOn();
    bus.memory[0x0d] = 0b011;
    expect(await board.ioStatus()).toEqual({ extout: true, extin: true, switch: false });
    expect(bus.calls).toHaveLength(1);
  });

  it.each(['toString', 'EXTIN', '', 'extin ', '__proto__'])('refuses the unknown parameter %j', async (name) => {
    const { bus, board } = await openOn();
    expect(await errorOf(board.get(name as 'extin'))).toMatchObject({ code: 'UNKNOWN_PARAMETER', parameter: name });
    expect(await errorOf(board.set(name as 'extout', true))).toMatchObject({ code: 'UNKNOWN_PARAMETER' });
    expect(bus.calls).toEqual([]);
  });
});

describe('writing', () => {
  it.each<[SettableParameterName, unknown, string]>([
    ['watchdog-timeout', 256, 'OUT_OF_RANGE'],
    ['watchdog-timeout', -1, 'OUT_OF_RANGE'],
    ['restore-voltage', 24001, 'OUT_OF_RANGE'],
    ['sleep-timeout', 1.5, 'INVALID_VALUE'],
    ['sleep-timeout', '60', 'INVALID_VALUE'],
    ['sleep-timeout', Number.NaN, 'INVALID_VALUE'],
    ['sleep-timeout', undefined, 'INVALID_VALUE'],
    ['extout', 1, 'INVALID_VALUE'],
    ['extin-trigger', 'falling', 'INVALID_VALUE'],
    ['extin-trigger', 0, 'INVALID_VALUE'],
    ['extin' as 'extout', true, 'READ_ONLY'],
    ['voltage' as 'extout', 12000, 'READ_ONLY'],
  ])('refuses %s = %j before the bus is touched', async (name, value, code) => {
    const { bus, board } = await openOn();
    expect(await errorOf(board.set(name, value as never))).toMatchObject({ code, parameter: name, value });
    expect(bus.calls).toEqual([]);
    expect(bus.locks).toBe(0);
  });

  it('sends a write once only when told so, because one that failed may have taken effect', async () => {
    const { bus, board } = await openOn();
    let writes = 0;
    bus.before = ({ transfer }) => {
      if (transfer === 'writeByte' && ++writes > 0) throw new BusError('EREMOTEIO', 'answer lost');
    };
    expect(await errorOf(board.set('extout', true, { tries: 1 }))).toMatchObject({ code: 'TRANSFER_FAILED', tries: 1 });
    expect(writes).toBe(1);
    expect(await errorOf(board.set('extout', true))).toMatchObject({ tries: 5 });
    expect(writes).toBe(6);
  });

  it('of extout is a single transfer when it must be at once, and of anything else what it always is', async () => {
    const { bus, board } = await openOn();
    await board.set('extout', true, { tries: 1, atOnce: true });
    expect(bus.calls).toEqual([{ transfer: 'writeByte', address: 0x6e, register: 0x0d, value: 1 }]);
    expect(bus.locks).toBe(0);
    bus.memory[0x0d] = 0b111;
    expect((await board.ioStatus()).extout).toBe(true);
    await board.set('extout', false, { atOnce: true });
    expect(bus.calls.at(-1)).toEqual({ transfer: 'writeByte', address: 0x6e, register: 0x0d, value: 0b110 });
    bus.memory[0x0c] = 0b101;
    await board.set('extin-trigger', 'level', { atOnce: true });
    expect(bus.memory[0x0c]).toBe(0b111);
    expect(bus.locks).toBe(1);
  });

  it('of extout needs no lock, so that EXTOUT can be released while the lock is stuck', async () => {
    const { bus, board } = await openOn();
    await board.set('extout', true);
    await bus.withLock(() => board.set('extout', false));
    expect(bus.locks).toBe(1);
    expect((await board.ioStatus()).extout).toBe(false);
  });

  it('changes its bit only, under the lock, and reads it back', async () => {
    const { bus, board } = await openOn();
    bus.memory[0x0c] = 0b11111101;
    const held: boolean[] = [];
    bus.before = () => void held.push(bus.lockHeld);
    await board.set('extin-trigger', 'level');
    expect(bus.memory[0x0c]).toBe(0b11111111);
    await board.set('extin-powerdown', false);
    expect(bus.memory[0x0c]).toBe(0b11111110);
    const change = ['readByte', 'readByte', 'writeByte', 'readByte'];
    expect(bus.calls.map(({ transfer }) => transfer)).toEqual([...change, ...change]);
    expect(held).toEqual(Array(8).fill(true));
    expect(bus.lockHeld).toBe(false);
  });

  it.each([1, 2])('does not write back a bit that was garbled in reading %i', async (garbled) => {
    for (let bit = 0; bit < 8; bit++) {
      const { bus, board } = await openOn();
      bus.memory[0x0c] = 0b11111101;
      let readings = 0;
      bus.after = ({ transfer }, value) =>
        transfer === 'readByte' && ++readings === garbled ? value ^ (1 << bit) : value;
      await board.set('extin-trigger', 'level');
      expect(bus.memory[0x0c], `bit ${bit}`).toBe(0b11111111);
    }
  });

  it('writes nothing to a register that reads differently each time', async () => {
    const { bus, board } = await openOn();
    let readings = 0;
    bus.after = (_, value) => value ^ (1 << (readings++ % 8));
    expect(await errorOf(board.set('extin-trigger', 'level'))).toMatchObject({
      code: 'TRANSFER_FAILED',
      errno: 'EBADMSG',
      register: 'inputControl',
      transfer: 'readByte',
      tries: 5,
      message: expect.stringMatching(
        /EBADMSG after 5 tries \(it read differently each time, last 0x08 and 0x10\)$/,
      ) as string,
    });
    expect(bus.calls.filter(({ transfer }) => transfer === 'writeByte')).toEqual([]);
  });

  it('reads twice what it has to write back', async () => {
    const { bus, board } = await openOn();
    await board.set('extin-trigger', 'level');
    expect(bus.calls.map(({ transfer }) => transfer)).toEqual(['readByte', 'readByte', 'writeByte', 'readByte']);
  });

  it('of EXTOUT looks once at what is beside it: that follows the pins', async () => {
    const { bus, board } = await openOn();
    await board.set('extout', true);
    expect(bus.calls.map(({ transfer }) => transfer)).toEqual(['readByte', 'writeByte', 'readByte']);
  });

  it('mends what a garbled write did to the other bits, while it still knows them', async () => {
    for (let bit = 0; bit < 8; bit++) {
      const { bus, board } = await openOn();
      bus.memory[0x0c] = 0b11111101;
      let writes = 0;
      bus.after = ({ transfer }, value) => {
        if (transfer === 'writeByte' && ++writes === 1) bus.memory[0x0c] = value ^ (1 << bit);
        return value;
      };
      await board.set('extin-trigger', 'level');
      expect(bus.memory[0x0c], `bit ${bit}`).toBe(0b11111111);
    }
  });

  it('does not repeat a write of EXTOUT that is to be tried once: another one could be an edge of its own', async () => {
    const { bus, board } = await openOn();
    bus.after = (_, value) => value & ~1;
    expect(await errorOf(board.set('extout', true, { tries: 1 }))).toMatchObject({ code: 'READ_BACK_MISMATCH' });
    expect(bus.calls.filter(({ transfer }) => transfer === 'writeByte')).toHaveLength(1);
  });

  it('writes a whole register without reading it first', async () => {
    const { bus, board } = await openOn();
    await board.set('restore-voltage', 24000);
    expect(bus.calls).toEqual([
      { transfer: 'writeWord', address: 0x6e, register: 4, value: 24000 },
      { transfer: 'readWord', address: 0x6e, register: 4 },
    ]);
    expect(bus.locks).toBe(1);
  });

  it('of all of io_status takes the lock, although one of extout needs none', async () => {
    const { bus, board } = await openOn();
    await board.writeRegister('ioStatus', 0b111);
    expect(bus.locks).toBe(1);
  });

  it('gives both values when the board did not take the write', async () => {
    const { bus, board } = await openOn();
    bus.memory[9] = 7;
    bus.after = ({ transfer }, value) => {
      if (transfer === 'writeByte') bus.memory[9] = 44;
      return value;
    };
    const error = await errorOf(board.set('watchdog-timeout', 60));
    expect(error).toMatchObject({ code: 'READ_BACK_MISMATCH', expected: 60, actual: 44, register: 'watchdogTimeout' });
    expect(error.message).toBe(
      'wrote 0x3c to watchdogTimeout (0x09) of the board at 0x6e on bus memory but it reads 0x2c; ' +
        'try again, and see that no other program writes to the board',
    );
  });

  it('notices that a write spoiled a neighbouring bit', async () => {
    const { bus, board } = await openOn();
    bus.memory[0x0c] = 0b001;
    bus.after = ({ transfer }, value) => {
      if (transfer === 'writeByte') bus.memory[0x0c] = value & ~0b001;
      return value;
    };
    expect(await errorOf(board.set('ri-trigger', 'level'))).toMatchObject({
      code: 'READ_BACK_MISMATCH',
      expected: 0b101,
      actual: 0b100,
    });
  });

  it('does not mind that EXTIN or the switch moves while EXTOUT is set', async () => {
    const { bus, board } = await openOn();
    bus.after = ({ transfer }, value) => {
      if (transfer === 'writeByte') bus.memory[0x0d] = value ^ 0b110;
      return value;
    };
    await board.set('extout', true);
    expect(await board.ioStatus()).toEqual({ extout: true, extin: true, switch: true });
  });

  it('notices that EXTOUT itself did not move', async () => {
    const { bus, board } = await openOn();
    bus.after = (_, value) => value & ~1;
    expect(await errorOf(board.set('extout', true))).toMatchObject({ code: 'READ_BACK_MISMATCH' });
  });

  it('writes whole registers by name', async () => {
    const { bus, board } = await openOn();
    await board.writeRegister('inputControl', 0b101);
    await board.writeRegister('restoreVoltage', 0x1234);
    expect(await board.readRegister('inputControl')).toBe(0b101);
    expect(await board.readRegister('restoreVoltage')).toBe(0x1234);
    bus.calls.length = 0;
    for (const value of [256, -1, 0.5]) {
      expect(await errorOf(board.writeRegister('inputControl', value))).toMatchObject({
        code: 'OUT_OF_RANGE',
        register: 'inputControl',
        value,
        range: [0, 255],
        message: `register inputControl takes a whole number from 0 to 255, not ${value}`,
      });
    }
    expect(await errorOf(board.writeRegister('version' as 'inputControl', 1))).toMatchObject({
      code: 'READ_ONLY',
      register: 'version',
      value: 1,
      message: 'register version can only be read',
    });
    expect(bus.calls).toEqual([]);
    for (const [name, values] of [
      ['inputControl', [0, 255]],
      ['restoreVoltage', [0, 65_535]],
    ] as const) {
      for (const value of values) {
        await board.writeRegister(name, value);
        expect(await board.readRegister(name)).toBe(value);
      }
    }
  });
});

describe('a transfer that fails', () => {
  it.each(['EREMOTEIO', 'ENXIO', 'EIO', 'EAGAIN', 'ETIMEDOUT', 'EINTR'])('is tried again after %s', async (errno) => {
    const { bus, board, clock } = await openOn();
    let failures = 4;
    bus.before = () => {
      if (failures-- > 0) throw new BusError(errno, 'passing');
    };
    expect(await board.get('extin')).toBe(false);
    expect(clock.sleeps).toEqual([2.5, 5, 10, 20]);
  });

  it('waits with full jitter, never longer than the bound', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        async (random, tries) => {
          const bus = new MemoryBus(0x6d);
          const { board, clock } = await openOn(bus, {
            random: () => random,
            retry: { tries, baseDelay: 4, maxDelay: 32 },
          });
          expect(await errorOf(board.get('extin'))).toMatchObject({ tries });
          expect(bus.calls).toHaveLength(tries);
          expect(clock.sleeps).toHaveLength(tries - 1);
          clock.sleeps.forEach((sleep, i) => {
            expect(sleep).toBe(random * Math.min(32, 4 * 2 ** i));
          });
        },
      ),
    );
  });

  it.each([
    ['EACCES', 'i2c'],
    ['EPERM', 'root'],
    ['ENOENT', 'dtparam=i2c_arm=on'],
    ['ENODEV', 'I2C_BUS'],
    ['EBUSY', 'kernel driver'],
    ['EBADF', 'closed or so'],
  ])('is not tried again after %s, and the message says what to do', async (errno, part) => {
    const { bus, board } = await openOn();
    bus.before = () => {
      throw new BusError(errno, 'closed or so');
    };
    const error = await errorOf(board.set('extout', true));
    expect(error).toMatchObject({ code: 'TRANSFER_FAILED', errno, tries: 1 });
    expect(error.message).toContain(part);
    expect(error.message).toContain('1 try');
    expect(error.message).not.toContain('\n');
    expect(bus.lockHeld).toBe(false);
  });

  it('advises on a bus that hangs', async () => {
    const { bus, board } = await openOn();
    bus.before = ({ transfer }) => {
      if (transfer === 'writeByte') throw new BusError('ETIMEDOUT', 'stuck');
    };
    const error = await errorOf(board.set('extout', true));
    expect(error).toMatchObject({ errno: 'ETIMEDOUT', transfer: 'writeByte' });
    expect(error.message).toBe(
      'cannot write ioStatus (0x0d) of the board at 0x6e on bus memory: ETIMEDOUT after 5 tries (stuck); ' +
        'the bus does not answer in time: check what else is on it',
    );
  });

  it('says what it was that failed: the last try', async () => {
    const { bus, board } = await openOn();
    let tries = 0;
    bus.before = () => {
      throw new BusError('EIO', `try ${++tries}`);
    };
    for (const [transfer, fail] of [
      ['readWord', () => board.readRegister('voltage1')],
      ['writeWord', () => board.writeRegister('restoreVoltage', 1)],
    ] as const) {
      tries = 0;
      const error = await errorOf(fail());
      expect(error).toMatchObject({ transfer, cause: { message: 'try 5' } });
      expect(error.message).toContain(`cannot ${transfer.slice(0, -4)} `);
    }
  });

  it('gives no advice where there is none to give', async () => {
    const { bus, board } = await openOn();
    bus.before = () => {
      throw new BusError('EOVERFLOW', 'odd');
    };
    expect((await errorOf(board.get('extin'))).message).toMatch(/: EOVERFLOW after 1 try \(odd\)$/);
  });

  it('passes on what is no failure of the bus as it is', async () => {
    const { bus, board } = await openOn();
    const bug = new TypeError('a bug');
    bus.before = () => {
      throw bug;
    };
    await expect(board.get('extin')).rejects.toBe(bug);
  });
});

describe('under random faults', () => {
  const settable: fc.Arbitrary<readonly [SettableParameterName, unknown]> = fc.oneof(
    fc.tuple(fc.constantFrom('extout', 'extin-powerdown', 'restart', 'uvlo'), fc.boolean()),
    fc.tuple(fc.constantFrom('extin-trigger', 'ri-trigger'), fc.constantFrom('edge', 'level')),
    fc.tuple(fc.constantFrom('sleep-timeout', 'watchdog-timeout', 'measurement-interval'), fc.nat(255)),
    fc.tuple(fc.constant('restore-voltage' as const), fc.nat(24000)),
  );
  /** What becomes of the n-th transfer. */
  const fault = fc.oneof(
    { weight: 5, arbitrary: fc.constant('none' as const) },
    fc.constantFrom('lost' as const, 'done but lost' as const, 'fatal' as const, 'ignored' as const),
  );

  it('a write that reports success is in the register, and all other bits are as they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.array(settable, { minLength: 1, maxLength: 8 }),
        fc.array(fault, { maxLength: 60 }),
        async (memory, writes, faults) => {
          const { bus, board } = await openOn();
          bus.memory.set(memory);
          let n = 0;
          let current: (typeof faults)[number] = 'none';
          let kept = 0;
          bus.before = ({ register }) => {
            current = faults[n++] ?? 'none';
            kept = bus.memory[register]! | (bus.memory[register + 1]! << 8);
            if (current === 'lost') throw new BusError('EREMOTEIO', 'no acknowledge');
            if (current === 'fatal') throw new BusError('ENODEV', 'gone');
          };
          bus.after = ({ transfer, register }, value) => {
            if (current === 'ignored' && transfer.startsWith('write')) {
              bus.memory[register] = kept & 0xff;
              if (transfer === 'writeWord') bus.memory[register + 1] = kept >> 8;
            }
            if (current === 'done but lost') throw new BusError('ETIMEDOUT', 'no answer');
            return value;
          };
          for (const [name, value] of writes) {
            const before = bus.memory.slice();
            const succeeded = await board.set(name, value as never).then(
              () => true,
              (error: unknown) => {
                expect(error).toBeInstanceOf(Sleepi3Error);
                return false;
              },
            );
            const after = bus.memory.slice();
            const parameter = parameters[name];
            if (succeeded) {
              const check = await openOn();
              check.bus.memory.set(after);
              expect(await check.board.get(name)).toEqual(value);
            }
            // Whatever happened, nothing else has changed.
            const register = 'register' in parameter ? parameter.register : undefined;
            const mine = new Set<number>();
            for (const [at, entry] of Object.entries(registers) as [
              RegisterName,
              { address: number; width: number },
            ][]) {
              const touched =
                register === undefined ? 'bit' in parameter && holdsBit(parameter.bit, at) : at === register;
              if (touched) for (let i = 0; i < entry.width / 8; i++) mine.add(entry.address + i);
            }
            const mask = 'bit' in parameter ? 1 << bitNumber(parameter.bit) : 0xff;
            for (let i = 0; i < 16; i++) {
              const ignored = mine.has(i) ? mask : 0;
              expect(after[i]! & ~ignored).toBe(before[i]! & ~ignored);
            }
            expect(bus.lockHeld).toBe(false);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

function holdsBit(bit: BitName, register: RegisterName): boolean {
  return bitTable[bit].register === register;
}

function bitNumber(bit: BitName): number {
  return bitTable[bit].bit;
}
