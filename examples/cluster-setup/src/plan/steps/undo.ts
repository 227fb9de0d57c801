// The way back: what apply made is taken away, and nothing else. It is known by its names and marks, not by a log.
import { editDefaults, parseDefaults } from '@sleepi3/driver';
import { type Command, commands } from '@sleepi3/pcs';
import type { ClusterDesign } from '../../cluster/design.js';
import { noConfiguration } from '../../cluster/elements.js';
import { containerState, dockerDropIn } from '../../nodes/docker.js';
import { hostsTemplate, withoutTemplateHosts } from '../../nodes/cloud-init.js';
import { withoutHosts } from '../../nodes/hosts-file.js';
import { alertChange, receiversPath, receiversText } from './alerts.js';
import { asideOf } from './by-hand.js';
import { deviceRemoval } from './quorum-device.js';
import { identityStep } from './identity.js';
import { defaultsBackup, defaultsPath } from './node.js';
import type { Reality } from '../reality.js';
import { rebootSteps } from './reboot.js';
import { secondPasswordRemoval } from './second-means.js';
import { done, type Step } from '../step.js';

/**
 * The steps that undo, in order. The cluster itself is destroyed only when its name was typed
 * ({@link Reality.destroyable}); otherwise only what the file put into it is taken out. Packages, images, pcsd and
 * hacluster's password stay.
 */
export function undoSteps(design: ClusterDesign, reality: Pick<Reality, 'machines' | 'destroyable'>): readonly Step[] {
  const inside: readonly Step[] = [
    removal(
      'service',
      'Take the service out of the cluster',
      'The VIP first, so that no client arrives at a container that is going.',
      [design.vip.id, ...design.containers.map(({ id }) => id)],
      (id) => commands.resource.delete(id),
    ),
    {
      id: 'alerts',
      title: 'Take the alerts out of the cluster',
      why: 'The alert of alert_sleepi3.',
      look: async (reality) => {
        const { differences, commands: needed } = alertChange((await reality.configuration()) ?? noConfiguration, {
          ...design,
          alerts: [],
        });
        return { differences, actions: needed.length === 0 ? [] : [{ kind: 'push', commands: needed }] };
      },
    },
    removal(
      'fences',
      'Take the fence devices out of the cluster',
      'Last of all in it: as long as something runs, it may have to be fenced.',
      [...design.second, ...design.fences].map(({ id }) => id),
      (id) => commands.stonith.delete(id),
    ),
    ...deviceRemoval(design),
  ];
  const nodes = reality.machines.map(({ name }) => name);
  const typed = reality.destroyable.has(design.name);
  return [
    ...nodes.map((node) => identityStep(design, node)),
    ...(typed ? [destruction(design)] : inside),
    ...nodes.flatMap((node) => [
      ...rebootSteps({ ...design, reboot: undefined }, node),
      ...nodeSteps(design, node),
      ...secondPasswordRemoval(design, node),
    ]),
  ];
}

function removal(
  id: string,
  title: string,
  why: string,
  resources: readonly string[],
  remove: (resource: string) => Command<unknown>,
): Step {
  return {
    id,
    title,
    why,
    look: async (reality) => {
      const configuration = await reality.configuration();
      const there = resources.filter((one) => configuration?.resource(one) !== undefined);
      return {
        differences: there.map((what) => ({ what, is: 'in the cluster' })),
        // On the running cluster, not on a copy: pcs stops a resource before it takes it away.
        actions: there.length === 0 ? [] : [{ kind: 'pcs', commands: there.map(remove) }],
      };
    },
  };
}

function destruction({ name, nodes, device }: ClusterDesign): Step {
  return {
    id: 'destroy',
    title: `Destroy the cluster ${name}`,
    why: 'You typed its name. Everything in it goes with it.',
    look: async (reality) => {
      const members: string[] = [];
      for (const machine of reality.machines) {
        if ((await reality.corosyncConf(machine.name))?.clusterName === name) members.push(machine.name);
      }
      if (members.length === 0) return done;
      return {
        differences: members.map((node) => ({ what: `${node} in a cluster`, is: name })),
        actions: [
          { kind: 'pcs', commands: [commands.cluster.destroy({ all: true })] },
          {
            kind: 'pcs',
            commands: [
              commands.host.deauth([...nodes.map((node) => node.name), ...(device === undefined ? [] : [device.host])]),
            ],
          },
        ],
      };
    },
  };
}

function nodeSteps(design: ClusterDesign, node: string): readonly Step[] {
  const step = (id: string, parts: Omit<Step, 'id' | 'node'>): Step => ({ id: `${id}@${node}`, node, ...parts });
  return [
    step('docker', {
      title: 'Docker before Pacemaker: no more',
      why: 'Without the cluster nothing needs it.',
      look: async (reality) => {
        const { path, text } = dockerDropIn;
        if ((await reality.file(node, path)) !== text) return done;
        return {
          differences: [{ what: path, is: 'made by cluster-setup' }],
          actions: [
            { kind: 'remove', node, path },
            { kind: 'run', node, program: 'systemctl', argv: ['daemon-reload'] },
          ],
        };
      },
    }),
    ...design.containers.map(({ id, name }) =>
      step(`by-hand-${id}`, {
        title: `The former container ${name}`,
        why: 'It was put aside under another name. It is not started.',
        look: async (reality) => {
          const aside = asideOf(name);
          const machine = reality.machine(node);
          const isAside = (await containerState(machine, aside)) !== undefined;
          if (!isAside || (await containerState(machine, name)) !== undefined) return done;
          return {
            differences: [{ what: aside, is: 'put aside', should: name }],
            actions: [{ kind: 'run', node, program: 'docker', argv: ['rename', aside, name] }],
          };
        },
      }),
    ),
    step('hosts', {
      title: 'Names of the nodes, as they were',
      why: 'The lines in /etc/hosts that cluster-setup marked.',
      look: async (reality) => {
        const before = (await reality.file(node, '/etc/hosts')) ?? '';
        const text = withoutHosts(before);
        if (text === before) return done;
        return {
          differences: [{ what: '/etc/hosts', is: 'with lines of cluster-setup' }],
          actions: [{ kind: 'write', node, path: '/etc/hosts', before, text }],
        };
      },
    }),
    step('cloud-init', {
      title: "The lines of the nodes in cloud-init's template",
      why: 'As they were, so that /etc/hosts is at the next boot what it was without a cluster.',
      look: async (reality) => {
        const before = (await reality.file(node, hostsTemplate)) ?? '';
        const text = withoutTemplateHosts(before);
        if (text === before) return done;
        return {
          differences: [{ what: hostsTemplate, is: 'with lines of cluster-setup' }],
          actions: [{ kind: 'write', node, path: hostsTemplate, before, text }],
        };
      },
    }),
    step('receivers', {
      title: 'The receivers of alerts',
      why: 'The file that cluster-setup wrote; one that was changed since is left.',
      look: async (reality) => {
        if (design.alerts.length === 0 || (await reality.file(node, receiversPath)) !== receiversText(design))
          return done;
        return {
          differences: [{ what: receiversPath, is: 'made by cluster-setup' }],
          actions: [{ kind: 'remove', node, path: receiversPath }],
        };
      },
    }),
    step('extin', {
      title: 'EXTIN_FORCED_SHUTDOWN, as it was',
      why: 'Without a cluster nobody is to cut this node off.',
      look: async (reality) => {
        const backup = await reality.file(node, defaultsBackup);
        if (backup === undefined) return done;
        const before = (await reality.file(node, defaultsPath)) ?? '';
        const { EXTIN_FORCED_SHUTDOWN } = parseDefaults(backup).values;
        return {
          differences: [{ what: 'EXTIN_FORCED_SHUTDOWN', is: '1', should: EXTIN_FORCED_SHUTDOWN ? '1' : '0' }],
          actions: [
            { kind: 'write', node, path: defaultsPath, before, text: editDefaults(before, { EXTIN_FORCED_SHUTDOWN }) },
            { kind: 'remove', node, path: defaultsBackup },
          ],
        };
      },
    }),
  ];
}
