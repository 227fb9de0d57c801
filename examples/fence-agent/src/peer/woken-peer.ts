// A peer that says that EXTIN woke it after this node's shot: the wire has done all that it is there for, whatever the last
// test of it had found before.
import type { WireTestResult } from '../wire-test/record.js';
import type { PeerFacts } from './messages.js';

/** A verified hold. */
export interface Shot {
  /** When EXTOUT was asserted, by the clock, ms. */
  readonly begun: number;
  /** The last test of the wire at that time: which of two came first is not asked of dates, which a clock that is set turns round. */
  readonly tested: WireTestResult | undefined;
}

/** Of these a node can be woken, too, and they would cut this one: only a test can take them back. */
const ofBothEnds: readonly string[] = ['short', 'looped'];

/** Whether what the peer says at `now` refutes the last test of the wire, which is the one from before the shot. */
export function refutes(facts: PeerFacts, tested: WireTestResult, shot: Shot, now: number): boolean {
  if (tested.works || !isSameTest(tested, shot.tested) || ofBothEnds.includes(tested.verdict)) return false;
  const bootedSince = facts.awakeFor !== undefined && now - facts.awakeFor > shot.begun;
  return bootedSince && facts.wokenByExtin === true && facts.fenceable === true;
}

function isSameTest(one: WireTestResult, other: WireTestResult | undefined): boolean {
  return one.at.getTime() === other?.at.getTime() && one.verdict === other.verdict;
}
