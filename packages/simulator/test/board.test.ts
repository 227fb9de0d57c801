import { registers, type RegisterName } from '@sleepi3/driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Pi, SimulatorError, VirtualBoard, VirtualClock } from '../src/index.js';
import { address, armed, asleep, setUp } from './spare-board.js';

describe('a board that gets its supply', () => {
  it('powers the Pi on, with cause poweron, cold registers and the voltage measured', () => {
    const powerOns: string[] = [];
    const pi: Pi = { powerOn: (cause) => powerOns.push(cause), powerOff: () => powerOns.push('off') };
    const { board } = setUp({ pi });
    expect(board.powered).toBe(true);
    expect(powerOns).toEqual(['poweron']);
    expect(board.wakeupCause).toBe('poweron');
    expect(board.peek('voltage1')).toBe(12_000);
    expect(board.peek('voltage2')).toBe(0);
    for (const name of ['watchdogTimeout', 'sleepTimeout', 'inputControl', 'ioStatus', 'version'] as const) {
      expect(board.peek(name)).toBe(0);
    }
  });

  it('can begin with the Pi asleep, or with registers of one’s own', () => {
    const { board } = asleep({ coldRegisters: { version: 3, restoreVoltage: 11_000 } });
    expect(board.powered).toBe(false);
    expect(board.wakeupCause).toBe('poweron');
    expect(board.peek('version')).toBe(3);
    expect(board.peek('restoreVoltage')).toBe(11_000);
  });

  it('is dead without: the bus does not answer, inputs do nothing, the switch does not wake', async () => {
    const { board, bus, clock } = setUp({ supply: { voltage1: 0 } });
    expect(board.hasSupply).toBe(false);
    expect(board.powered).toBe(false);
    await expect(bus.readByte(address, 0x0f)).rejects.toMatchObject({ name: 'BusError', errno: 'EREMOTEIO' });
    board.setExtin(true);
    board.setSwitch(true);
    board.setRi(true);
    board.setAlarm(100);
    await clock.run();
    expect(board.powered).toBe(false);
    expect(board.peek('ioStatus')).toBe(0);
    expect(board.wakeupCause).toBeUndefined();
  });

  it('loses everything with its supply, EXTOUT and Pi included, and starts cold when it returns', async () => {
    const { board, clock, power } = armed();
    const extout: boolean[] = [];
    board.on('extout', ({ asserted }) => extout.push(asserted));
    board.poke('ioStatus', 1);
    board.poke('watchdogTimeout', 60);
    await clock.advance(1000);
    board.setSupply({ voltage1: 0 });
    expect(board.extout).toBe(false);
    expect(extout).toEqual([true, false]);
    expect(board.powered).toBe(false);
    board.setExtin(true);
    await clock.advance(4000);
    board.setSupply({ voltage2: 5000 });
    expect(power).toEqual(['1000 off supply', '5000 on poweron']);
    expect(board.peek('watchdogTimeout')).toBe(0);
    expect(board.peek('voltage2')).toBe(5000);
    expect(board.bit('EI')).toBe(true);
    await clock.advance(10_000);
    expect(power.at(-1)).toBe('15000 off extin');
  });

  it('dies and returns with its Pi asleep, too', () => {
    const { board, power } = asleep();
    board.setSwitch(true);
    board.setSupply({ voltage1: 0 });
    board.setSupply({ voltage1: 0 });
    board.setSupply({ voltage1: 9000 });
    expect(power).toEqual(['0 on switch', '0 off supply', '0 on poweron']);
    expect(board.bit('SW')).toBe(true);
  });

  it('stays dead when its supply fails while it sleeps', () => {
    const { board, power } = asleep();
    board.setSupply({ voltage1: 0 });
    board.setRi(true);
    board.heartbeat();
    expect(power).toEqual([]);
  });
});

describe('the registers', () => {
  const writable = (Object.keys(registers) as RegisterName[]).filter(
    (name) => (registers[name].access as string) === 'read-write',
  );

  it('read back what was written to every register that can be written, at its own width', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writable), fc.nat(0xffff), async (name, number) => {
        const { bus, board } = setUp();
        const { address: register, width } = registers[name];
        if (width === 16) {
          await bus.writeWord(address, register, number);
          expect(await bus.readWord(address, register)).toBe(number);
          expect(await bus.readByte(address, register)).toBe(number & 0xff);
          expect(await bus.readByte(address, register + 1)).toBe(number >> 8);
          expect(board.peek(name)).toBe(number);
        } else {
          await bus.writeByte(address, register, number & 0xff);
          expect(await bus.readByte(address, register)).toBe(number & 0xff);
          expect(board.peek(name)).toBe(number & 0xff);
        }
      }),
    );
  });

  it('take a word across two byte registers as both bytes', async () => {
    const { bus, board } = setUp();
    await bus.writeWord(address, 0x09, 0x1e3c);
    expect(board.peek('watchdogTimeout')).toBe(0x3c);
    expect(board.peek('sleepTimeout')).toBe(0x1e);
    expect(await bus.readWord(address, 0x0e)).toBe(1);
  });

  it('beyond the map read as ones and take no writes', async () => {
    const { bus } = setUp();
    await bus.writeByte(address, 0x10, 0);
    await bus.writeWord(address, 0xff, 0);
    expect(await bus.readByte(address, 0x10)).toBe(0xff);
    expect(await bus.readWord(address, 0xff)).toBe(0xffff);
    expect(await bus.readWord(address, 0x0f)).toBe(0xff00);
  });

  it('that are read-only ignore a write', async () => {
    const { bus, board } = setUp();
    for (const [name, { address: register, width, access }] of Object.entries(registers)) {
      if ((access as string) !== 'read') continue;
      const before = board.peek(name as RegisterName);
      if (width === 16) await bus.writeWord(address, register, 0x5555);
      else await bus.writeByte(address, register, 0x55);
      expect(board.peek(name as RegisterName)).toBe(before);
    }
    await bus.writeByte(address, 0x0d, 0xff);
    expect(await bus.readByte(address, 0x0d)).toBe(1);
  });

  it('that are read-only take a write where the board is said to do so', async () => {
    const { bus, board } = setUp({ readOnlyBits: 'written' });
    await bus.writeByte(address, 0x0e, 0x03);
    expect(await bus.readByte(address, 0x0e)).toBe(0x03);
    expect(board.wakeupCause).toBeUndefined();
  });

  it('show EI and SW as written until the inputs are looked at again: one second later, or at an edge', async () => {
    const { bus, board, clock } = setUp({ readOnlyBits: 'written' });
    board.setExtin(true);
    await bus.writeByte(address, 0x0d, 0x05);
    expect(await bus.readByte(address, 0x0d)).toBe(0x05);
    await clock.advance(999);
    expect(await bus.readByte(address, 0x0d)).toBe(0x05);
    await clock.advance(1);
    expect(await bus.readByte(address, 0x0d)).toBe(0x03);
    await bus.writeByte(address, 0x0d, 0x00);
    board.setSwitch(true);
    expect(await bus.readByte(address, 0x0d)).toBe(0x06);
  });

  it('can be poked by name, within their width', () => {
    const { board } = setUp();
    board.poke('restoreVoltage', 0x1234);
    expect(board.peek('restoreVoltage')).toBe(0x1234);
    expect(() => {
      board.poke('adcInterval', 256);
    }).toThrow(SimulatorError);
    expect(() => {
      board.poke('adcInterval', 1.5);
    }).toThrow('whole number');
    expect(() => setUp({ coldRegisters: { adcInterval: -1 } })).toThrow(SimulatorError);
  });
});

describe('a board', () => {
  it('feeds every Pi that is connected, and tells one connected later how things stand', () => {
    const { board } = setUp();
    const log: string[] = [];
    const pi = (name: string): Pi => ({
      powerOn: (cause) => log.push(`${name} on ${cause}`),
      powerOff: () => log.push(`${name} off`),
    });
    board.connect(pi('a'));
    const disconnect = board.connect(pi('b'));
    board.setSupply({ voltage1: 0 });
    board.connect(pi('c'));
    disconnect();
    board.setSupply({ voltage1: 12_000 });
    expect(log).toEqual(['a on poweron', 'b on poweron', 'a off', 'b off', 'a on poweron', 'c on poweron']);
  });

  it('tells a Pi poweron when wakeup_status has been written over', () => {
    const { board } = setUp({ readOnlyBits: 'written' });
    board.poke('wakeupStatus', 0);
    const log: string[] = [];
    board.connect({ powerOn: (cause) => log.push(cause), powerOff: () => {} });
    expect(log).toEqual(['poweron']);
  });

  it('stops telling a listener that has left, and tells one added twice twice', () => {
    const { board } = setUp();
    let heard = 0;
    const listener = () => heard++;
    board.on('heartbeat', listener);
    const leave = board.on('heartbeat', listener);
    board.heartbeat();
    leave();
    board.heartbeat();
    expect(heard).toBe(3);
  });

  it('leaves no timer behind when it is closed', async () => {
    const { board, clock, power } = setUp({ coldRegisters: { watchdogTimeout: 10, adcInterval: 1, inputControl: 1 } });
    board.setExtin(true);
    board.setSwitch(true);
    board.setAlarm(1000);
    board.close();
    await clock.run();
    expect(clock.now()).toBe(0);
    expect(power).toEqual([]);
  });

  it('refuses options out of range, by name', () => {
    const bad: [object, string][] = [
      [{ address: 0x100 }, 'address'],
      [{ extinPhase: 1500 }, 'extinPhase'],
      [{ powerCycleTime: -1 }, 'powerCycleTime'],
      [{ transferTime: NaN }, 'transferTime'],
      [{ supply: { voltage1: 70_000 } }, 'voltage1'],
      [{ supply: { voltage2: 0.5 } }, 'voltage2'],
      [{ extoutOnPowerCut: 'dropped' }, 'extoutOnPowerCut'],
      [{ eipdeOnPowerCut: 'reset' }, 'eipdeOnPowerCut'],
      [{ extinCountOnRelease: 'no' }, 'extinCountOnRelease'],
      [{ readOnlyBits: 'maybe' }, 'readOnlyBits'],
    ];
    for (const [options, name] of bad) {
      expect(() => new VirtualBoard(options)).toThrow(name);
      expect(() => new VirtualBoard(options)).toThrow(SimulatorError);
    }
  });

  it('brings its own clock when it is given none', async () => {
    const board = new VirtualBoard();
    expect(board.clock).toBeInstanceOf(VirtualClock);
    expect(board.name).toBe('slee-Pi 3');
    expect(board.address).toBe(0x6e);
    expect(await board.bus.readByte(0x6e, 0x0e)).toBe(1);
  });
});
