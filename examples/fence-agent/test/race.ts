// One race: both nodes want to shoot the other, one of them a little later. The boards, the harness and the keeper's own
// code are the real ones; only time, power and the Pis are virtual.
import { Sleepi3 } from '@sleepi3/driver';
import { createHarness, type Harness, seededRandom, VirtualClock, VirtualProcess } from '@sleepi3/simulator';
import { boardLines } from '../src/node/board.js';
import type { Lines } from '../src/line/lines.js';
import { pulse } from '../src/line/pulse.js';
import { alone, busy } from '../virtual/lone-pulse.js';
import { requestOf } from '../virtual/virtual-cluster.js';

export interface Race {
  /** Of all jitter. */
  readonly seed: number;
  /** By how much the second node begins later, ms. */
  readonly skew: number;
  /** Whether EXTOUT stays asserted when its own board's Pi loses power. */
  readonly extoutOnPowerCut: 'held' | 'released';
  /** When each board cuts, ms from -1000 to 1000 around 10 s. */
  readonly extinPhases: readonly [number, number];
  /** Which node goes on when both shoot. */
  readonly preferred: 0 | 1;
  /** False lets both nodes shoot blindly, as an agent without arbitration does. */
  readonly arbitration: boolean;
}

/** Draws a race from a seed: every parameter anywhere in its range. */
export function drawRace(seed: number, arbitration = true): Race {
  const random = seededRandom(seed);
  return {
    seed,
    skew: Math.round(random() * 13_000 * (random() < 0.5 ? 1 : 0.05)), // half of them nearly at once
    extoutOnPowerCut: random() < 0.5 ? 'held' : 'released',
    extinPhases: [Math.round(random() * 2000 - 1000), Math.round(random() * 2000 - 1000)],
    preferred: random() < 0.5 ? 0 : 1,
    arbitration,
  };
}

/**
 * Runs a race to its end and tells which of the two nodes still have power.
 *
 * @param observe Gets the boards before anything happens.
 */
export async function runRace(race: Race, observe?: (harness: Harness) => void): Promise<[boolean, boolean]> {
  const clock = new VirtualClock({ settle: 'promises' });
  const harness = createHarness({
    clock,
    coldRegisters: { inputControl: 0b001 },
    extoutOnPowerCut: race.extoutOnPowerCut,
    boards: [{ extinPhase: race.extinPhases[0] }, { extinPhase: race.extinPhases[1] }],
  });
  observe?.(harness);
  const random = seededRandom(race.seed + 1);
  const shoot = (self: 0 | 1, after: number): void => {
    const board = harness.boards[self];
    const process = new VirtualProcess(board.bus, clock);
    board.connect({ powerOn: () => {}, powerOff: () => process.kill() });
    const program = async () => {
      await process.clock.sleep(after);
      const lines = boardLines(await Sleepi3.open({ bus: process.bus, clock: process.clock, probe: false }));
      const seen = busy(lines, process.clock, random);
      const blind: Lines = { ...seen, read: async () => ({ ...(await seen.read()), extin: false }) };
      await pulse(
        requestOf(self, { preferred: race.preferred === self }),
        alone({ lines: race.arbitration ? seen : blind, clock: process.clock, random }),
      );
    };
    // A node that is shot ends in the middle of it; that is what races are for.
    process.run(program).catch((error: unknown) => {
      if (!process.killed) throw error;
    });
  };
  shoot(0, 0);
  shoot(1, race.skew);
  await clock.advance(90_000);
  harness.close();
  return [harness.boards[0].powered, harness.boards[1].powered];
}
