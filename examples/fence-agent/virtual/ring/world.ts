// Rings of three to five nodes, drawn from a seed: CN5 of each to CN4 of the next, real quorum, each node shot by its predecessor.
import { seededRandom, type WireState } from '@sleepi3/simulator';

export interface RingWorld {
  readonly seed: number;
  readonly nodes: number;
  readonly extoutOnPowerCut: 'held' | 'released';
  /** When each board cuts, ms from -1000 to 1000 around 10 s. */
  readonly extinPhases: readonly number[];
  /** The node that fails, when, and how: `panic` leaves its power on, `power` takes that of the Pi. */
  readonly failure: { readonly node: number; readonly at: number; readonly kind: 'panic' | 'power' } | undefined;
  /** The links are cut between the nodes in the one set and those in the other. */
  readonly cut: { readonly apart: readonly number[]; readonly at: number } | undefined;
  /** The line keeper of this node is killed so long after its first shot began, ms; systemd has a new one after a moment. */
  readonly kill: { readonly node: number; readonly after: number } | undefined;
  /** The wire to the EXTIN of this node, from the beginning; the wire test knows one that is open. */
  readonly wire: { readonly to: number; readonly state: Exclude<WireState, 'sound'> } | undefined;
  /** By how much each node notices later what corosync tells it, ms. */
  readonly lag: readonly number[];
}

/** Draws a world: half of all have one failure, half a cut, and so on, each by itself. */
export function drawRing(seed: number): RingWorld {
  const random = seededRandom(seed);
  const upTo = (limit: number) => Math.floor(random() * limit);
  const nodes = 3 + upTo(3);
  const each = (draw: () => number) => Array.from({ length: nodes }, draw);
  const sometimes = <T>(chance: number, draw: () => T): T | undefined => (random() < chance ? draw() : undefined);
  const drawn: RingWorld = {
    seed,
    nodes,
    extoutOnPowerCut: random() < 0.5 ? 'held' : 'released',
    extinPhases: each(() => Math.round(random() * 2000 - 1000)),
    failure: sometimes(0.6, () => ({
      node: upTo(nodes),
      at: upTo(20_000),
      kind: random() < 0.5 ? ('panic' as const) : ('power' as const),
    })),
    cut: sometimes(0.6, () => ({
      apart: each(() => upTo(2)).flatMap((side, node) => (side === 1 ? [node] : [])),
      at: upTo(20_000),
    })),
    kill: sometimes(0.4, () => ({ node: upTo(nodes), after: upTo(16_000) })),
    wire: sometimes(0.5, () => ({
      to: upTo(nodes),
      state: (['open', 'stuck-high', 'stuck-low'] as const)[upTo(3)] ?? 'open',
    })),
    lag: each(() => upTo(3000)),
  };
  // One failure, of a node or of a wire.
  return drawn.failure === undefined ? drawn : { ...drawn, wire: undefined };
}
