import { registers, type RegisterName, wakeupFlags } from '@sleepi3/driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoardOptions, type CutCause, type Pi, SimulatorError, VirtualBoard, VirtualClock } from '../src/index.js';

const address = 0x6e;
const EIPDE = 1;
const EITRG = 2;
const RITRG = 4;
const RSTE = 1;
const UVLO = 4;

function setUp(options: BoardOptions = {}) {
  const clock = new VirtualClock({ settle: 'promises' });
  const board = new VirtualBoard({ clock, ...options });
  const power: string[] = [];
  board.on('power', ({ on, cause }, time) => power.push(`${time} ${on ? 'on' : 'off'} ${cause}`));
  return { clock, board, bus: board.bus, power };
}

/** A board whose Pi can be cut by EXTIN. */
const armed = (options: BoardOptions = {}) => setUp({ coldRegisters: { inputControl: EIPDE }, ...options });

/** A board whose Pi is off. */
const asleep = (options: BoardOptions = {}) => setUp({ powered: false, ...options });

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

describe('EXTIN', () => {
  it('held with EIPDE cuts the power once, 9 to 11 s after the assertion, wherever the seconds fall', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -1000, max: 1000 }), fc.nat(5000), async (extinPhase, start) => {
        const { board, clock, power } = armed({ extinPhase });
        await clock.advance(start);
        board.setExtin(true);
        await clock.advance(8999);
        expect(board.powered).toBe(true);
        await clock.advance(2001);
        expect(board.powered).toBe(false);
        expect(power).toEqual([`${start + 10_000 + extinPhase} off extin`]);
        await clock.advance(600_000);
        expect(power).toHaveLength(1);
      }),
    );
  });

  it('released in time never cuts, however often and however briefly it is released', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -1000, max: 1000 }),
        fc.constantFrom('reset' as const, 'kept' as const),
        fc.array(fc.record({ hold: fc.integer({ min: 1, max: 8999 }), gap: fc.nat(300) }), { maxLength: 8 }),
        async (extinPhase, extinCountOnRelease, pulses) => {
          const { board, clock, power } = armed({ extinPhase, extinCountOnRelease });
          for (const { hold, gap } of pulses) {
            board.setExtin(true);
            await clock.advance(hold);
            board.setExtin(false);
            await clock.advance(gap);
          }
          await clock.advance(60_000);
          expect(power).toEqual([]);
        },
      ),
    );
  });

  it('without EIPDE never cuts; set during the hold, it cuts at the next second from the tenth on', async () => {
    const { board, clock, power } = setUp();
    board.setExtin(true);
    await clock.advance(60_500);
    expect(power).toEqual([]);
    board.poke('inputControl', EIPDE);
    await clock.advance(1000);
    expect(power).toEqual(['61000 off extin']);
  });

  it('is counted in whole seconds up to 255, and stays there', async () => {
    const { board, clock } = setUp();
    const counts: number[] = [];
    board.on('extin-count', ({ count }, time) => counts.push(count * 1000 - time));
    board.setExtin(true);
    await clock.advance(300_000);
    expect(board.peek('externalInputCount')).toBe(255);
    expect(counts).toEqual(Array.from({ length: 255 }, () => 0));
  });

  it('keeps its seconds where they are when the phase is moved during a hold', async () => {
    const { board, clock } = setUp();
    board.setExtin(true);
    await clock.advance(3500);
    board.extinPhase = 700;
    expect(board.extinPhase).toBe(700);
    await clock.advance(1100);
    expect(board.peek('externalInputCount')).toBe(3);
    await clock.advance(100);
    expect(board.peek('externalInputCount')).toBe(4);
    expect(() => {
      board.extinPhase = 1001;
    }).toThrow(SimulatorError);
    board.setExtin(false);
    board.extinPhase = 0;
    await clock.run();
    expect(board.peek('externalInputCount')).toBe(0);
  });

  it.each([
    ['reset', 0],
    ['kept', 5],
  ] as const)('has its count %s on release, and counts from 0 again', async (extinCountOnRelease, after) => {
    const { board, clock } = setUp({ extinCountOnRelease });
    board.setExtin(true);
    await clock.advance(5200);
    board.setExtin(false);
    expect(board.peek('externalInputCount')).toBe(after);
    await clock.advance(5000);
    expect(board.peek('externalInputCount')).toBe(after);
    board.setExtin(true);
    expect(board.peek('externalInputCount')).toBe(0);
    await clock.advance(2000);
    expect(board.peek('externalInputCount')).toBe(2);
  });

  it('shows in EI at once, and an assertion that is one already changes nothing', async () => {
    const { board, bus, clock } = setUp();
    board.setExtin(true);
    expect(board.extin).toBe(true);
    expect(await bus.readByte(address, 0x0d)).toBe(0x02);
    await clock.advance(3000);
    board.setExtin(true);
    expect(board.peek('externalInputCount')).toBe(3);
    board.setExtin(false);
    expect(await bus.readByte(address, 0x0d)).toBe(0x00);
  });

  it('wakes a Pi that is off by its edge, with cause extin, and cuts it again 10 s later', async () => {
    const { board, clock, power } = asleep({ coldRegisters: { inputControl: EIPDE } });
    await clock.advance(500);
    board.setExtin(true);
    expect(board.wakeupCause).toBe('extin');
    await clock.advance(12_000);
    board.setExtin(false);
    expect(power).toEqual(['500 on extin', '10500 off extin']);
    await clock.advance(1000);
    board.setExtin(true);
    expect(power.at(-1)).toBe('13500 on extin');
  });

  it('wakes a Pi and leaves it on where EIPDE is lost at a power cut', async () => {
    const { board, clock, power } = armed({ eipdeOnPowerCut: 'lost' });
    board.setExtin(true);
    await clock.advance(12_000);
    expect(board.bit('EIPDE')).toBe(false);
    board.setExtin(false);
    board.setExtin(true);
    await clock.advance(12_000);
    expect(power).toEqual(['10000 off extin', '12000 on extin']);
  });

  it('held with EITRG at level wakes the Pi at once again and again: off is never reached', async () => {
    const { board, clock, power } = setUp({ coldRegisters: { inputControl: EIPDE | EITRG } });
    board.setExtin(true);
    await clock.advance(25_000);
    expect(power).toEqual(['10000 off extin', '11000 on extin', '21000 off extin', '22000 on extin']);
  });

  it('at level does not wake when it is released before the power switch can move again', async () => {
    const { board, clock, power } = setUp({ coldRegisters: { inputControl: EIPDE | EITRG }, powerCycleTime: 2000 });
    board.setExtin(true);
    await clock.advance(11_000);
    board.setExtin(false);
    await clock.advance(10_000);
    expect(power).toEqual(['10000 off extin']);
  });

  it('held wakes when EITRG is set to level while the Pi is off', async () => {
    const { board, clock, power } = armed();
    board.setExtin(true);
    await clock.advance(15_000);
    board.poke('inputControl', EITRG);
    await clock.advance(1000);
    expect(power).toEqual(['10000 off extin', '16000 on extin']);
  });

  it('that was held before another cause woke the Pi gives it its own 10 s', async () => {
    const { board, clock, power } = armed();
    board.setExtin(true);
    await clock.advance(15_500);
    board.setSwitch(true);
    await clock.advance(20_000);
    expect(power).toEqual(['10000 off extin', '15500 on switch', '25000 off extin']);
  });
});

describe('EXTOUT', () => {
  it.each([
    ['held', true, []],
    ['released', false, [[false, 10_000]]],
  ] as const)('is %s when its own Pi loses power, as the option says', async (extoutOnPowerCut, after, edges) => {
    const { board, clock } = armed({ extoutOnPowerCut });
    board.poke('ioStatus', 1);
    const seen: unknown[] = [];
    board.on('extout', ({ asserted }, time) => seen.push([asserted, time]));
    board.setExtin(true);
    await clock.advance(20_000);
    expect(board.powered).toBe(false);
    expect(board.extout).toBe(after);
    expect(board.bit('EO')).toBe(after);
    expect(seen).toEqual(edges);
  });
});

describe('the time-outs', () => {
  it('power-cycle a silent Pi with RSTE, with cause watchdog, and run again for the next boot', async () => {
    const { board, clock, power } = setUp();
    board.poke('watchdogControl', RSTE);
    board.poke('watchdogTimeout', 60);
    for (let beat = 0; beat < 100; beat++) {
      await clock.advance(1000);
      board.heartbeat();
    }
    await clock.advance(130_000);
    expect(power).toEqual(['160000 off restart', '161000 on watchdog', '221000 off restart', '222000 on watchdog']);
    expect(board.wakeupCause).toBe('watchdog');
  });

  it('cut a silent Pi without RSTE, and it stays off', async () => {
    const { board, clock, power } = setUp();
    board.poke('watchdogTimeout', 10);
    await clock.advance(600_000);
    expect(power).toEqual(['10000 off watchdog']);
  });

  it('never fire at 0, nor after being set to 0 in time', async () => {
    const { board, clock, power } = setUp();
    board.poke('watchdogTimeout', 10);
    await clock.advance(9999);
    board.poke('watchdogTimeout', 0);
    await clock.run();
    expect(power).toEqual([]);
  });

  it('cut the power sleep_timeout after the last sign of life, and the register is spent', async () => {
    const { board, clock, power } = setUp();
    board.poke('watchdogControl', RSTE);
    board.poke('sleepTimeout', 10);
    board.poke('watchdogTimeout', 90);
    await clock.advance(5000);
    board.heartbeat();
    await clock.advance(600_000);
    expect(power).toEqual(['15000 off sleep']);
    expect(board.peek('sleepTimeout')).toBe(0);
    expect(board.peek('watchdogTimeout')).toBe(90);
  });

  it('do not hear a Pi without power, nor count against it', async () => {
    const { board, clock, power } = asleep();
    let beats = 0;
    board.on('heartbeat', () => beats++);
    board.poke('watchdogTimeout', 10);
    board.heartbeat();
    await clock.run();
    expect(beats).toBe(0);
    expect(power).toEqual([]);
  });

  it('give way to a wake during the power-cycle', async () => {
    const { board, clock, power } = setUp({ coldRegisters: { watchdogControl: RSTE, watchdogTimeout: 10 } });
    await clock.advance(10_500);
    board.setSwitch(true);
    await clock.advance(1000);
    expect(power).toEqual(['10000 off restart', '10500 on switch']);
  });
});

describe('the other causes', () => {
  it('a press of the switch wakes, and is counted up to 255 s while it lasts', async () => {
    const { board, clock, power } = asleep();
    board.setSwitch(true);
    board.setSwitch(true);
    expect(board.bit('SW')).toBe(true);
    expect(power).toEqual(['0 on switch']);
    await clock.advance(12_300);
    expect(board.peek('pushSwitchCount')).toBe(12);
    await clock.advance(300_000);
    expect(board.peek('pushSwitchCount')).toBe(255);
    board.setSwitch(false);
    expect(board.peek('pushSwitchCount')).toBe(0);
    expect(board.bit('SW')).toBe(false);
    expect(power).toHaveLength(1);
  });

  it('RI wakes by its edge, and by its level where RITRG says so', async () => {
    const edge = asleep();
    edge.board.setRi(true);
    edge.board.setRi(true);
    edge.board.setRi(false);
    expect(edge.power).toEqual(['0 on ri']);

    const level = setUp({ coldRegisters: { inputControl: RITRG, watchdogTimeout: 10 } });
    level.board.setRi(true);
    await level.clock.advance(12_000);
    expect(level.power).toEqual(['10000 off watchdog', '11000 on ri']);

    const held = setUp({ coldRegisters: { watchdogTimeout: 10 } });
    held.board.setRi(true);
    await held.clock.advance(12_000);
    expect(held.power).toEqual(['10000 off watchdog']);
  });

  it('the alarm wakes at its time, once, and not when cleared or set anew', async () => {
    const { board, clock, power } = asleep();
    board.setAlarm(5000);
    board.setAlarm(undefined);
    await clock.advance(10_000);
    expect(power).toEqual([]);
    board.setAlarm(20_000);
    board.setAlarm(30_000);
    await clock.advance(60_000);
    expect(power).toEqual(['30000 on alarm']);
  });

  it('the alarm outlives a lost supply, as the RTC has a battery', async () => {
    const { board, clock, power } = setUp({ coldRegisters: { watchdogTimeout: 10 } });
    board.setAlarm(60_000);
    board.setSupply({ voltage1: 0 });
    board.setSupply({ voltage1: 12_000 });
    await clock.advance(65_000);
    expect(power).toEqual(['0 off supply', '0 on poweron', '10000 off watchdog', '60000 on alarm']);
  });

  it('UVLO keeps the alarm from waking while the voltage is not above restore_voltage', async () => {
    for (const [voltage1, woken] of [
      [10_000, false],
      [12_500, true],
    ] as const) {
      const { board, clock } = asleep({
        supply: { voltage1 },
        coldRegisters: { watchdogControl: UVLO, restoreVoltage: 11_000 },
      });
      expect(board.powered).toBe(false);
      board.setAlarm(5000);
      await clock.run();
      expect(board.powered).toBe(woken);
    }
  });

  it('a voltage above restore_voltage wakes when it is measured during sleep', async () => {
    const { board, clock, power } = asleep({
      supply: { voltage1: 10_000 },
      coldRegisters: { adcInterval: 5, restoreVoltage: 11_000 },
    });
    await clock.advance(7000);
    board.setSupply({ voltage2: 11_000 });
    await clock.advance(10_000);
    expect(board.peek('voltage2')).toBe(11_000);
    expect(power).toEqual([]);
    board.setSupply({ voltage2: 11_001 });
    await clock.advance(10_000);
    expect(power).toEqual(['20000 on restoration']);
  });

  it('a voltage is not measured at interval 0, so it neither shows nor wakes', async () => {
    const { board, clock, power } = asleep({ supply: { voltage1: 10_000 }, coldRegisters: { restoreVoltage: 11_000 } });
    board.setSupply({ voltage1: 13_000 });
    await clock.run();
    expect(board.peek('voltage1')).toBe(10_000);
    expect(power).toEqual([]);
    board.poke('adcInterval', 1);
    await clock.run();
    expect(board.peek('voltage1')).toBe(13_000);
    expect(power).toEqual(['1000 on restoration'].map((line) => line.replace('1000', String(clock.now()))));
  });

  it('every cause sets its own bit of wakeup_status and no other', async () => {
    const seen: Record<string, number> = {};
    const note = (board: VirtualBoard) => (seen[board.wakeupCause ?? ''] = board.peek('wakeupStatus'));
    note(setUp().board);
    for (const wake of [
      (board: VirtualBoard) => {
        board.setSwitch(true);
      },
      (board: VirtualBoard) => {
        board.setExtin(true);
      },
      (board: VirtualBoard) => {
        board.setRi(true);
      },
      (board: VirtualBoard) => {
        board.setAlarm(1);
      },
      (board: VirtualBoard) => {
        board.poke('adcInterval', 1);
        board.poke('restoreVoltage', 1000);
      },
    ]) {
      const { board, clock } = asleep();
      wake(board);
      await clock.advance(2000);
      note(board);
    }
    const hung = setUp({ coldRegisters: { watchdogControl: RSTE, watchdogTimeout: 1 } });
    await hung.clock.advance(2500);
    note(hung.board);
    expect(seen).toEqual(Object.fromEntries(wakeupFlags.map((flag, bit) => [flag, 1 << bit])));
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

describe('under any sequence of what can happen to it, a board', () => {
  const causes: CutCause[] = ['extin', 'watchdog', 'restart', 'sleep', 'supply'];
  const options: fc.Arbitrary<BoardOptions> = fc.record({
    extoutOnPowerCut: fc.constantFrom('held' as const, 'released' as const),
    eipdeOnPowerCut: fc.constantFrom('kept' as const, 'lost' as const),
    extinCountOnRelease: fc.constantFrom('reset' as const, 'kept' as const),
    readOnlyBits: fc.constantFrom('ignored' as const, 'written' as const),
    extinPhase: fc.integer({ min: -1000, max: 1000 }),
    powered: fc.boolean(),
  });
  type Step = (board: VirtualBoard, clock: VirtualClock) => unknown;
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.boolean().map((on): Step => (board) => {
      board.setExtin(on);
    }),
    fc.boolean().map((on): Step => (board) => {
      board.setSwitch(on);
    }),
    fc.boolean().map((on): Step => (board) => {
      board.setRi(on);
    }),
    fc.constantFrom(0, 9000, 13_000).map((voltage1): Step => (board) => {
      board.setSupply({ voltage1 });
    }),
    fc.constant<Step>((board) => {
      board.heartbeat();
    }),
    fc.nat(30_000).map((ms): Step => (board, clock) => {
      board.setAlarm(clock.now() + ms);
    }),
    fc.tuple(fc.nat(0x11), fc.nat(0xff)).map(
      ([register, value]): Step =>
        (board) =>
          board.bus.writeByte(address, register, value).catch(() => {}),
    ),
    fc.nat(15_000).map(
      (ms): Step =>
        (_, clock) =>
          clock.advance(ms),
    ),
  );

  it('keeps its invariants', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 40 }), async (given, steps) => {
        const clock = new VirtualClock({ settle: 'promises' });
        const board = new VirtualBoard({ clock, ...given });
        let powered = board.powered;
        let extout = board.extout;
        let assertedAt = NaN;
        let poweredAt = 0;
        let eipdeSince = Infinity;
        board.on('extin', ({ asserted }, time) => (assertedAt = asserted ? time : NaN));
        board.on('extout', ({ asserted }) => {
          expect(asserted).toBe(!extout);
          extout = asserted;
        });
        board.on('power', (event, time) => {
          // Power goes on and off in turns, each for a cause that can be read.
          expect(event.on).toBe(!powered);
          powered = event.on;
          if (event.on) {
            expect(board.peek('wakeupStatus')).toBe(1 << wakeupFlags.indexOf(event.cause));
            poweredAt = time;
          } else {
            expect(causes).toContain(event.cause);
            // A forced power-down takes EIPDE and 9 to 11 s of EXTIN, all of them under power.
            if (event.cause === 'extin') expect(time - Math.max(assertedAt, poweredAt)).toBeGreaterThanOrEqual(9000);
          }
        });
        for (const act of steps) {
          await act(board, clock);
          expect(board.powered).toBe(powered);
          expect(board.extout).toBe(extout);
          expect(board.bit('EO')).toBe(extout);
          expect(board.powered && !board.hasSupply).toBe(false);
          if (given.readOnlyBits === 'ignored' && board.hasSupply) {
            expect(board.bit('EI')).toBe(board.extin);
            if (!board.extin && given.extinCountOnRelease === 'reset') expect(board.peek('externalInputCount')).toBe(0);
          }
          // A powered Pi with EIPDE does not outlive 11 s of EXTIN, whatever else happens.
          if (!board.bit('EIPDE')) eipdeSince = Infinity;
          else eipdeSince = Math.min(eipdeSince, clock.now());
          if (board.powered && board.extin) {
            expect(clock.now() - Math.max(assertedAt, poweredAt, eipdeSince)).toBeLessThanOrEqual(11_000);
          }
        }
        board.close();
      }),
      { numRuns: 300 },
    );
  });
});
