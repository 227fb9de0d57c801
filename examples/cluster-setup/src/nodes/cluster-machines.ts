// The machines of the cluster that this node is in, as its corosync.conf has them.
import { nodeNameOf, nodeOfHost, parseCorosyncConf, type Runner, sameName } from '@sleepi3/pcs';
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

/**
 * This machine and those of the other nodes, through ssh to their first addresses, which need no name to resolve.
 *
 * @param ssh What ssh is to be given instead, where there is one other node.
 * @throws SetupError `NOT_READY` when this machine is in no cluster.
 */
export async function clusterMachines(host: ClusterMachinesHost, ssh?: string): Promise<ClusterMachines> {
  const path = '/etc/corosync/corosync.conf';
  const text = await host.readFile(path).catch((cause: unknown) => {
    throw new SetupError('NOT_READY', `this machine is in no cluster: ${path} cannot be read`, { cause });
  });
  const conf = parseCorosyncConf(text);
  const own = nodeOfHost(conf, host.hostname());
  const self = own && nodeNameOf(own);
  if (self === undefined) {
    throw new SetupError('NOT_READY', `${path} names no node that this machine, ${host.hostname()}, could be`);
  }
  const others = conf.nodes.flatMap((node) => {
    const name = nodeNameOf(node);
    if (name === undefined || sameName(name, self)) return [];
    return [{ name, destination: node.addresses[0] ?? name }];
  });
  return {
    local: commandMachine(self, host.runner),
    others: others.map(({ name, destination }) =>
      commandMachine(name, sshRunner(host.runner, others.length === 1 && ssh !== undefined ? ssh : destination)),
    ),
  };
}
