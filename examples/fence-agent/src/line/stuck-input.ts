// An EXTIN that has been asserted for longer than any shot is nobody's: the wire is shorted, or the peer's EXTOUT is stuck.
// Nobody yields to it, or nobody would ever fence again.
import type { Clock } from '@sleepi3/driver';
import type { Lines } from './lines.js';

/** Longer than any shot can last for a node that still lives: the cut falls at 11 s at the latest, ms. */
const longestShot = 20_000;

/** The same lines, whose EXTIN reads idle when it has been seen asserted for too long without a break. */
export function withoutStuckInput(lines: Lines, clock: Clock, onStuck: () => void): Lines {
  let assertedSince: number | undefined;
  let told = false;
  return {
    read: async () => {
      const asked = clock.now();
      const state = await lines.read();
      if (!state.extin) {
        assertedSince = undefined;
        told = false;
        return state;
      }
      assertedSince ??= clock.now();
      if (asked - assertedSince <= longestShot) return state;
      if (!told) onStuck();
      told = true;
      return { ...state, extin: false };
    },
    writeExtout: (asserted) => lines.writeExtout(asserted),
  };
}
