// Whom this node may shoot: the peer at the other end of the wire, and nobody else. A request that names this node itself,
// a stranger, or two different nodes is refused before anything moves: with this wiring it would hit the wrong one.
import { isSameNode } from './node-names.js';

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

/** The node that a request means, if it is the one this node may shoot; in the spelling of the wiring. */
export function guardTarget(named: NamedTarget, { self, peer }: Wiring): GuardedTarget {
  const names = [named.plug, named.port, named.nodename].flatMap((name) =>
    name === undefined || name === '' ? [] : name,
  );
  const [target, ...more] = names;
  if (target === undefined) {
    return { refusal: `no target: give the node to act on with nodename= or --plug; here it is ${peer}` };
  }
  if (more.some((name) => !isSameNode(name, target))) {
    return {
      refusal:
        `contradictory targets ${[...new Set(names)].join(', ')}: plug, port and nodename must name the same node; ` +
        'a device with pcmk_host_map gets another name for its node: leave the map out, and set pcmk_host_list to the node',
    };
  }
  if (isSameNode(target, self)) {
    return { refusal: `${target} is this node itself: its EXTOUT would shoot the peer ${peer} instead` };
  }
  if (!isSameNode(target, peer)) {
    return { refusal: `${target} is not at the other end of the wire: this node can only act on ${peer}` };
  }
  return { target: peer };
}
