// Who this node is and who its peer is. Shooting from the wrong end of the wire cuts the healthy node, so who this node is
// has to follow from what it has: its addresses among those of corosync.conf, and its host name. Where these disagree, or
// say that this host is not the one that the options mean, nothing is done.
import { canonicalAddress, isAddress, isLoopback } from './addresses.js';
import { type CorosyncNode, corosyncNodes } from './corosync-conf.js';
import type { Wiring } from './guard.js';
import { isSameNode, shortName } from './node-names.js';
import { reasonOf } from '../reason.js';

/** What this host can tell of itself. */
export interface HostFacts {
  hostname(): string;
  /** The text of corosync.conf; rejects when it cannot be read. */
  corosyncConf(): Promise<string>;
  /** The addresses of its interfaces. */
  ownAddresses(): readonly string[];
  /** The addresses that a host name stands for; none when it stands for nothing. */
  resolve(name: string): Promise<readonly string[]>;
}

/** The names that the options give. */
export interface NamedEnds {
  readonly self?: string | undefined;
  readonly peer?: string | undefined;
  /** The node that goes on when both shoot. */
  readonly preferred?: string | undefined;
}

/** The two ends of the wire, and where the far one answers. */
export interface FoundWiring extends Wiring {
  /** The peer's addresses, or host names, as corosync.conf has them: one for each link. */
  readonly peerAddresses: readonly string[];
  /** In a ring of more than two: the node whose EXTOUT is this board's EXTIN, which is not the peer. */
  readonly before?: string;
}

/**
 * The two ends of the wire, as corosync.conf spells them.
 *
 * @throws Error with what to set when they cannot be told for sure, or when this host is not the one that the options mean.
 */
export async function findWiring(options: NamedEnds, host: HostFacts): Promise<FoundWiring> {
  const nodes = await clusterNodes(options, host);
  const here = await nodeOfThisHost(nodes, host);
  const self = nameHere(here, options, host.hostname());
  if (options.peer !== undefined && [self, host.hostname()].some((own) => isSameNode(own, options.peer ?? ''))) {
    const meant = options.self ?? 'another node';
    throw new Error(
      `this host is ${self}, the configured peer, and not ${meant}: its EXTOUT leads to the other node; ` +
        `ban the device from ${self}, or leave out the options self and peer`,
    );
  }
  if (options.self !== undefined && !isSameNode(options.self, self)) {
    throw new Error(`this host is ${self}, and not self=${options.self}: leave out the option self`);
  }
  if (nodes.length > 2) return inRing(nodes, here, self, options, host.hostname());
  const others = nodes.filter((node) => node !== here);
  const nameless = others.find(({ name }) => name === undefined);
  const { peer = others.length === 1 ? others[0]?.name : undefined } = options;
  const there =
    others.find(({ name }) => name !== undefined && peer !== undefined && isSameNode(name, peer)) ?? nameless;
  if (peer === undefined || there === undefined || isSameNode(there.name ?? peer, self)) {
    throw cannotTell(nodes, host.hostname());
  }
  return { self, peer: there.name ?? peer, peerAddresses: there.addresses };
}

/** In a ring the wire of each node leads to the next one of corosync.conf, and that of the last one to the first. */
function inRing(
  nodes: readonly CorosyncNode[],
  here: CorosyncNode,
  self: string,
  { peer }: NamedEnds,
  hostname: string,
): FoundWiring {
  const called = nodes.map(({ name = '' }) => name.toLowerCase());
  const place = nodes.indexOf(here);
  const next = nodes[(place + 1) % nodes.length];
  const before = nodes.at(place - 1);
  // Two of one name cannot be told apart.
  const clear = new Set(called).size === nodes.length && !called.includes('');
  if (!clear || next?.name === undefined || before?.name === undefined) throw cannotTell(nodes, hostname);
  if (peer !== undefined && !isSameNode(peer, next.name)) {
    const fencing = nodes.at(called.indexOf(peer.toLowerCase()) - 1)?.name ?? 'another node';
    throw new Error(
      `the wire of ${self} leads to ${next.name}, the next node of corosync.conf, and not to peer=${peer}, which ` +
        `${fencing} alone can fence: ban the device from every other node`,
    );
  }
  return { self, peer: next.name, peerAddresses: next.addresses, before: before.name };
}

/**
 * What is wrong with the names that the options give, whatever host this is; undefined when nothing is, or when
 * corosync.conf cannot be read.
 */
export async function wrongName(
  { self, peer, preferred }: NamedEnds,
  host: Pick<HostFacts, 'corosyncConf'>,
): Promise<string | undefined> {
  if (self !== undefined && peer !== undefined && isSameNode(self, peer)) {
    return `self and peer are both ${self}: they must be the two nodes`;
  }
  const nodes = await host.corosyncConf().then(nodesOfCluster, () => []);
  const given = { self, peer, preferred };
  // A node that corosync.conf does not name may have any name.
  const named = nodes.flatMap(({ name }) => name ?? []);
  const complete = nodes.length > 0 && named.length === nodes.length;
  const known = complete ? named : self !== undefined && peer !== undefined ? [self, peer] : undefined;
  const strange = Object.entries(given).find(
    ([, name]) => name !== undefined && known?.every((one) => !isSameNode(one, name)),
  );
  if (!strange || !known) return undefined;
  const where = complete ? `a node of corosync.conf, which has ${known.join(', ')}` : known.join(' or ');
  return `${strange[0]}=${strange[1] ?? ''} is not ${where}`;
}

/** None of a single node: that is the file as Debian ships it, before a cluster is set up. */
function nodesOfCluster(text: string): CorosyncNode[] {
  const nodes = corosyncNodes(text);
  return nodes.length < 2 ? [] : nodes;
}

/** The nodes of corosync.conf, or those of the options where there is none. */
async function clusterNodes(options: NamedEnds, host: HostFacts): Promise<readonly CorosyncNode[]> {
  const { self, peer } = options;
  let nodes: readonly CorosyncNode[];
  try {
    nodes = nodesOfCluster(await host.corosyncConf());
  } catch (error) {
    if (self === undefined || peer === undefined) {
      const reason = reasonOf(error);
      throw new Error(`cannot tell which node is the peer (${reason}): set the options self and peer`, {
        cause: error,
      });
    }
    nodes = [];
  }
  const wrong = await wrongName(options, host);
  if (wrong !== undefined) throw new Error(wrong);
  if (nodes.length > 0 || self === undefined || peer === undefined) return nodes;
  return [self, peer].map((name) => ({ name, addresses: [name] }));
}

/** The node that this host is, by its addresses and by its host name, which must not disagree. */
async function nodeOfThisHost(nodes: readonly CorosyncNode[], host: HostFacts): Promise<CorosyncNode> {
  const hostname = host.hostname();
  const own = new Set(
    host
      .ownAddresses()
      .filter((address) => !isLoopback(address))
      .map(canonicalAddress),
  );
  const byAddress: CorosyncNode[] = [];
  for (const node of nodes) {
    if (await hasAddress(node, own, host)) byAddress.push(node);
  }
  if (byAddress.length > 1) {
    throw new Error(
      `this host has the addresses of ${names(byAddress)}: cannot tell which of them it is; mend corosync.conf`,
    );
  }
  const [addressed] = byAddress;
  const named = nodeNamed(nodes, hostname);
  if (addressed !== undefined && named !== undefined && addressed !== named) {
    throw new Error(
      `by its addresses this host is ${names([addressed])}, and by its host name ${hostname} it is ${names([named])}: ` +
        'cannot tell which of them it is; mend corosync.conf or the host name',
    );
  }
  const here = addressed ?? named;
  if (here === undefined) throw cannotTell(nodes, hostname);
  return here;
}

async function hasAddress(node: CorosyncNode, own: ReadonlySet<string | undefined>, host: HostFacts): Promise<boolean> {
  for (const address of node.addresses) {
    const found = isAddress(address) ? [address] : await host.resolve(address).catch(() => []);
    if (found.some((one) => own.has(canonicalAddress(one)))) return true;
  }
  return false;
}

/** The one node whose name is this host's: in full, or else but for the domain. */
function nodeNamed(nodes: readonly CorosyncNode[], hostname: string): CorosyncNode | undefined {
  const inFull = nodes.filter(({ name }) => name !== undefined && isSameNode(name, hostname));
  const [only, ...more] =
    inFull.length > 0
      ? inFull
      : nodes.filter(({ name }) => name !== undefined && shortName(name) === shortName(hostname));
  return more.length === 0 ? only : undefined;
}

/** What this node is called: as corosync.conf has it, or else by its host name, as Pacemaker does. */
function nameHere(here: CorosyncNode, { self, peer }: NamedEnds, hostname: string): string {
  if (here.name !== undefined) return here.name;
  const meant = nodeNamed(
    [self, peer].flatMap((name) => (name === undefined ? [] : { name, addresses: [] })),
    hostname,
  )?.name;
  if (meant !== undefined) return meant;
  if (self === undefined) return hostname;
  throw new Error(
    `corosync.conf does not name its nodes, and this host is ${hostname}, not self=${self}: give each node its name there`,
  );
}

function cannotTell(nodes: readonly CorosyncNode[], hostname: string): Error {
  const known = nodes.length === 0 ? 'no nodes' : `the nodes ${names(nodes)}`;
  return new Error(
    `cannot tell which node is the peer: corosync.conf has ${known}, this host is ${hostname}; set the options self and peer`,
  );
}

function names(nodes: readonly CorosyncNode[]): string {
  return nodes.map(({ name, addresses }) => name ?? addresses[0] ?? '(no name)').join(', ');
}
