// Whom this node may shoot: the peer at the other end of the wire, and nobody else. A request that names this node itself,
// a stranger, or two different nodes is refused before anything moves: with this wiring it would hit the wrong one.

export interface Wiring {
  /** This node's name in the cluster. */
  readonly self: string;
  /** The node whose EXTIN hangs on this board's EXTOUT. */
  readonly peer: string;
}

/** The names a request gives its target by: Pacemaker sends `nodename`, and `plug` or `port` as the agent has them. */
export interface NamedTarget {
  readonly plug?: string | undefined;
  readonly port?: string | undefined;
  readonly nodename?: string | undefined;
}

export type GuardedTarget = { readonly target: string } | { readonly refusal: string };

/** The node that a request means, if it is the one this node may shoot. */
export function guardTarget(named: NamedTarget, wiring: Wiring): GuardedTarget {
  const names = [
    ...new Set([named.plug, named.port, named.nodename].filter((name) => name !== undefined && name !== '')),
  ];
  const [target] = names;
  if (target === undefined) {
    return { refusal: `no target: give the node to act on with nodename= or --plug; here it is ${wiring.peer}` };
  }
  if (names.length > 1) {
    return { refusal: `contradictory targets ${names.join(', ')}: plug, port and nodename must name the same node` };
  }
  if (target === wiring.self) {
    return { refusal: `${target} is this node itself: its EXTOUT would shoot the peer ${wiring.peer} instead` };
  }
  if (target !== wiring.peer) {
    return { refusal: `${target} is not at the other end of the wire: this node can only act on ${wiring.peer}` };
  }
  return { target };
}
