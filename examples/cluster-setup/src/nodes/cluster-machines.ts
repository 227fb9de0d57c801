// The machines of the cluster that this node is in, as its corosync.conf has them.
import { type CorosyncNode, nodeNameOf, nodeOfHost, parseCorosyncConf, type Runner, sameName } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import { commandMachine, type Machine, sshRunner } from './machine.js';

export interface ClusterMachines {
  readonly local: Machine;
  readonly others: readonly Machine[];
}

export interface ClusterMachinesHost {
  readonly runner: Runner;
  readonly hostname: () => string;
  readonly readFile: (path: string) => Promise<string>;
}

/** A node, and where ssh finds it. */
export interface NodePlace {
  readonly name: string;
  /** The first one, which needs no name to resolve. */
  readonly address: string;
  readonly isHere: boolean;
}

/** What to do on a machine that is in no cluster. */
const elsewhere = 'run this on a node, or set the cluster up: cluster-setup init';

/** @throws SetupError `NOT_READY` when this machine is in no cluster. */
export async function placesOfCluster({
  hostname,
  readFile,
}: Omit<ClusterMachinesHost, 'runner'>): Promise<readonly NodePlace[]> {
  const path = '/etc/corosync/corosync.conf';
  const text = await readFile(path).catch((cause: unknown) => {
    throw new SetupError('NOT_READY', `this machine is in no cluster: ${path} cannot be read; ${elsewhere}`, { cause });
  });
  const conf = parseCorosyncConf(text);
  const own = nodeOfHost(conf, hostname());
  const self = own && nodeNameOf(own);
  if (self === undefined) {
    throw new SetupError(
      'NOT_READY',
      `this machine, ${hostname()}, is in no cluster: ${path} does not name it; ${elsewhere}`,
    );
  }
  return inOrder(conf.nodes).flatMap((node) => {
    const name = nodeNameOf(node);
    if (name === undefined) return [];
    return [{ name, address: node.addresses[0] ?? name, isHere: sameName(name, self) }];
  });
}

/** The nodes by their numbers: in a ring of three or more the wire of each leads to the next one, and that of the last to the first. */
export function inOrder(nodes: readonly CorosyncNode[]): readonly CorosyncNode[] {
  return [...nodes].sort((a, b) => (a.nodeId ?? Infinity) - (b.nodeId ?? Infinity) || 0);
}

/** In a ring: the name of the node whose wire leads to this one; undefined where there is no ring, or no such node. */
export function shooterIn(nodes: readonly CorosyncNode[], target: string): string | undefined {
  if (nodes.length < 3) return undefined;
  const names = inOrder(nodes).flatMap((node) => nodeNameOf(node) ?? []);
  const place = names.findIndex((name) => sameName(name, target));
  return place < 0 || names.length < nodes.length ? undefined : names.at(place - 1);
}

/**
 * This machine and those of the other nodes, through ssh to their first addresses.
 *
 * @param ssh What ssh is to be given instead, where there is one other node.
 * @throws SetupError `NOT_READY` when this machine is in no cluster.
 */
export async function clusterMachines(host: ClusterMachinesHost, ssh?: string): Promise<ClusterMachines> {
  const places = await placesOfCluster(host);
  const others = places.filter(({ isHere }) => !isHere);
  return {
    local: commandMachine(places.find(({ isHere }) => isHere)?.name ?? host.hostname(), host.runner),
    others: others.map(({ name, address }) =>
      commandMachine(name, sshRunner(host.runner, others.length === 1 && ssh !== undefined ? ssh : address)),
    ),
  };
}
