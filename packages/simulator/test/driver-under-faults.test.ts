import { parameters, Sleepi3 } from '@sleepi3/driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fault, type FaultKind, VirtualBoard, VirtualClock } from '../src/index.js';

const kinds: FaultKind[] = ['NAK', 'EREMOTEIO', 'ETIMEDOUT', 'EAGAIN', 'stuck', 'slow', 'write-lost'];

/** Bits flip in one direction only: the same bit flipped on the way there and back is a write that nobody can know of. */
const faultScript: fc.Arbitrary<Fault[]> = fc.constantFrom('read' as const, 'write' as const).chain((flipped) =>
  fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constantFrom(...kinds),
        rate: fc.double({ min: 0, max: 0.9, noNaN: true }),
        seed: fc.nat(),
        carriedOut: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('bit-flip' as const),
        op: fc.constant(flipped),
        rate: fc.double({ min: 0, max: 0.9, noNaN: true }),
        seed: fc.nat(),
      }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
);

async function setUp(clock: VirtualClock) {
  const board = new VirtualBoard({ clock });
  const sleepi3 = await Sleepi3.open({ bus: board.bus, clock, random: () => 0.5 });
  return { board, sleepi3 };
}

describe('the driver on a virtual board under random faults', () => {
  it('has in the register what a write reported as done, and fails otherwise', async () => {
    let succeeded = 0;
    let failed = 0;
    await fc.assert(
      fc.asyncProperty(faultScript, fc.nat(255), fc.nat(24_000), async (faults, seconds, millivolts) => {
        const clock = new VirtualClock({ settle: 'promises' });
        const { board, sleepi3 } = await clock.runUntil(setUp(clock));
        for (const fault of faults) board.faults.add(fault);
        const attempts = [
          [() => sleepi3.set('watchdog-timeout', seconds), () => board.peek('watchdogTimeout'), seconds],
          [() => sleepi3.set('restore-voltage', millivolts), () => board.peek('restoreVoltage'), millivolts],
          [() => sleepi3.set('extout', seconds % 2 === 1), () => Number(board.extout), seconds % 2],
          [
            () => sleepi3.set('extin-powerdown', seconds % 2 === 0),
            () => Number(board.bit('EIPDE')),
            (seconds + 1) % 2,
          ],
        ] as const;
        for (const [set, peek, expected] of attempts) {
          const done = await clock.runUntil(
            set().then(
              () => true,
              () => false,
            ),
          );
          if (done) expect(peek()).toBe(expected);
          if (done) succeeded++;
          else failed++;
        }
      }),
      { numRuns: 400 },
    );
    // Both happened, or the property would say little.
    expect(succeeded).toBeGreaterThan(5);
    expect(failed).toBeGreaterThan(5);
  });

  it('reads every parameter of a sound board', async () => {
    const clock = new VirtualClock();
    const { sleepi3 } = await clock.runUntil(setUp(clock));
    for (const name of Object.keys(parameters) as (keyof typeof parameters)[]) {
      expect(await sleepi3.get(name)).toBeDefined();
    }
  });
});
