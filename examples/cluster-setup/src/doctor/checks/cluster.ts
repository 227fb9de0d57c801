// What is looked at of the cluster as a whole: its nodes, its modes, and the roll that is under way.
import { type ClusterConfiguration, type ClusterStatus, commands, isMember, sameName } from '@sleepi3/pcs';
import type { Roll } from '@sleepi3/program';
import { type Ailment, type Check, judgeEach } from '../check.js';

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
      const configuration = await facts.configuration();
      const roll = await facts.roll();
      const findings = [...judgeEach(status.nodes, 'the node', (node) => nodeAilments(node, roll, configuration))];
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
    id: 'rolling-reboot',
    of: 'cluster',
    title: 'no rolling reboot that failed',
    needsCluster: true,
    look: async (facts) => {
      const failed = (await facts.roll())?.failed;
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
    id: 'modes',
    of: 'cluster',
    title: 'no special modes',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const is = (name: 'maintenance-mode' | 'shutdown-lock' | 'stop-all-resources') =>
        configuration.effectiveProperty(name).value === true;
      const findings: Ailment[] = [];
      if (is('maintenance-mode')) {
        findings.push({
          severity: 'warning',
          fact: 'maintenance-mode is true',
          why: 'The cluster watches and recovers nothing.',
          fix: ['pcs property unset maintenance-mode'],
        });
      }
      if (is('stop-all-resources')) {
        findings.push({
          severity: 'error',
          fact: 'stop-all-resources is true',
          why: 'Nothing runs: neither the service nor what fences.',
          fix: ['pcs property unset stop-all-resources'],
        });
      }
      if (is('shutdown-lock')) {
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

/** What is wrong with one node, as the cluster sees it. */
function nodeAilments(
  node: ClusterStatus['nodes'][number],
  roll: Roll | undefined,
  configuration: ClusterConfiguration,
): readonly Ailment[] {
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
  // Remote and guest nodes are resources: the cluster starts them, and pcs does not.
  if (!isMember(node)) {
    const resource = node.idAsResource ?? name;
    const role = configuration.metaOf(resource).get('target-role');
    if (node.online || /^stopped$/i.test(role ?? '')) return [];
    return [
      {
        severity: 'warning',
        fact: `the ${node.idAsResource === undefined ? 'remote' : 'guest'} node ${name} is offline`,
        why: `What is to run on it does not. It is started by the cluster, as the resource ${resource}.`,
        fix: [`pcs resource status ${resource}`, `pcs resource cleanup ${resource}`],
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
  if (node.standby && sameName(roll?.holder?.node ?? '', name)) {
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
  if (node.maintenance && configuration.effectiveProperty('maintenance-mode').value !== true) {
    return [
      {
        severity: 'warning',
        fact: `${name} is in maintenance mode`,
        why: 'What runs there is neither watched nor recovered.',
        fix: [`pcs node unmaintenance ${name}`],
      },
    ];
  }
  return [];
}
