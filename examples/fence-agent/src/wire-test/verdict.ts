// What a test pulse says about the wire: a pulse as it was given at one end, and what was seen at the other.
import type { BoardFacts, GivenPulse, Sightings } from './messages.js';

export type WireVerdict =
  /** The pulse arrived as it was given. */
  | 'sound'
  /** Nothing arrived anywhere. */
  | 'open'
  /** EXTIN at the other end is asserted whatever is put on the wire. */
  | 'stuck'
  /** The pulse arrived at the EXTIN of the node that gave it, and only there. */
  | 'looped'
  /** The pulse arrived at both EXTINs. */
  | 'short'
  /** Something arrived, but not one pulse of that length. */
  | 'unsteady'
  /** The wire is sound, but the node at its other end would not go down. */
  | 'unfenceable'
  /** The pulse could not be given, or not be watched closely enough. */
  | 'inconclusive';

/** One direction of the wiring: `from` fences `to`. */
export interface Direction {
  readonly from: string;
  readonly to: string;
}

export interface DirectionReport extends Direction {
  readonly verdict: WireVerdict;
  /** Whether `from` could fence `to` right now. */
  readonly works: boolean;
  /** One line for people: what was seen, and what to do. */
  readonly message: string;
  readonly given: GivenPulse;
  readonly seen?: Sightings;
}

/** How long the wire rests before and after a test pulse, ms. */
export const rest = 250;
/** What the board's controller may take to show an edge, and what two clocks may differ by in a second, ms. */
const tolerance = 100;
/** A pulse measured no closer than this, ms, proves nothing about its length. */
const coarsest = 250;

/**
 * Judges one direction.
 *
 * @param target What the board at the other end said of itself before the pulse.
 */
export function judgeWire(
  { from, to }: Direction,
  given: GivenPulse,
  seen: Sightings | undefined,
  target: Pick<BoardFacts, 'extinPowerdown' | 'levelTrigger'>,
): DirectionReport {
  const report = (verdict: WireVerdict, message: string): DirectionReport => ({
    from,
    to,
    verdict,
    works: verdict === 'sound',
    message: `${from} to ${to}: ${message}`,
    given,
    ...(seen && { seen }),
  });
  const tooSlow = (what: string) => report('inconclusive', `the bus of ${to} is too slow to ${what}`);
  if (seen?.before) {
    if (mayOverlook(seen, rest)) return tooSlow('tell the pulse from a wire that is stuck');
    return report(
      'stuck',
      `EXTIN of ${to} is asserted although ${from} does not assert EXTOUT: the wire is shorted, or in the wrong plug`,
    );
  }
  if (!given.given) return report('inconclusive', `no test pulse could be given: ${given.reason}`);
  if (!seen) return report('inconclusive', `${to} could not watch its EXTIN`);
  const [pulse] = seen.pulses;
  if (seen.after) {
    if (mayOverlook(seen, rest)) return tooSlow('tell the pulse from a wire that is stuck');
    return report('stuck', `EXTIN of ${to} stayed asserted after ${from} had released EXTOUT: look at ${to}'s CN4`);
  }
  if (!pulse) {
    if (mayOverlook(seen, given.shortest)) return tooSlow(`see a pulse of ${bounds(given)} ms`);
    return given.extinMoved
      ? report('looped', `the pulse came back to ${from} itself: its CN5 is wired to its own CN4, not to ${to}'s`)
      : report(
          'open',
          `nothing arrived: the wire from CN5 of ${from} to CN4 of ${to} is broken, or in the wrong plug at one end`,
        );
  }
  if (given.extinMoved) {
    return report('short', `the pulse arrived at ${to} and at ${from} itself: the two wires touch each other`);
  }
  const measured = `${bounds(pulse)} ms seen of ${bounds(given)} ms given`;
  if (pulse.longest - pulse.shortest > coarsest || given.longest - given.shortest > coarsest) {
    return report('inconclusive', `the bus is too slow to measure the pulse (${measured})`);
  }
  const fits = pulse.longest + tolerance >= given.shortest && pulse.shortest <= given.longest + tolerance;
  if (seen.pulses.length > 1 || !fits) {
    const what = seen.pulses.length > 1 ? `${seen.pulses.length} pulses arrived for one` : measured;
    return report('unsteady', `${what}: a bad contact at CN5 of ${from} or CN4 of ${to}`);
  }
  if (!target.extinPowerdown) {
    return report('unfenceable', `the wire is sound, but EIPDE of ${to} is 0: run fence_sleepi3 boot on ${to}`);
  }
  if (target.levelTrigger) {
    return report('unfenceable', `the wire is sound, but EITRG of ${to} is level: run fence_sleepi3 boot on ${to}`);
  }
  return report('sound', `fencing would work, ${measured}`);
}

/**
 * Whether the wire may have been at rest, or have carried a pulse, for so many ms unseen. What lasts longer than the longest
 * gap lasts over one sample with all its readings.
 */
function mayOverlook({ longestGap }: Sightings, milliseconds: number): boolean {
  return longestGap + tolerance >= milliseconds;
}

function bounds({ shortest, longest }: { readonly shortest: number; readonly longest: number }): string {
  return `${Math.round(shortest)}–${Math.round(longest)}`;
}
