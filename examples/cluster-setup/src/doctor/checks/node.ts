// What is looked at on each node, besides its board.
import { isIP } from 'node:net';
import { nodeNameOf, nodeOfHost, sameName, startsOnlyAfter } from '@sleepi3/pcs';
import { dockerDropIn } from '../../nodes/docker.js';
import { hostsManagement, hostsTemplate, withTemplateHosts } from '../../nodes/cloud-init.js';
import { isJournalKept, journalDropIn, keepJournal } from '../../nodes/journal.js';
import { addressesOf, type HostEntry, withHosts } from '../../nodes/hosts-file.js';
import {
  clusterPackages,
  devicePackage,
  dockerPackages,
  findPackages,
  parseRelease,
  triedReleases,
} from '../../nodes/packages.js';
import { agentPath } from '../../nodes/fence-check.js';
import type { Action } from '../../plan/step.js';
import type { Ailment, Check } from '../check.js';
import type { Facts } from '../facts.js';

/** In Debian 12's first release pcs crashes in `resource move` (Debian bug 1042893); 0.11.5-1+deb12u1 mends it. */
const crashingPcs = '0.11.5-1';

export const nodeChecks: readonly Check[] = [
  {
    id: 'packages',
    of: 'node',
    title: 'packages and versions',
    look: async (facts) => {
      const release = parseRelease((await facts.file('/etc/os-release')) ?? '');
      const containers = await facts.containers();
      const device = (await facts.corosyncConf())?.device === undefined ? [] : [devicePackage];
      const needed = [...clusterPackages, ...device, ...(containers.length > 0 ? dockerPackages(release) : [])];
      const { missing, versions } = await findPackages(facts.machine, needed);
      const findings: Ailment[] = [];
      if (missing.length > 0) {
        findings.push({
          severity: 'error',
          fact: `not installed: ${missing.join(', ')}`,
          why: 'The cluster cannot run on this node without them.',
          fix: [`apt-get install ${missing.join(' ')}`],
        });
      }
      if (!triedReleases.some((one) => one === release.debian)) {
        findings.push({
          severity: 'note',
          fact: `this is ${release.name}`,
          why: `All of this is tried on Debian ${triedReleases.join(' and ')}, and so on Raspberry Pi OS, which is Debian.`,
          fix: [`upgrade this node to Debian ${triedReleases.join(' or ')}`],
        });
      }
      if (versions.get('pcs') === crashingPcs) {
        findings.push({
          severity: 'warning',
          fact: `pcs is ${crashingPcs}`,
          why: 'This version crashes in pcs resource move and leaves its constraint behind (Debian bug 1042893).',
          fix: ['apt-get update && apt-get install pcs'],
        });
      }
      if ((await facts.isWired()) && !(await facts.says('test', '-x', agentPath))) {
        findings.push({
          severity: 'error',
          fact: `${agentPath} is not there`,
          why: 'This node cannot fence the other one.',
          fix: ['install the package fence-sleepi3'],
        });
      }
      return findings;
    },
  },
  {
    id: 'hosts',
    of: 'node',
    title: '/etc/hosts',
    look: async (facts) => {
      const text = (await facts.file('/etc/hosts')) ?? '';
      const entries = await hostEntries(facts);
      const after = withHosts(text, entries);
      const mend: Action[] =
        entries.length > 0 && after !== text
          ? [{ kind: 'write', node: facts.node, path: '/etc/hosts', before: text, text: after }]
          : [];
      const own = addressesOf(text, facts.node).find((address) => /^127\.|^::1$/.test(address));
      if (own !== undefined) {
        return [
          {
            severity: 'error',
            fact: `/etc/hosts has this node's own name, ${facts.node}, at ${own}`,
            why: 'corosync and pcs on this node take that address for the node: it talks to itself alone.',
            fix: [`take ${facts.node} off the line of ${own} in /etc/hosts, and give it its real address`],
            ...(mend.length > 0 && { mend }),
          },
        ];
      }
      const unknown = entries.filter(({ name }) => addressesOf(text, name).length === 0).map(({ name }) => name);
      if (unknown.length === 0) return [];
      return [
        {
          severity: 'warning',
          fact: `/etc/hosts does not have ${unknown.join(' and ')}`,
          why: 'Finding the other node depends on a name server, which may be gone when it matters.',
          fix: entries.map(({ name, address }) => `echo '${address} ${name}' >>/etc/hosts`),
          mend,
        },
      ];
    },
  },
  {
    id: 'cloud-init',
    of: 'node',
    title: 'who writes /etc/hosts',
    look: async (facts) => {
      const management = await hostsManagement(facts.machine);
      if (management === undefined) return [];
      const why =
        'It does so at each boot (manage_etc_hosts): what stands in /etc/hosts now is gone then, and the own name is back at ' +
        '127.0.1.1, which is not where the other node finds it.';
      const template = (await facts.file(hostsTemplate)) ?? '';
      if (management === 'own-name' || template === '') {
        return [
          {
            severity: 'warning',
            fact: "cloud-init puts this node's own name at 127.0.1.1 of /etc/hosts",
            why,
            fix: [
              'set manage_etc_hosts: false where it is set: grep -r manage_etc_hosts /boot/firmware/user-data /etc/cloud',
            ],
          },
        ];
      }
      const entries = await hostEntries(facts);
      const text = withTemplateHosts(template, entries);
      if (entries.length === 0 || text === template) return [];
      return [
        {
          severity: 'error',
          fact: `cloud-init writes /etc/hosts from ${hostsTemplate}, which does not have the nodes`,
          why,
          fix: [
            `take the line of 127.0.1.1 out of ${hostsTemplate}`,
            ...entries.map(({ name, address }) => `echo '${address} ${name}' >>${hostsTemplate}`),
          ],
          mend: [{ kind: 'write', node: facts.node, path: hostsTemplate, before: template, text }],
        },
      ];
    },
  },
  {
    id: 'host-name',
    of: 'node',
    title: "the host's name is the node's",
    look: async (facts) => {
      const host = (await facts.ask('hostname'))?.stdout.trim() ?? '';
      const nodes = (await facts.corosyncConf())?.nodes ?? [];
      const names = nodes.flatMap((node) => nodeNameOf(node) ?? []);
      // Where corosync.conf has no name, the host's is the node's.
      if (host === '' || names.length === 0 || names.length < nodes.length) return [];
      if (nodeOfHost({ nodes }, host) !== undefined) return [];
      return [
        {
          severity: 'warning',
          fact: `this host is named ${host}, and the cluster's nodes are ${names.join(' and ')}`,
          why: 'Its name does not say which of the nodes it is; corosync goes by its addresses, and other programs do not.',
          fix: ["hostnamectl hostname NODE, NODE being this node's name in corosync.conf"],
        },
      ];
    },
  },
  {
    id: 'enabled',
    of: 'node',
    title: 'the cluster starts at boot',
    look: async (facts) => {
      const units = ['corosync.service', 'pacemaker.service'];
      const disabled: string[] = [];
      for (const unit of units)
        if (!(await facts.says('systemctl', 'is-enabled', '--quiet', unit))) disabled.push(unit);
      if (disabled.length === 0) return [];
      return [
        {
          severity: 'warning',
          fact: `not enabled: ${disabled.join(', ')}`,
          why: 'After it was fenced, this node boots but does not join the cluster again.',
          fix: ['pcs cluster enable'],
          mend: [{ kind: 'run', node: facts.node, program: 'pcs', argv: ['cluster', 'enable'] }],
        },
      ];
    },
  },
  {
    id: 'docker-order',
    of: 'node',
    title: 'Docker before Pacemaker',
    look: async (facts) => {
      const containers = await facts.containers();
      if (containers.length === 0) return [];
      const daemon = await dockerInCluster(facts);
      if (daemon !== undefined) {
        const configuration = await facts.configuration();
        return containers
          .filter(({ id }) => !startsOnlyAfter(configuration, id, daemon))
          .map(({ id }): Ailment => ({
            severity: 'error',
            fact: `${id} does not wait for ${daemon}, by which the cluster runs dockerd (order)`,
            why: 'When Pacemaker starts or looks for the container before dockerd is up, that fails, and a failed stop gets the node fenced.',
            fix: [`pcs constraint order ${daemon} then ${id}`],
          }));
      }
      const answer = await facts.ask(
        'systemctl',
        'show',
        'resource-agents-deps.target',
        '-p',
        'Requires',
        '-p',
        'Wants',
        '-p',
        'After',
      );
      const named = (property: string) =>
        new RegExp(`^${property}=.*\\bdocker\\.service\\b`, 'm').test(answer?.stdout ?? '');
      if (named('After') && (named('Requires') || named('Wants'))) return [];
      return [
        {
          severity: 'error',
          fact: 'resource-agents-deps.target does not wait for docker.service',
          why: 'When Pacemaker looks for the container before dockerd is up, the look and the stop fail, and this node is fenced.',
          fix: [`put Requires= and After=docker.service into ${dockerDropIn.path}, then: systemctl daemon-reload`],
          mend: [
            { kind: 'write', node: facts.node, path: dockerDropIn.path, before: undefined, text: dockerDropIn.text },
            { kind: 'run', node: facts.node, program: 'systemctl', argv: ['daemon-reload'] },
          ],
        },
      ];
    },
  },
  {
    id: 'container-outside',
    of: 'node',
    title: 'containers are not started outside the cluster',
    look: async (facts) => {
      const findings: Ailment[] = [];
      const status = await facts.reality.status();
      for (const resource of await facts.containers()) {
        const name = (await facts.configuration()).optionsOf(resource.id).get('name') ?? resource.id;
        const answer = await facts.ask(
          ...(['docker', 'inspect', '--type', 'container', '--format'] as const),
          '{{.HostConfig.RestartPolicy.Name}} {{.State.Running}}',
          '--',
          name,
        );
        if (answer?.exitCode !== 0) continue;
        const [policy = '', running] = answer.stdout.trim().split(' ');
        if (policy !== 'no' && policy !== '') {
          findings.push({
            severity: 'error',
            fact: `the container ${name} has the restart policy ${policy}`,
            why: 'Docker starts it behind the back of the cluster, after a boot even before the cluster runs: it then runs twice.',
            fix: [`docker update --restart=no ${name}`],
            mend: [{ kind: 'run', node: facts.node, program: 'docker', argv: ['update', '--restart=no', name] }],
          });
        }
        const view = status?.resource(resource.id);
        if (
          running === 'true' &&
          status !== undefined &&
          view?.activeOn.some((name) => sameName(name, facts.node)) !== true
        ) {
          findings.push({
            severity: 'error',
            fact: `the container ${name} runs here, but the cluster did not start ${resource.id} here`,
            why: 'Someone started it by hand; the cluster neither watches nor stops it, and it may run twice.',
            fix: [`docker stop ${name}`, `pcs resource refresh ${resource.id}`],
          });
        }
      }
      return findings;
    },
  },
  {
    id: 'move-at-boot',
    of: 'node',
    title: 'nothing moves resources at boot',
    look: async (facts) => {
      const answer = await facts.ask('grep', '-rlE', 'pcs +resource +move', '/etc/systemd/system');
      // Enabled, a unit is found twice: as a file and as a link to it.
      const units = new Set(
        (answer?.stdout ?? '').split('\n').flatMap((path) => /([^/]+\.service)$/.exec(path)?.[1] ?? []),
      );
      return [...units].map((unit): Ailment => {
        return {
          severity: 'warning',
          fact: `${unit} runs pcs resource move`,
          why:
            'Run at each boot, it moves the service back as soon as this node is up, also after a failure, when the service has ' +
            'just settled on the other node, and it fails when the cluster is not up yet.',
          fix: [`systemctl disable ${unit}`],
          mend: [{ kind: 'run', node: facts.node, program: 'systemctl', argv: ['disable', unit] }],
        };
      });
    },
  },
  {
    id: 'time',
    of: 'node',
    title: 'time synchronisation',
    look: async (facts) => {
      const answer = await facts.ask('timedatectl', 'show', '--property=NTPSynchronized', '--value');
      if (answer?.stdout.trim() === 'yes') return [];
      return [
        {
          severity: 'warning',
          fact: "this node's clock is not synchronised",
          why: 'Logs of the two nodes cannot be put in order after a failure, and failure timeouts go by the clock.',
          fix: ['timedatectl set-ntp true'],
          mend: [{ kind: 'run', node: facts.node, program: 'timedatectl', argv: ['set-ntp', 'true'] }],
        },
      ];
    },
  },
  {
    id: 'journal',
    of: 'node',
    title: 'the journal outlives a boot',
    look: async (facts) => {
      if ((await isJournalKept(facts.machine).catch(() => undefined)) !== false) return [];
      const { path, text } = journalDropIn;
      return [
        {
          severity: 'note',
          fact: "this node's journal is in memory, and gone at each boot",
          why: 'After a fencing nobody can say why this node left: cluster-setup history finds nothing of before.',
          fix: keepJournal,
          mend: [
            { kind: 'write', node: facts.node, path, before: await facts.file(path), text },
            { kind: 'run', node: facts.node, program: 'systemctl', argv: ['restart', 'systemd-journald.service'] },
            { kind: 'run', node: facts.node, program: 'journalctl', argv: ['--flush'] },
          ],
        },
      ];
    },
  },
];

/** The nodes with their first addresses, as far as corosync.conf has both. */
async function hostEntries(facts: Facts): Promise<readonly HostEntry[]> {
  const nodes = (await facts.corosyncConf())?.nodes ?? [];
  return nodes.flatMap((node) => {
    const name = nodeNameOf(node);
    const [address] = node.addresses;
    return name !== undefined && address !== undefined && isIP(address) !== 0 ? [{ name, address }] : [];
  });
}

/** The resource by which the cluster itself runs dockerd; undefined when systemd does. */
async function dockerInCluster(facts: Facts): Promise<string | undefined> {
  const all = (await facts.reality.configuration())?.primitives ?? [];
  const daemon = all.find(({ class: standard = '', type = '' }) =>
    ['systemd', 'service', 'lsb'].includes(standard) ? /^docker(?:\.service)?$/.test(type) : false,
  );
  return daemon?.id;
}
