import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatorError } from '../src/index.js';
import { address, armed, asleep, EIPDE, EITRG, setUp } from './spare-board.js';

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
