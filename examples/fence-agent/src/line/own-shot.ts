// Is what arrives at EXTIN this node's own shot? It is where the two wires touch each other, or where CN5 leads to its own
// CN4. Then to go on cuts this node, and to yield leads nowhere. An EXTIN that follows EXTOUT, twice at random, is our own.
import type { Clock } from '@sleepi3/driver';
import { type Lines, readTwice } from './lines.js';

/** How long EXTOUT is moved away, ms: less than a board's second, and long for a wire. */
const blink = 30;
/** How often, each time after a pause of random length up to this, ms. */
const blinks = 2;
const longestPause = 300;

/** What to say of such a wire. */
export const ownShot =
  "EXTIN follows this node's own EXTOUT: the two wires touch each other, or CN5 of this board is wired to its own CN4; " +
  'mend the wire, then run fence_sleepi3 wire-test';

export interface OwnShotContext {
  readonly lines: Lines;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** How often a write is repeated that EXTOUT does not follow. */
const writes = 4;

/**
 * Moves EXTOUT away from where it is for a moment, twice, and tells whether EXTIN went along each time; undefined when
 * EXTOUT itself did not. It is back where it was then, as far as the bus allows.
 */
export async function isOwnShot(
  { lines, clock, random }: OwnShotContext,
  extout: boolean,
): Promise<boolean | undefined> {
  /** Whether EXTIN is where EXTOUT has been brought. */
  const follows = async (asserted: boolean): Promise<boolean | undefined> => {
    for (let count = 0; count < writes; count++) {
      await lines.writeExtout(asserted);
      await clock.sleep(blink / 2);
      const seen = await lines.read();
      if (seen.extout === asserted && seen.extin === asserted) return true;
      // What says no is looked at again, since a bit may flip on the bus.
      const again = await readTwice(lines);
      if (again.extout === asserted) return again.extin === asserted;
    }
    return undefined;
  };
  for (let count = 0; count < blinks; count++) {
    await clock.sleep(random() * longestPause);
    const away = await follows(!extout);
    const back = await follows(extout);
    if (!away || !back) return away === undefined || back === undefined ? undefined : false;
  }
  return true;
}
