import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BitName,
  bits as bitTable,
  BusError,
  parameters,
  type RegisterName,
  registers,
  type SettableParameterName,
  Sleepi3Error,
} from '../src/index.js';
import { MemoryBus } from './memory-bus.js';
import { errorOf, openOn } from './board-on-memory.js';

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
