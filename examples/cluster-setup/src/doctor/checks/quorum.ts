// What is looked at of the quorum: who may go on when nodes are missing, and whether a third vote would be there then.
import { commands, type CorosyncConf, isPcsError, nodeNameOf, sameAddress, sameName } from '@sleepi3/pcs';
import type { Ailment, Check } from '../check.js';
import type { Facts } from '../facts.js';

const unit = 'corosync-qdevice.service';

/** What Corosync takes up at its next start only. */
const whileStopped = (...steps: readonly string[]): readonly string[] => [
  'pcs cluster stop --all',
  ...steps,
  'pcs cluster start --all',
];
const withoutTwoNode = whileStopped('remove two_node from the section quorum of corosync.conf', 'pcs cluster sync');

export const quorumChecks: readonly Check[] = [
  {
    id: 'corosync',
    of: 'cluster',
    title: 'corosync.conf',
    look: async (facts) => {
      const conf = await facts.corosyncConf();
      const findings = (conf?.problems ?? []).map(({ line, text }): Ailment => ({
        severity: 'warning',
        fact: `line ${line} of /etc/corosync/corosync.conf: ${text}`,
        why: 'Corosync refuses or ignores such a line: at its next start this node may not join the cluster.',
        fix: [`correct line ${line} of /etc/corosync/corosync.conf`, 'pcs cluster sync', 'pcs cluster reload corosync'],
      }));
      if (conf?.device !== undefined) return [...findings, ...besidesDevice(conf)];
      if (conf !== undefined && conf.nodes.length > 2) return [...findings, ...amongMany(conf)];
      if (conf?.nodes.length !== 2) return findings;
      if (conf.quorum['two_node'] !== '1') {
        findings.push({
          severity: 'error',
          fact: 'two_node is not set in corosync.conf',
          why: 'With one node gone the other has no quorum and stops everything.',
          fix: whileStopped('set two_node: 1 in the section quorum of corosync.conf', 'pcs cluster sync'),
        });
      }
      if (conf.quorum['wait_for_all'] === '0') {
        findings.push({
          severity: 'error',
          fact: 'wait_for_all is 0 in corosync.conf',
          why: 'A node that starts alone then has quorum at once and fences the other one; they shoot each other in turn.',
          fix: whileStopped('pcs quorum update wait_for_all='),
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
      if ((await facts.configuration()).effectiveProperty('no-quorum-policy').value !== 'ignore') return [];
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
    id: 'quorum-device',
    of: 'node',
    title: 'the quorum device gives its vote',
    needsCluster: true,
    look: async (facts) => {
      const conf = await facts.corosyncConf();
      if (conf?.device === undefined) return [];
      const { host = '' } = conf.device.net;
      const findings: Ailment[] = [];
      const owner = conf.nodes.find((node) =>
        [nodeNameOf(node) ?? '', ...node.addresses].some((one) => isHost(one, host)),
      );
      if (owner !== undefined) {
        findings.push({
          severity: 'error',
          fact: `the quorum device is on ${nodeNameOf(owner) ?? host}, a node of this cluster`,
          why: 'Its vote falls together with that node: the other one alone has no quorum and stops everything.',
          fix: [
            'run corosync-qnetd on a machine outside the cluster, then: pcs quorum device delete',
            addCommand(conf, 'MACHINE'),
          ],
        });
      }
      const start = { kind: 'run', node: facts.node, program: 'systemctl', argv: ['enable', '--now', unit] } as const;
      if (!(await facts.says('systemctl', 'is-enabled', '--quiet', unit))) {
        findings.push({
          severity: 'error',
          fact: `${unit} does not start at boot`,
          why: 'After its next reboot this node does not have the vote of the quorum device.',
          fix: [`systemctl enable --now ${unit}`],
          mend: [start],
        });
      }
      return [...findings, ...(await voteAilments(facts, conf))];
    },
  },
];

/** More than two nodes have a majority, or not. */
function amongMany({ quorum }: CorosyncConf): readonly Ailment[] {
  if (quorum['two_node'] !== '1') return [];
  return [
    {
      severity: 'error',
      fact: 'two_node is set in corosync.conf, of more than two nodes',
      why: 'A single node would have quorum, and shoot all others.',
      fix: withoutTwoNode,
    },
  ];
}

/** A device is real quorum: what holds for two nodes without one is wrong beside it. */
function besidesDevice({ quorum }: CorosyncConf): readonly Ailment[] {
  const findings: Ailment[] = [];
  if (quorum['two_node'] === '1') {
    findings.push({
      severity: 'error',
      fact: 'two_node is set in corosync.conf beside a quorum device',
      why: 'They contradict each other: with two_node both sides of a cut link have quorum, and shoot.',
      fix: withoutTwoNode,
    });
  }
  if (quorum['wait_for_all'] === '1') {
    findings.push({
      severity: 'note',
      fact: 'wait_for_all is 1 in corosync.conf beside a quorum device',
      why: 'A node that starts alone waits for the other one, although the third vote would let it serve.',
      fix: whileStopped('pcs quorum update wait_for_all='),
    });
  }
  return findings;
}

/** Whether the vote is there, and if not, why. */
async function voteAilments(facts: Facts, conf: CorosyncConf): Promise<readonly Ailment[]> {
  const { host = '' } = conf.device?.net ?? {};
  const quorum = await facts.reality.quorum();
  if (quorum === undefined) return [];
  if (quorum.members.find(({ local }) => local)?.device === undefined) {
    return [
      {
        severity: 'error',
        fact: 'corosync-qdevice does not run on this node',
        why: 'Alone, this node would not have the vote of the quorum device, and would stop everything.',
        fix: [`systemctl enable --now ${unit}`, `journalctl -u ${unit}`],
        mend: [{ kind: 'run', node: facts.node, program: 'systemctl', argv: ['enable', '--now', unit] }],
      },
    ];
  }
  const given = quorum.device?.votes ?? 0;
  const nodes = conf.nodes.length;
  if (given > 0) {
    // ffsplit gives one vote, lms as many as all nodes but one (corosync-qdevice(8)).
    const right = conf.device?.net['algorithm'] === 'lms' ? Math.max(1, nodes - 1) : 1;
    if (given === right) return [];
    return [
      {
        severity: 'error',
        fact: `the quorum device has ${given} votes, and ${conf.device?.net['algorithm'] ?? 'ffsplit'} on ${nodes} nodes wants ${right}`,
        why: 'Both sides of a cut link may then have quorum, or none.',
        fix: ['pcs quorum device delete', addCommand(conf, host)],
      },
    ];
  }
  const state = await linkState(facts);
  if (state === 'Connected') {
    return [
      {
        severity: 'error',
        fact: `the quorum device ${host} gives its vote to others`,
        why: 'It does not count this node among those that go on: the link to the other node is cut, or the nodes are just joining each other.',
        fix: ['pcs quorum status', 'pcs quorum device status --full'],
      },
    ];
  }
  const log = (await facts.ask('journalctl', '--unit', unit, '--lines', '20', '--output', 'cat'))?.stdout ?? '';
  // What corosync-qdevice 3.0.3 says of a certificate that the other side does not take.
  const certificate = /Unhandled error when reading from server|certificate|SSL|NSS/i.test(
    log.split('\n').slice(-4).join('\n'),
  );
  return [
    {
      severity: 'error',
      fact: `the quorum device ${host} gives no vote (${state})${certificate ? ', and refuses this node: the certificates do not match' : ''}`,
      why:
        'All nodes together go on without it. When a node or the link between them fails as well, what is left has too few votes ' +
        'and stops everything. No node is rebooted in its turn meanwhile.',
      fix: certificate
        ? [`pcs host auth ${host}`, 'pcs quorum device delete', addCommand(conf, host)]
        : [
            `systemctl enable --now corosync-qnetd (on ${host})`,
            `let TCP port ${conf.device?.net['port'] ?? '5403'} through to ${host}`,
            'pcs quorum device status --full',
            'to do without it for good: pcs quorum device delete',
          ],
    },
  ];
}

async function linkState({ reality }: Facts): Promise<string> {
  try {
    return (await reality.pcs.run(commands.quorum.device.status())).state;
  } catch (error) {
    if (isPcsError(error)) return error.message;
    throw error;
  }
}

function addCommand({ device }: CorosyncConf, host: string): string {
  const tie = device?.net['tie_breaker'];
  const algorithm = device?.net['algorithm'] ?? 'ffsplit';
  return `pcs quorum device add model net host=${host} algorithm=${algorithm}${tie === undefined ? '' : ` tie_breaker=${tie}`}`;
}

function isHost(one: string, host: string): boolean {
  return sameName(one, host) || sameAddress(one, host);
}
