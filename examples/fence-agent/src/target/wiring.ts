// Who this node is and who its peer is, from the agent's options, or else from the host name and corosync.conf.
import type { Wiring } from './guard.js';

export interface ClusterFiles {
  hostname(): string;
  /** The text of corosync.conf; rejects when it cannot be read. */
  corosyncConf(): Promise<string>;
}

/**
 * The two ends of the wire. What the options do not give is derived: self is the node of corosync.conf that bears this
 * host's name, peer the other of the two.
 *
 * @throws Error with what to set when they cannot be told for sure.
 */
export async function findWiring(
  options: { readonly self?: string | undefined; readonly peer?: string | undefined },
  files: ClusterFiles,
): Promise<Wiring> {
  if (options.self && options.peer) return checked({ self: options.self, peer: options.peer }, files.hostname());
  let nodes: string[];
  try {
    nodes = corosyncNodes(await files.corosyncConf()).map(({ name }) => name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot tell which node is the peer (${reason}): set the options self and peer`, { cause: error });
  }
  const self = options.self ?? nodes.find((name) => isHost(name, files.hostname()));
  const others = nodes.filter((name) => name !== self);
  const peer = options.peer ?? (others.length === 1 ? others[0] : undefined);
  if (!self || !peer || !nodes.includes(self)) {
    const known = nodes.length === 0 ? 'no named nodes' : `the nodes ${nodes.join(', ')}`;
    throw new Error(
      `cannot tell which node is the peer: corosync.conf has ${known}, this host is ${files.hostname()}; set the options self and peer`,
    );
  }
  return checked({ self, peer }, files.hostname());
}

function checked(wiring: Wiring, hostname: string): Wiring {
  const { self, peer } = wiring;
  if (self === peer) throw new Error(`self and peer are both ${self}: they must be the two nodes`);
  // A device has the same options on both nodes: where its target runs it, the wire leads to the other one.
  if (isHost(peer, hostname) && !isHost(self, hostname)) {
    throw new Error(
      `this host is ${peer}, the configured peer, and not ${self}: its EXTOUT leads to ${self}; ` +
        `ban the device from ${peer}, or leave out the option self`,
    );
  }
  return wiring;
}

/** A node's name is the host name, in full or up to the first dot, as corosync and Pacemaker have it. */
function isHost(node: string, hostname: string): boolean {
  return node === hostname || node === hostname.split('.')[0];
}

/** A node of a corosync.conf. */
export interface CorosyncNode {
  /** Its `name`, or else its address. */
  readonly name: string;
  /** Its `ring0_addr`. */
  readonly address?: string;
}

/** The `node`s of the `nodelist` of a corosync.conf; one that is not closed is none. */
export function corosyncNodes(text: string): CorosyncNode[] {
  const nodes: CorosyncNode[] = [];
  const path: string[] = [];
  let node: { name?: string; address?: string } = {};
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const opening = /^([\w.]+)\s*\{$/.exec(line)?.[1];
    if (opening !== undefined) {
      path.push(opening);
      if (path.join('/') === 'nodelist/node') node = {};
    } else if (line === '}') {
      const name = node.name ?? node.address;
      if (path.join('/') === 'nodelist/node' && name !== undefined) nodes.push({ ...node, name });
      path.pop();
    } else if (path.join('/') === 'nodelist/node') {
      const [, key, value] = /^(\w+)\s*:\s*(.*)$/.exec(line) ?? [];
      if (key === 'name' && value) node.name = value;
      if (key === 'ring0_addr' && value) node.address = value;
    }
  }
  return nodes;
}
