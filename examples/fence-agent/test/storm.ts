// One storm: an off while the bus of the shooting board fails in every way it can.
import { createHarness, seededRandom, VirtualClock } from '@sleepi3/simulator';
import { Sleepi3 } from '@sleepi3/driver';
import { boardLines } from '../src/node/board.js';
import type { PulseOutcome } from '../src/line/act.js';
import { pulse } from '../src/line/pulse.js';
import { alone } from '../virtual/lone-pulse.js';
import { requestOf } from '../virtual/virtual-cluster.js';

export interface StormResult {
  readonly outcome: PulseOutcome;
  /** The longest time that the peer's board saw EXTIN asserted without a gap, ms. */
  readonly longestHold: number;
  readonly peerPowered: boolean;
}

/** Draws the weather from a seed: each kind of fault at a rate from 0 to 30 % of the transfers, or not at all. */
export async function runStorm(seed: number): Promise<StormResult> {
  const random = seededRandom(seed);
  const clock = new VirtualClock({ settle: 'promises' });
  const harness = createHarness({
    clock,
    coldRegisters: { inputControl: 0b001 },
    boards: [{}, { extinPhase: Math.round(random() * 2000 - 1000) }],
  });
  const [board, peer] = harness.boards;
  for (const kind of ['NAK', 'EREMOTEIO', 'EAGAIN', 'bit-flip', 'write-lost', 'slow', 'stuck'] as const) {
    if (random() < 0.5) continue;
    const scale = kind === 'stuck' ? 0.02 : random() < 0.5 ? 0.03 : 0.3;
    board.faults.add({
      kind,
      rate: random() * scale,
      seed: Math.floor(random() * 1e9),
      ...(kind === 'EREMOTEIO' && { carriedOut: random() < 0.5 }),
      ...(kind === 'slow' && { delay: random() * 400 }),
    });
  }
  let assertedAt: number | undefined;
  let longestHold = 0;
  board.on('extout', ({ asserted }, time) => {
    if (asserted) assertedAt = time;
    else if (assertedAt !== undefined) longestHold = Math.max(longestHold, time - assertedAt);
  });
  const driver = await Sleepi3.open({ bus: board.bus, clock, probe: false, random });
  const outcome = await clock.runUntil(pulse(requestOf(0), alone({ lines: boardLines(driver), clock, random })), {
    within: 600_000,
  });
  if (board.extout && assertedAt !== undefined) longestHold = Math.max(longestHold, clock.now() - assertedAt);
  harness.close();
  return { outcome, longestHold, peerPowered: peer.powered };
}
