import { systemClock } from '@sleepi3/driver';
import { describe, expect, it } from 'vitest';
import {
  createHarness,
  createRing,
  SimulatorError,
  type VirtualBoard,
  VirtualClock,
  type Wiring,
  type WireState,
} from '../src/index.js';

const address = 0x6e;

const extins = (boards: readonly VirtualBoard[]) => boards.map((board) => board.extin);

describe('the harness', () => {
  it('leads each EXTOUT to the other board’s EXTIN, both ways', () => {
    const { boards } = createHarness();
    boards[0].poke('ioStatus', 1);
    expect(extins(boards)).toEqual([false, true]);
    boards[1].poke('ioStatus', 1);
    expect(extins(boards)).toEqual([true, true]);
    boards[0].poke('ioStatus', 0);
    expect(extins(boards)).toEqual([true, false]);
  });

  it('fences: one node’s 12 s pulse cuts the other at 10 s, and the next edge wakes it with cause extin', async () => {
    const { boards, clock } = createHarness({ coldRegisters: { inputControl: 1 } });
    const [shooter, target] = boards;
    const power: string[] = [];
    target.on('power', ({ on, cause }, time) => power.push(`${time} ${on ? 'on' : 'off'} ${cause}`));
    const fence = async () => {
      await shooter.bus.writeByte(address, 0x0d, 1);
      await clock.sleep(12_000);
      await shooter.bus.writeByte(address, 0x0d, 0);
      await clock.sleep(1000);
      await shooter.bus.writeByte(address, 0x0d, 1);
      await clock.sleep(500);
      await shooter.bus.writeByte(address, 0x0d, 0);
    };
    await clock.runUntil(fence());
    expect(power).toEqual(['10000 off extin', '13000 on extin']);
    expect(shooter.powered).toBe(true);
  });

  it('kills both when both shoot and EXTOUT is held, one when it is released and they start apart', async () => {
    for (const [extoutOnPowerCut, survivors] of [
      ['held', 0],
      ['released', 1],
    ] as const) {
      const { boards, clock } = createHarness({ coldRegisters: { inputControl: 1 }, extoutOnPowerCut });
      boards[0].poke('ioStatus', 1);
      await clock.advance(3000);
      boards[1].poke('ioStatus', 1);
      await clock.advance(30_000);
      expect(boards.filter((board) => board.powered)).toHaveLength(survivors);
    }
  });

  it.each<[WireState, boolean, boolean]>([
    ['sound', false, true],
    ['open', false, false],
    ['stuck-high', true, true],
    ['stuck-low', false, false],
  ])('has a wire that is %s show its end %s when idle and %s when asserted', (state, idle, asserted) => {
    const { boards, wires } = createHarness();
    wires[1].state = state;
    expect(wires[1].state).toBe(state);
    expect(extins(boards)).toEqual([false, idle]);
    boards[0].poke('ioStatus', 1);
    expect(extins(boards)).toEqual([false, asserted]);
    wires[1].state = 'sound';
    expect(extins(boards)).toEqual([false, true]);
  });

  it.each<[Wiring, boolean[]]>([
    ['crossed', [false, true]],
    ['swapped', [false, false]],
    ['looped', [true, false]],
    ['shorted', [true, true]],
  ])('that is %s shows the first EXTOUT at the inputs %j', (wiring, expected) => {
    const harness = createHarness();
    harness.boards[0].poke('ioStatus', 1);
    harness.wiring = wiring;
    expect(harness.wiring).toBe(wiring);
    expect(extins(harness.boards)).toEqual(expected);
    harness.boards[0].poke('ioStatus', 0);
    expect(extins(harness.boards)).toEqual([false, false]);
  });

  it('refuses what no wire can be, and stays as it is', () => {
    const harness = createHarness();
    expect(() => {
      harness.wires[0].state = 'loose' as WireState;
    }).toThrow('state must be sound or open');
    expect(() => {
      harness.wiring = 'parallel' as Wiring;
    }).toThrow('wiring must be crossed');
    expect([harness.wires[0].state, harness.wiring]).toEqual(['sound', 'crossed']);
  });

  it('settles when what an input sets off moves an output', () => {
    const { boards } = createHarness({ powered: false });
    // The first board's Pi asserts EXTOUT as soon as it is powered, the second one's too.
    for (const board of boards) {
      board.connect({
        powerOn: () => {
          board.poke('ioStatus', 1);
        },
        powerOff: () => {},
      });
    }
    boards[0].setSwitch(true);
    expect(boards.map((board) => board.powered)).toEqual([true, true]);
    expect(extins(boards)).toEqual([true, true]);
  });

  it('gives both boards the common options, each its own over them, and the article’s names', () => {
    const { boards } = createHarness({ extinPhase: 500, boards: [{}, { extinPhase: -500, address: 0x6d, name: 'b' }] });
    expect(boards.map((board) => board.extinPhase)).toEqual([500, -500]);
    expect(boards.map((board) => board.address)).toEqual([0x6e, 0x6d]);
    expect(boards.map((board) => board.name)).toEqual(['raspberrypi-1', 'b']);
    expect(createHarness({ names: ['a', 'c'] }).boards.map((board) => board.name)).toEqual(['a', 'c']);
  });

  it('runs on a clock of one’s own, and lets go of it when it is closed', async () => {
    const clock = new VirtualClock();
    const harness = createHarness({ clock });
    expect(harness.clock).toBe(clock);
    harness.boards[0].poke('ioStatus', 1);
    harness.close();
    await clock.run();
    expect(clock.now()).toBe(0);

    const real = createHarness({ clock: systemClock });
    real.boards[0].poke('ioStatus', 1);
    expect(real.boards[1].extin).toBe(true);
    real.close();
  });
});

describe('a ring of boards', () => {
  const names = ['a', 'b', 'c', 'd'];

  it('leads each EXTOUT to the EXTIN of the next board alone, and of the last to the first', () => {
    const { boards } = createRing({ names });
    for (const [index, board] of boards.entries()) {
      board.poke('ioStatus', 1);
      expect(extins(boards)).toEqual(names.map((_, place) => place === (index + 1) % names.length));
      board.poke('ioStatus', 0);
    }
  });

  it.each<[WireState, boolean, boolean]>([
    ['open', false, false],
    ['stuck-high', true, true],
    ['stuck-low', false, false],
  ])('has a wire that is %s show its end %s when idle and %s when asserted', (state, idle, asserted) => {
    const { boards, wires } = createRing({ names });
    wires[2]!.state = state;
    expect(extins(boards)).toEqual([false, false, idle, false]);
    boards[1]!.poke('ioStatus', 1);
    expect(extins(boards)).toEqual([false, false, asserted, false]);
  });

  it('cuts the next board and no other, on its own clock, and comes off it', async () => {
    const ring = createRing({ names, coldRegisters: { inputControl: 1 }, boards: [{ name: 'first' }] });
    expect(ring.boards.map(({ name }) => name)).toEqual(['first', 'b', 'c', 'd']);
    ring.boards[3]!.poke('ioStatus', 1);
    await ring.clock.advance(12_000);
    expect(ring.boards.map(({ powered }) => powered)).toEqual([false, true, true, true]);
    ring.close();
  });

  it('is refused with two: that is a harness', () => {
    expect(() => createRing({ names: ['a', 'b'] })).toThrow(SimulatorError);
  });
});
