import { wakeupFlags } from '@sleepi3/driver';
import { describe, expect, it } from 'vitest';
import type { VirtualBoard } from '../src/index.js';
import { asleep, RITRG, RSTE, setUp, UVLO } from './spare-board.js';

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
