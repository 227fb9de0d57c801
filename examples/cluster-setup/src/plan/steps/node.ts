// What each node needs before it can be in the cluster.
import { isPlaceholder, parseAgent } from '@sleepi3/pcs';
import { editDefaults, parseDefaults } from '@sleepi3/driver';
import { type ClusterDesign, isRing } from '../../cluster/design.js';
import { SetupError } from '../../errors.js';
import { agentPath, askFenceCheck } from '../../nodes/fence-check.js';
import { addressesOf, withHosts } from '../../nodes/hosts-file.js';
import type { Machine } from '../../nodes/machine.js';
import { hostsManagement, hostsTemplate, templateHostsInShell, withTemplateHosts } from '../../nodes/cloud-init.js';
import { dockerDropIn, hasImage } from '../../nodes/docker.js';
import {
  clusterPackages,
  devicePackage,
  dockerPackages,
  findPackages,
  mustHave,
  ofThisRelease,
  parseRelease,
} from '../../nodes/packages.js';
import { validated } from './agent-check.js';
import type { Reality } from '../reality.js';
import { type Action, done, type Step } from '../step.js';

export const defaultsPath = '/etc/default/sleepi3';
/** The defaults file as it was before, for undo. */
export const defaultsBackup = '/etc/default/sleepi3.before-cluster-setup';

/** What the package fence-sleepi3 brings and this cluster uses; an older one has no resource agents. */
export function agentPaths({ vip, containers }: ClusterDesign): readonly string[] {
  const ours = [vip, ...containers].flatMap(({ agent }) => {
    const { provider, type } = parseAgent(agent) ?? {};
    return provider === 'sleepi3' ? `/usr/lib/ocf/resource.d/sleepi3/${type ?? ''}` : [];
  });
  return [agentPath, ...new Set(ours)];
}

/** The steps of one node, in order. */
export function nodeSteps(design: ClusterDesign, node: string): readonly Step[] {
  const step = (id: string, parts: Omit<Step, 'id' | 'node'>): Step => ({ id: `${id}@${node}`, node, ...parts });
  const run = (program: string, ...argv: readonly string[]): Action => ({ kind: 'run', node, program, argv });
  const entries = design.nodes.map(({ name, addresses }) => ({ name, address: addresses[0] ?? '' }));

  return [
    step('packages', {
      title: 'Packages',
      why: 'Pacemaker decides what runs where, corosync tells it who is there, pcs sets both up, Docker runs the containers.',
      bare: {
        actions: [
          run('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'update'),
          install(node, [...packagesOf(design), 'docker.io']),
          { ...install(node, ['docker-cli']), onlyIf: '! command -v docker >/dev/null' },
        ],
      },
      look: async (reality) => {
        const needed = await missingPackages(reality, node, design);
        if (needed.length === 0) return done;
        return {
          differences: needed.map((what) => ({ what, should: 'installed' })),
          actions: [run('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'update'), install(node, needed)],
        };
      },
    }),

    step('agent', {
      title: 'The fence agent',
      why: "fence_sleepi3 cuts the peer's power by wire. Without it no cluster is made: it could not be trusted to take over.",
      look: async (reality) => {
        for (const path of agentPaths(design)) {
          await mustHave(reality.machine(node), path, ofThisRelease('fence-sleepi3'));
        }
        return done;
      },
    }),

    step('placeholder', {
      title: "Debian's placeholder cluster",
      why:
        "Debian's corosync starts a cluster of its own at once, named debian, with this machine alone at 127.0.0.1. pcs " +
        'refuses to set up another one until it is gone. Nothing runs in it.',
      bare: {
        actions: [
          {
            kind: 'run',
            node,
            program: 'pcs',
            argv: ['cluster', 'destroy'],
            onlyIf:
              "grep -q 'cluster_name: debian$' /etc/corosync/corosync.conf && grep -q 'ring0_addr: 127.0.0.1$' /etc/corosync/corosync.conf",
          },
        ],
      },
      look: async (reality) => {
        const conf = await reality.corosyncConf(node);
        if (conf === undefined || !isPlaceholder(conf)) return done;
        const cib = (await reality.file(node, '/var/lib/pacemaker/cib/cib.xml')) ?? '';
        if (/<primitive\b/.test(cib) && !reality.destroyable.has('debian')) {
          throw new SetupError(
            'FOREIGN_CLUSTER',
            `${node} is in a cluster named debian that has resources; to have it destroyed, type its name: --destroy debian`,
          );
        }
        return {
          differences: [{ what: 'cluster debian', is: 'only 127.0.0.1' }],
          actions: [run('pcs', 'cluster', 'destroy')],
        };
      },
    }),

    step('hosts', {
      title: 'Names of the nodes',
      why: 'corosync binds to what a name stands for. On 127.0.1.1, where installers put the own name, it would talk to itself alone.',
      look: async (reality) => {
        const before = (await reality.file(node, '/etc/hosts')) ?? '';
        const text = withHosts(before, entries);
        if (text === before || entries.every(({ name, address }) => addressesOf(before, name).join() === address)) {
          return done;
        }
        return {
          differences: entries
            .map(({ name, address }) => ({ what: name, is: addressesOf(before, name).join(' '), should: address }))
            .filter(({ is, should }) => is !== should)
            .map(({ is, ...rest }) => (is === '' ? rest : { ...rest, is })),
          actions: [{ kind: 'write', node, path: '/etc/hosts', before, text, shell: hostsInShell(entries) }],
        };
      },
    }),

    step('cloud-init', {
      title: 'Names that last',
      why:
        'cloud-init, which Raspberry Pi OS 13 brings, is told to write /etc/hosts at each boot from a template of its own: our ' +
        'lines would be gone, and the own name back at 127.0.1.1. The template gets them, too.',
      bare: {
        actions: [
          {
            kind: 'write',
            node,
            path: hostsTemplate,
            before: undefined,
            text: '',
            shell: templateHostsInShell(entries),
          },
        ],
      },
      look: async (reality) => {
        const management = await hostsManagement(reality.machine(node));
        if (management === undefined) return done;
        const before = (await reality.file(node, hostsTemplate)) ?? '';
        if (management === 'own-name' || before === '') {
          throw new SetupError(
            'NOT_READY',
            `${node}: cloud-init puts the own name at 127.0.1.1 of /etc/hosts at each boot; set manage_etc_hosts: false where ` +
              'it is set (grep -r manage_etc_hosts /boot/firmware/user-data /etc/cloud), then run this again',
          );
        }
        const text = withTemplateHosts(before, entries);
        if (text === before) return done;
        return {
          differences: [{ what: hostsTemplate, is: 'without the nodes', should: "the nodes' addresses" }],
          actions: [{ kind: 'write', node, path: hostsTemplate, before, text }],
        };
      },
    }),

    step('docker', {
      title: 'Docker before Pacemaker',
      why:
        'When Pacemaker looks for the containers and dockerd is not up, the look and then the stop fail, and the node is fenced. ' +
        'resource-agents-deps.target is what Pacemaker waits for.',
      look: async (reality) => {
        const { path, text } = dockerDropIn;
        const before = await reality.file(node, path);
        const write: Action[] = before === text ? [] : [{ kind: 'write', node, path, before, text }];
        const enabled = await isEnabled(reality.machine(node), 'docker.service');
        if (write.length === 0 && enabled) return done;
        return {
          differences: [
            ...(write.length === 0
              ? []
              : [{ what: path, is: before && 'other text', should: 'Requires and After docker.service' }]),
            ...(enabled ? [] : [{ what: 'docker.service', should: 'enabled and started' }]),
          ],
          actions: [
            ...write,
            ...(write.length === 0 ? [] : [run('systemctl', 'daemon-reload')]),
            ...(enabled ? [] : [run('systemctl', 'enable', '--now', 'docker.service')]),
          ],
        };
      },
    }),

    ...design.containers.map(({ id, image }) =>
      step(`image-${id}`, {
        title: `The image ${image}`,
        why: 'A node that takes over has no time to download, and perhaps no network to do it.',
        look: async (reality) => {
          const there = await hasImage(reality.machine(node), image);
          if (there) return done;
          return {
            differences: [{ what: image, should: 'on the node' }],
            actions: [{ kind: 'run', node, program: 'docker', argv: ['pull', image], timeoutMs: 1_800_000 }],
          };
        },
      }),
    ),

    ...[design.vip, ...design.containers].map((primitive) =>
      step(`valid-${primitive.id}`, {
        title: `${primitive.id} by the agent's own check`,
        why:
          'What a resource agent cannot work with on this node (an interface, an image, an option) it says itself: its ' +
          'validate-all is asked before anything is written into the cluster.',
        look: (reality) => validated(reality, node, primitive),
      }),
    ),

    step('extin', {
      title: 'This node can be cut off',
      why:
        "EXTIN_FORCED_SHUTDOWN=1 makes this node's board cut the power when the peer holds its input. It is off as delivered, " +
        'and without it fencing this node does nothing. fence_sleepi3 boot makes it count now, without a reboot.',
      look: async (reality) => {
        const before = await reality.file(node, defaultsPath);
        if (before === undefined) {
          throw new SetupError(
            'NOT_READY',
            `${node}: ${defaultsPath} is not there; set up the slee-Pi 3 first (sleepi3-utils)`,
          );
        }
        const cut: Action = run(agentPath, 'boot');
        if (parseDefaults(before).values.EXTIN_FORCED_SHUTDOWN) {
          const trouble = await troubleOfBoard(design, reality.machine(node));
          if (trouble === undefined) return done;
          return { differences: [{ what: 'the board', is: trouble, should: 'ready' }], actions: [cut] };
        }
        const backup = await reality.file(node, defaultsBackup);
        return {
          differences: [{ what: 'EXTIN_FORCED_SHUTDOWN', is: '0', should: '1' }],
          actions: [
            ...(backup === undefined
              ? [
                  {
                    kind: 'write',
                    node,
                    path: defaultsBackup,
                    before: undefined,
                    text: before,
                    shell: backupInShell,
                  } as const,
                ]
              : []),
            {
              kind: 'write',
              node,
              path: defaultsPath,
              before,
              text: editDefaults(before, { EXTIN_FORCED_SHUTDOWN: true }),
              shell: extinInShell,
            },
            cut,
          ],
        };
      },
    }),

    step('pcsd', {
      title: 'pcsd',
      why: 'pcs on one node commands the other through pcsd.',
      look: async (reality) => {
        if (await isEnabled(reality.machine(node), 'pcsd.service')) return done;
        return {
          differences: [{ what: 'pcsd.service', should: 'enabled and started' }],
          actions: [run('systemctl', 'enable', '--now', 'pcsd.service')],
        };
      },
    }),

    step('password', {
      title: "hacluster's password",
      why: 'pcs logs in to the other node as hacluster. A password that is set already is not changed.',
      look: async (reality) => {
        const { stdout } = await reality.machine(node).run('passwd', ['-S', 'hacluster'], { exitCodes: [0, 1, 3] });
        if (/^hacluster P\b/.test(stdout)) return done;
        return {
          differences: [{ what: 'password of hacluster', should: 'set' }],
          actions: [
            {
              kind: 'run',
              node,
              program: 'chpasswd',
              argv: [],
              passwordInput: (password) => `hacluster:${password}\n`,
            },
          ],
        };
      },
    }),
  ];
}

/** What keeps a node from being cut off; undefined when nothing does. The wires of a ring are looked at later, when they can be tested. */
async function troubleOfBoard({ nodes }: ClusterDesign, machine: Machine): Promise<string | undefined> {
  if (isRing({ nodes })) {
    const check = await askFenceCheck(machine);
    if (typeof check === 'string') return check;
    const own = check.findings.filter(
      ({ severity, concerns, id }) =>
        severity === 'error' && concerns === 'fencing' && !/^(?:wire|peer|nodes)-/.test(id),
    );
    return own.length === 0 ? undefined : own.map(({ fact }) => fact).join('; ');
  }
  const peer = nodes.find(({ name }) => name !== machine.name)?.name ?? '';
  const words = ['--action=monitor', `--self=${machine.name}`, `--peer=${peer}`];
  const { exitCode, stderr } = await machine.run(agentPath, words, { exitCodes: [0, 1] });
  return exitCode === 0 ? undefined : stderr.trim();
}

/** s that apt-get waits for another one. */
const lockTimeout = 600;

function install(node: string, packages: readonly string[]): Extract<Action, { kind: 'run' }> {
  return {
    kind: 'run',
    node,
    program: 'env',
    argv: [
      ...['DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '--yes'],
      // Others install, too: unattended-upgrades does so minutes after a boot.
      ...['-o', `DPkg::Lock::Timeout=${lockTimeout}`],
      // A file that somebody wrote before its package came stays as it is: dpkg would ask, and there is nobody to answer.
      ...['confdef', 'confold'].flatMap((choice) => ['-o', `Dpkg::Options::=--force-${choice}`]),
      '--no-install-recommends',
      ...packages,
    ],
    timeoutMs: 1_800_000,
  };
}

function packagesOf({ device }: ClusterDesign): readonly string[] {
  return device === undefined ? clusterPackages : [...clusterPackages, devicePackage];
}

/** What a node of the cluster needs and does not have. */
async function missingPackages(reality: Reality, node: string, design: ClusterDesign): Promise<readonly string[]> {
  const release = parseRelease((await reality.file(node, '/etc/os-release')) ?? '');
  const { missing } = await findPackages(reality.machine(node), [...packagesOf(design), ...dockerPackages(release)]);
  return missing;
}

/** Whether a unit is enabled, and active now. */
export async function isEnabled(machine: Machine, unit: string): Promise<boolean> {
  // 1 and 4: disabled, and not there; 3: not active.
  const enabled = await machine.run('systemctl', ['is-enabled', '--quiet', unit], { exitCodes: [0, 1, 4] });
  const active = await machine.run('systemctl', ['is-active', '--quiet', unit], { exitCodes: [0, 1, 3, 4] });
  return enabled.exitCode === 0 && active.exitCode === 0;
}

function hostsInShell(entries: readonly { readonly name: string; readonly address: string }[]): string {
  return entries
    .map(({ name, address }) => {
      const pattern = name.replaceAll('.', '\\.');
      return (
        `sed -i -E '/^[[:space:]]*#/! { /[[:space:]]${pattern}([[:space:]]|$)/ s/^/# cluster-setup: / }' /etc/hosts\n` +
        `printf '%s\\t%s\\t# cluster-setup:\\n' ${address} ${name} >>/etc/hosts`
      );
    })
    .join('\n');
}

const backupInShell = `[ -e ${defaultsBackup} ] || cp -p ${defaultsPath} ${defaultsBackup}`;
const extinInShell = [
  `sed -i '/^[[:space:]]*EXTIN_FORCED_SHUTDOWN=/d' ${defaultsPath}`,
  `echo EXTIN_FORCED_SHUTDOWN=1 >>${defaultsPath}`,
].join('\n');
