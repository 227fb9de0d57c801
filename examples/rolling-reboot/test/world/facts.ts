// The cluster as its own programs see it.
import type { ClusterFacts } from '../../src/cluster/cluster.js';
import type { PlayedCluster } from './cluster.js';
import type { Machine } from './machine.js';

/** What crm_mon and cibadmin would say on this node. */
export function factsFor(cluster: PlayedCluster, machine: Machine): ClusterFacts {
  const { machines, serviceOn } = cluster;
  const unsettled = [
    ...cluster.underWay,
    ...(cluster.moving ? ['resource VIP is Starting'] : []),
    ...machines.filter(({ unclean }) => unclean).map(({ name }) => `node ${name} is unclean`),
    ...machines
      .filter((one) => cluster.cloned && one.online && one.instanceSince !== undefined && !one.hasInstance && !one.sick)
      .map(({ name }) => `resource web is Starting on ${name}`),
  ];
  const started = serviceOn === undefined || !cluster.machine(serviceOn).online ? [] : [serviceOn];
  const instances = machines.filter((one) => one.online && one.instanceSince !== undefined);
  return {
    controlled: true,
    quorate: cluster.quorate(machine),
    votes: votes(cluster),
    nodes: machines.map(({ name, online, unclean }) => ({
      name,
      online,
      standby: cluster.standby.has(name),
      maintenance: false,
      unclean,
      pending: false,
    })),
    resources: [
      {
        ...{ id: 'VIP', startedOn: started, activeOn: started, copies: started.length },
        ...{ cloned: false, managed: true, disabled: false },
      },
      ...(cluster.bundle === undefined ? [] : [bundle(cluster.bundle.on)]),
      ...(cluster.cloned
        ? [
            {
              id: 'web-clone',
              startedOn: instances.filter(({ hasInstance }) => hasInstance).map(({ name }) => name),
              copies: instances.filter(({ hasInstance }) => hasInstance).length,
              activeOn: instances.map(({ name }) => name),
              cloned: true,
              managed: true,
              disabled: false,
            },
          ]
        : []),
    ],
    fenceDevices: machines.map(({ name }) => ({
      id: `fence-${name}`,
      startedOn: [machines.find(({ online }) => online)?.name ?? ''],
      monitorInterval: 60,
      monitorResult: 0,
    })),
    fencingEnabled: true,
    unsettled,
    failures: cluster.failures,
    leftConstraints: [...cluster.constraints],
    unsuitable: cluster.unsuitable,
    lock: cluster.lock,
  };
}

function bundle(on: string | undefined): ClusterFacts['resources'][number] {
  const nodes = on === undefined ? [] : [on];
  return {
    ...{ id: 'web-bundle', startedOn: nodes, activeOn: nodes, copies: nodes.length },
    ...{ cloned: true, managed: true, disabled: false },
  };
}

function votes(cluster: PlayedCluster): ClusterFacts['votes'] {
  const device = cluster.device === undefined ? undefined : Number(cluster.device);
  const expected = cluster.machines.length + (device === undefined ? 0 : 1);
  return {
    total: cluster.machines.filter(({ online }) => online).length + (device ?? 0),
    needed: cluster.machines.length === 2 && device === undefined ? 1 : Math.floor(expected / 2) + 1,
    own: 1,
    device,
  };
}
