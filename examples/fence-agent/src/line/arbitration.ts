// Who shoots when both want to: mutual exclusion by wire. My EXTIN is the peer's EXTOUT, so each node sees the other's
// shot while there are still seconds to back off in (the cut falls 9 s after EXTIN is asserted at the earliest).
//
//   before firing  EXTIN asserted → concede, whoever I am: the other one was first.
//   while holding  EXTIN asserted → the node that is not preferred lets go; the preferred one goes on.
//
// At most one dies, since both fire only if each saw EXTIN idle just before, and then the yielding side withdraws long
// before the cut. At least one dies, since the one that goes on holds past the latest cut.
//
// In a ring of more than two, EXTIN is the shot of another node than the one that this node shoots. Whoever is shot there has lost
// the quorum that the shooter has, and always lets go: nobody is preferred.
import { isSameNode, shortName } from '../target/node-names.js';
import type { FoundWiring } from '../target/wiring.js';
import type { LineState } from './lines.js';

/**
 * Whether this node goes on when both shoot. Without a choice, the same one on both nodes: the first by name, however
 * either node spells the names.
 */
export function isPreferred(self: string, peer: string, configured?: string): boolean {
  if (configured !== undefined) return isSameNode(configured, self);
  const [own, other] = [shortName(self), shortName(peer)];
  return own === other ? self.toLowerCase() < peer.toLowerCase() : own < other;
}

/** Whether this node goes on when it is shot while it shoots. */
export function goesOn(
  { self, peer, before }: Pick<FoundWiring, 'self' | 'peer' | 'before'>,
  configured?: string,
): boolean {
  return before === undefined && isPreferred(self, peer, configured);
}

/** Why this node must not begin to shoot, or undefined when it may. */
export function reasonNotToFire(state: LineState): string | undefined {
  return state.extin ? 'EXTIN is asserted: this node is being fenced' : undefined;
}

/** Why this node must let go of the line it holds, or undefined when it may go on. */
export function reasonToYield(state: LineState, preferred: boolean): string | undefined {
  return state.extin && !preferred
    ? 'this node is being fenced at the same time, and is not the preferred one'
    : undefined;
}
