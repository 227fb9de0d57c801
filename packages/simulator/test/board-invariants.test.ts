import { wakeupFlags } from '@sleepi3/driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoardOptions, type CutCause, VirtualBoard, VirtualClock } from '../src/index.js';
import { address } from './spare-board.js';

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
