// What is looked at of the cluster as a whole, besides its fencing.
import { type ClusterConfiguration, commands, type ConfiguredPrimitive, failedResource, valueIn } from '@sleepi3/pcs';
import { addressAgents } from '../cluster/design.js';
import { isFirmColocation, isMandatoryOrder } from '../cluster/elements.js';
import type { Ailment, Check } from './check.js';
import type { Facts } from './facts.js';
import { isTrue } from './fence-checks.js';

/** What a resource wants to stay when nothing is said in the file. */
const usualStickiness = 100;

export const clusterChecks: readonly Check[] = [
  {
    id: 'running',
    of: 'cluster',
    title: 'the cluster runs',
    look: async (facts) => {
      if ((await facts.reality.status()) !== undefined) return [];
      return [
        {
          severity: 'error',
          fact: 'the cluster does not run on this node',
          why: 'Nothing is watched here, and this node takes nothing over. What needs the running cluster was not looked at.',
          fix: ['pcs cluster start'],
        },
      ];
    },
  },
  {
    id: 'nodes',
    of: 'cluster',
    title: 'both nodes are there',
    needsCluster: true,
    look: async (facts) => {
      const status = await facts.status();
      const roll = rollIn(await facts.configuration());
      const findings = status.nodes.flatMap((node): Ailment[] => {
        const { name } = node;
        if (node.unclean) {
          return [
            {
              severity: 'error',
              fact: `${name} is UNCLEAN`,
              why: 'Its state is not known and it could not be fenced: what ran there is not recovered.',
              fix: ['pcs stonith history', `make sure that ${name} is off, then: pcs stonith confirm ${name}`],
            },
          ];
        }
        if (!node.online) {
          return [
            {
              severity: 'warning',
              fact: `${name} is offline`,
              why: 'Nobody is left to take over.',
              fix: [`pcs cluster start ${name}`],
            },
          ];
        }
        if (node.standby && roll.get('holder') === name) {
          return [
            {
              severity: 'note',
              fact: `${name} is in standby for its turn of a rolling reboot`,
              why: 'It takes nothing over until its turn is over; rolling-reboot ends the standby by itself.',
              fix: [`rolling-reboot status (on ${name})`],
            },
          ];
        }
        if (node.standby || node.standbyOnFail) {
          return [
            {
              severity: 'warning',
              fact: `${name} is in standby`,
              why: 'It takes nothing over.',
              fix: [`pcs node unstandby ${name}`],
              mend: [{ kind: 'pcs', commands: [commands.node.unstandby(name)] }],
            },
          ];
        }
        return [];
      });
      if (status.summary.currentDc?.mixedVersion) {
        findings.push({
          severity: 'warning',
          fact: 'the nodes run different versions of Pacemaker',
          why: 'They are made for the time of an upgrade only.',
          fix: ['apt-get update && apt-get install pacemaker corosync pcs (on both nodes, one after the other)'],
        });
      }
      return findings;
    },
  },
  {
    id: 'corosync',
    of: 'cluster',
    title: 'two_node and wait_for_all',
    look: async (facts) => {
      const conf = await facts.corosyncConf();
      if (conf?.nodes.length !== 2) return [];
      const findings: Ailment[] = [];
      if (conf.quorum['two_node'] !== '1') {
        findings.push({
          severity: 'error',
          fact: 'two_node is not set in corosync.conf',
          why: 'With one node gone the other has no quorum and stops everything.',
          fix: [
            'pcs cluster stop --all',
            'set two_node: 1 in the section quorum of corosync.conf',
            'pcs cluster sync',
            'pcs cluster start --all',
          ],
        });
      }
      if (conf.quorum['wait_for_all'] === '0') {
        findings.push({
          severity: 'error',
          fact: 'wait_for_all is 0 in corosync.conf',
          why: 'A node that starts alone then has quorum at once and fences the other one; they shoot each other in turn.',
          fix: ['pcs cluster stop --all', 'pcs quorum update wait_for_all=', 'pcs cluster start --all'],
        });
      }
      return findings;
    },
  },
  {
    id: 'no-quorum-policy',
    of: 'cluster',
    title: 'no-quorum-policy',
    needsCluster: true,
    look: async (facts) => {
      const value = (await facts.configuration()).property('no-quorum-policy');
      if (value !== 'ignore') return [];
      return [
        {
          severity: 'error',
          fact: 'no-quorum-policy is ignore',
          why:
            'A node that starts alone fences the other and runs everything without quorum; with the link cut they shoot each ' +
            'other in turn. On two nodes corosync already keeps the survivor going.',
          fix: ['pcs property unset no-quorum-policy'],
          mend: [{ kind: 'push', commands: [commands.property.unset('no-quorum-policy')] }],
        },
      ];
    },
  },
  {
    id: 'stickiness',
    of: 'cluster',
    title: 'stickiness',
    needsCluster: true,
    look: async (facts) => {
      const value = valueIn((await facts.configuration()).resourceDefaults, 'resource-stickiness');
      if (value !== undefined && (value === 'INFINITY' || Number(value) > 0)) return [];
      return [
        {
          severity: 'warning',
          fact: `resource-stickiness is ${value ?? 'not set'}`,
          why: 'A node that comes back takes the service with it: a second interruption. And a move does not hold.',
          fix: [`pcs resource defaults update resource-stickiness=${usualStickiness}`],
          mend: [
            { kind: 'push', commands: [commands.resource.defaults.update({ 'resource-stickiness': usualStickiness })] },
          ],
        },
      ];
    },
  },
  {
    id: 'vip',
    of: 'cluster',
    title: 'order and colocation of VIP and container',
    needsCluster: true,
    look: async (facts) => {
      const vips = (await Promise.all(Object.values(addressAgents).map((agent) => facts.primitives(agent)))).flat();
      const containers = await facts.primitives('ocf:heartbeat:docker');
      if (containers.length === 0) return [];
      return (await Promise.all(vips.map((vip) => belongsTogether(facts, vip, containers)))).flat();
    },
  },
  {
    id: 'container-init',
    of: 'cluster',
    title: 'containers have an init process',
    needsCluster: true,
    look: async (facts) =>
      (await facts.primitives('ocf:heartbeat:docker')).flatMap((resource): Ailment[] => {
        const options = valueIn(resource.instanceAttributes, 'run_opts') ?? '';
        if (/(?:^|\s)--init(?=\s|$)/.test(options)) return [];
        return [
          {
            severity: 'note',
            fact: `${resource.id} runs its container without --init`,
            why: 'A program that is process 1 ignores SIGTERM unless it handles it: a stop then takes its whole timeout, 80 s and more.',
            fix: [`pcs resource update ${resource.id} run_opts='--init ${options}'`],
          },
        ];
      }),
  },
  {
    id: 'rolling-reboot',
    of: 'cluster',
    title: 'no rolling reboot that failed',
    needsCluster: true,
    look: async (facts) => {
      const failed = rollIn(await facts.configuration()).get('failed');
      if (failed === undefined) return [];
      return [
        {
          severity: 'warning',
          fact: `a rolling reboot failed on ${failed}`,
          why: 'No node is rebooted in its turn any more until a person has looked.',
          fix: [`rolling-reboot status (on ${failed})`, 'rolling-reboot abort'],
        },
      ];
    },
  },
  {
    id: 'cli-constraints',
    of: 'cluster',
    title: 'left-over constraints of moves and bans',
    needsCluster: true,
    look: async (facts) =>
      (await facts.configuration()).cliConstraints.map(({ id }): Ailment => ({
        severity: 'warning',
        fact: `the constraint ${id} was left behind by a move or ban`,
        why: 'The resource is tied to a node, or kept off one, for good: a later failure may leave it nowhere to go.',
        fix: [`pcs constraint delete ${id}`],
        mend: [{ kind: 'push', commands: [commands.constraint.delete(id)] }],
      })),
  },
  {
    id: 'failed-actions',
    of: 'cluster',
    title: 'failed actions',
    needsCluster: true,
    look: async (facts) =>
      (await facts.status()).failures.map((failure): Ailment => {
        const resource = failedResource(failure) ?? failure.opKey;
        const reason = failure.exitReason === '' ? failure.exitStatus : failure.exitReason;
        return {
          severity: 'warning',
          fact: `${failure.task ?? 'an operation'} of ${resource} failed on ${failure.node}: ${reason}`,
          why: 'It counts against the node until it is cleaned up; after a failed start or stop the resource does not come back there.',
          fix: [`pcs resource cleanup ${resource}`],
          mend: [{ kind: 'pcs', commands: [commands.resource.cleanup(resource)] }],
        };
      }),
  },
  {
    id: 'modes',
    of: 'cluster',
    title: 'no special modes',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const findings: Ailment[] = [];
      if (isTrue(configuration.property('maintenance-mode') ?? '')) {
        findings.push({
          severity: 'warning',
          fact: 'maintenance-mode is true',
          why: 'The cluster watches and recovers nothing.',
          fix: ['pcs property unset maintenance-mode'],
        });
      }
      if (isTrue(configuration.property('shutdown-lock') ?? '')) {
        findings.push({
          severity: 'error',
          fact: 'shutdown-lock is true',
          why: 'What ran on a node that is shut down stays locked to it and stopped: the service is gone while that node reboots.',
          fix: ['pcs property unset shutdown-lock'],
          mend: [{ kind: 'push', commands: [commands.property.unset('shutdown-lock')] }],
        });
      }
      return findings;
    },
  },
];

/** What the lock of rolling-reboot says in the configuration, by word; nothing when no roll is under way. */
function rollIn({ properties }: Pick<ClusterConfiguration, 'properties'>): ReadonlyMap<string, string> {
  const set = properties.filter(({ id }) => id === 'rolling-reboot');
  const words = (valueIn(set, 'rolling-reboot-lock') ?? '').matchAll(/([a-z]+)=(\S+)/g);
  return new Map([...words].map(([, word = '', value = '']) => [word, value]));
}

/** Whether a VIP is where a container is, and comes after it. */
async function belongsTogether(
  facts: Facts,
  vip: ConfiguredPrimitive,
  containers: readonly ConfiguredPrimitive[],
): Promise<readonly Ailment[]> {
  const configuration = await facts.configuration();
  const outermost = (id: string): string => {
    const parent = configuration.parentOf(id);
    return parent === undefined ? id : outermost(parent.id);
  };
  const address = outermost(vip.id);
  const others = [...new Set(containers.map(({ id }) => outermost(id)))];
  // In one group they are together and in order.
  if (others.includes(address)) return [];
  const names = (other: string) => [other, ...containers.map(({ id }) => id).filter((id) => outermost(id) === other)];
  const has = (test: (one: (typeof configuration.constraints)[number], container: string, of: string) => boolean) =>
    others.filter((other) =>
      configuration.constraints.some((one) =>
        names(other).some((container) => [address, vip.id].some((of) => test(one, container, of))),
      ),
    );
  const beside = has((one, container, of) => isFirmColocation(one, of, container));
  if (beside.length === 0) {
    return [
      {
        severity: 'error',
        fact: `${vip.id} is not tied to a container (colocation)`,
        why: 'The address may be on a node where nothing answers.',
        fix: others.map((other) => `pcs constraint colocation add ${address} with ${other} INFINITY`),
        ...(others.length === 1 && {
          mend: [
            {
              kind: 'push',
              commands: [commands.constraint.colocation.add(address, others[0] ?? '', { score: 'INFINITY' })],
            },
          ],
        }),
      },
    ];
  }
  const after = has((one, container, of) => isMandatoryOrder(one, container, of));
  return beside
    .filter((other) => !after.includes(other))
    .map((other) => ({
      severity: 'error',
      fact: `${vip.id} does not wait for ${other} (order)`,
      why: 'Colocation alone brings the address up while the container still starts: clients are refused, at each failover.',
      fix: [`pcs constraint order ${other} then ${address}`],
      mend: [{ kind: 'push', commands: [commands.constraint.order.add(other, address)] }],
    }));
}
