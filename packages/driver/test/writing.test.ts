import { describe, expect, it } from 'vitest';
import { BusError, type SettableParameterName } from '../src/index.js';
import { errorOf, openOn } from './board-on-memory.js';

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
