// From two prepared nodes to a running cluster that fences and serves.
import {
  type ClusterConfiguration,
  type ClusterStatus,
  type Command,
  commands,
  type Correction,
  type Difference,
  nodeNamed,
  sameName,
} from '@sleepi3/pcs';
import { type ClusterDesign, isRing, type PrimitiveDesign } from '../../cluster/design.js';
import {
  fenceDevice,
  noConfiguration,
  noQuorumPolicy,
  service,
  stickiness,
  stonithEnabled,
} from '../../cluster/elements.js';
import { secondMeans } from '../../cluster/second-means.js';
import { agentPath, askFenceCheck } from '../../nodes/fence-check.js';
import { knows, requestTimeout } from '../../nodes/known-hosts.js';
import { foreignClusters, membership, setUp } from './membership.js';
import type { Reality } from '../reality.js';
import { alertChange } from './alerts.js';
import { deviceSteps } from './quorum-device.js';
import { type Action, done, type Step, type Todo } from '../step.js';

/** Seconds; pcs's way was seen to take minutes on slow machines. */
const startTimeout = 600;
const settleTimeout = 600;
/** From the start of the cluster until the line keepers have its key and know of each other; they look for it every ten. */
const talkTimeout = 180;

/**
 * The steps of the cluster as a whole, in order.
 *
 * @param beforeService What is to be done right before the cluster gets its service.
 */
export function clusterSteps(design: ClusterDesign, beforeService: readonly Step[] = []): readonly Step[] {
  const names = design.nodes.map(({ name }) => name);
  const ring = isRing(design);
  const all = ring ? `all ${names.length} nodes` : 'both nodes';
  const configured = (step: Omit<Step, 'look'>, change: (configuration: ClusterConfiguration) => Correction): Step => ({
    ...step,
    look: async (reality) => pushed(change((await reality.configuration()) ?? noConfiguration)),
  });
  const hosts = design.nodes.map(({ name, addresses }) => ({ name, address: addresses[0] ?? name }));

  return [
    {
      id: 'foreign',
      title: 'No other cluster',
      why: 'A node is in one cluster. Another one is destroyed only when you type its name.',
      look: (reality) => foreignClusters(design, reality),
    },

    {
      id: 'known',
      title: `pcs knows ${all}`,
      why: 'pcs commands a node only after logging in to it once as hacluster; it keeps a token.',
      look: async (reality) => {
        const text = (await reality.file(reality.local.name, '/var/lib/pcsd/known-hosts')) ?? '';
        const unknown = design.nodes.filter((node) => !knows(text, node.name, node.addresses)).map(({ name }) => name);
        if (unknown.length === 0) return done;
        return {
          differences: unknown.map((what) => ({ what, should: 'known to pcs' })),
          actions: [
            {
              kind: 'pcs-with-password',
              command: (password) => commands.host.auth(hosts, { password, requestTimeout }),
            },
          ],
        };
      },
    },

    {
      id: 'setup',
      title: `The cluster ${design.name}`,
      why:
        `pcs makes the keys and corosync.conf and puts them on ${all}. ` +
        (ring
          ? 'Whoever sees more than half of them has quorum and goes on. They are numbered in the order of the file, and the wire ' +
            'of each leads to the next one.'
          : 'For two nodes it sets two_node, by which the survivor keeps quorum, and with it wait_for_all, by which a node that ' +
            'starts alone waits for the other instead of shooting it.'),
      look: (reality) => setUp(design, reality),
    },

    {
      id: 'enable',
      title: 'The cluster starts when a node boots',
      why: 'A node that was fenced comes back by itself, and joins again only if its cluster starts.',
      look: async (reality) => {
        const disabled: string[] = [];
        for (const machine of reality.machines) {
          for (const unit of ['corosync.service', 'pacemaker.service']) {
            const { exitCode } = await machine.run('systemctl', ['is-enabled', '--quiet', unit], {
              exitCodes: [0, 1, 4],
            });
            if (exitCode !== 0) disabled.push(`${unit} on ${machine.name}`);
          }
        }
        if (disabled.length === 0) return done;
        return {
          differences: disabled.map((what) => ({ what, should: 'enabled' })),
          actions: [{ kind: 'pcs', commands: [commands.cluster.enable({ all: true }, { requestTimeout })] }],
        };
      },
    },

    {
      id: 'start',
      title: `The cluster runs on ${all}`,
      why: ring
        ? 'Everything that follows is written into the running cluster, and each node has to report whether its wire is sound.'
        : 'Everything that follows is written into the running cluster, and only both nodes together have quorum at first.',
      look: async (reality) => {
        const offline = offlineNodes(await reality.status(), names);
        if (offline.length === 0) return done;
        return {
          differences: offline.map((what) => ({ what, should: 'online' })),
          actions: [
            {
              kind: 'pcs',
              commands: [commands.cluster.start({ all: true }, { requestTimeout })],
            },
            {
              kind: 'wait',
              until: `${all} are online`,
              timeoutS: startTimeout,
              reached: async (later) => offlineNodes(await later.status(), names).length === 0,
              shell: `[ "$(crm_mon -1 --output-as=xml 2>/dev/null | grep -cE '<node name="[^"]+" id="[0-9]+" online="true"')" -eq ${names.length} ]`,
            },
          ],
        };
      },
    },

    ...(design.token === undefined ? [] : [tokenStep(design, design.token)]),
    ...(design.device === undefined ? [] : deviceSteps(design, design.device)),

    ...(ring ? [wiresStep(design)] : []),

    ...design.fences.map((fence) =>
      configured(
        {
          id: `fence-${fence.target}`,
          title: `The fence device for ${fence.target}`,
          why:
            (ring
              ? `It is the wire by which ${fence.shooter}, the node before it, cuts ${fence.target} off, so it names that one node and ` +
                `runs on ${fence.shooter} alone: from every other node the wire leads elsewhere. `
              : `It is the wire by which the other node cuts ${fence.target} off, so it names that one node and never runs there: ` +
                `asked of ${fence.target} itself, the wire would shoot the other one. `) +
            (fence.options['pcmk_delay_base'] === null
              ? ''
              : `It waits ${String(fence.options['pcmk_delay_base'])}, so that ${fence.target} shoots first when both want to. `) +
            'One try of its own length: a hold that failed is not helped by a second one that comes too late.',
        },
        (configuration) => fenceDevice(configuration, fence),
      ),
    ),

    configured(
      {
        id: 'second-means',
        title:
          design.second.length === 0
            ? 'No second means of fencing'
            : `The second means of fencing, ${design.second[0]?.agent ?? ''}`,
        why:
          'Levels say in which order the means are tried: the wire first, and when that has failed, because it is broken or the ' +
          'board has no power, the second one. Each node has a device of it.',
      },
      (configuration) => secondMeans(configuration, design),
    ),

    configured(
      {
        id: 'stonith-enabled',
        title: 'Fencing on',
        why: 'Written out, now that there is something to fence with: until then nothing would start.',
      },
      stonithEnabled,
    ),
    configured(
      {
        id: 'no-quorum-policy',
        title: 'Without quorum nothing runs',
        why:
          'no-quorum-policy=ignore would let a node that starts alone fence ' +
          (ring
            ? 'all others and run everything. It stays at stop.'
            : 'the other and run everything; on two nodes corosync already keeps the survivor going. It stays at stop.'),
      },
      noQuorumPolicy,
    ),
    configured(
      {
        id: 'stickiness',
        title: 'Resources stay where they are',
        why: 'Otherwise a node that comes back takes the service with it, and there is a second interruption for nothing.',
      },
      (configuration) => stickiness(configuration, design.stickiness),
    ),

    ...beforeService,

    configured(
      {
        id: 'service',
        title: `The service: ${[...design.containers.map(({ id }) => id), design.vip.id].join(', ')}`,
        why: `${
          design.containers.some(({ clone }) => clone !== undefined)
            ? `The containers run on ${all}, so that only the address has to move. `
            : 'The containers run on one node and move with the address. '
        }The VIP is only where they are (colocation) and comes after them (order): colocation alone lets clients arrive at a container that is still starting. All in one push, so that there is never a VIP without them.`,
      },
      (configuration) => service(configuration, design),
    ),

    configured(
      {
        id: 'alerts',
        title: design.alerts.length === 0 ? 'No alerts are sent' : 'Alerts are sent',
        why:
          design.alerts.length === 0
            ? 'The file has no alerts: nobody learns of a fencing but by looking.'
            : 'Pacemaker calls alert_sleepi3 for every fencing and failure, on each node; one of them sends the message.',
      },
      (configuration) => alertChange(configuration, design),
    ),

    {
      id: 'started',
      title: 'Everything runs',
      why: 'A cluster is made when it serves and when each node can be fenced, not when it is written down.',
      look: async (reality) => {
        const status = await reality.status();
        const missing = notStarted(design, status);
        if (missing.length === 0) return done;
        const forgotten = failuresToForget(design, status);
        return {
          differences: missing.map((what) => ({ what, should: 'started' })),
          actions: [
            ...(forgotten.length === 0 ? [] : [{ kind: 'pcs', commands: forgotten } as const]),
            {
              kind: 'wait',
              until: 'everything has started',
              timeoutS: settleTimeout,
              reached: async (later) => notStarted(design, await later.status()).length === 0,
              shell: `crm_mon -1 --inactive --resource=${design.vip.id} 2>/dev/null | grep -q Started`,
            },
          ],
        };
      },
    },
  ];
}

function pushed({ differences, commands: needed }: Correction): Todo {
  return { differences, actions: needed.length === 0 ? [] : [{ kind: 'push', commands: needed }] };
}

function offlineNodes(status: ClusterStatus | undefined, names: readonly string[]): readonly string[] {
  return names.filter((name) => nodeNamed(status?.members ?? [], name)?.online !== true);
}

/** A start that has failed once is not tried again by itself, also where what it failed for has been mended since. */
function failuresToForget(design: ClusterDesign, status: ClusterStatus | undefined): readonly Command<unknown>[] {
  const failed = ({ id }: PrimitiveDesign) => (status?.failCount(id) ?? 0) > 0;
  const { fences, second, containers, vip } = design;
  return [...fences, ...second, ...containers, vip]
    .filter(failed)
    .map(({ id, family }) => (family === 'stonith' ? commands.stonith.cleanup(id) : commands.resource.cleanup(id)));
}

/** What should run and does not, at its place. */
export function notStarted(design: ClusterDesign, status: ClusterStatus | undefined): readonly string[] {
  const startedOn = (id: string) => status?.resource(id)?.startedOn ?? [];
  const names = design.nodes.map(({ name }) => name);
  return [
    ...design.second.filter(({ id }) => startedOn(id).length === 0).map(({ id }) => id),
    ...design.fences
      .filter(({ id, target }) => !startedOn(id).some((node) => !sameName(node, target)))
      .map(({ id }) => id),
    ...design.containers.flatMap(({ id, clone }) => {
      if (clone === undefined) return startedOn(id).length === 1 ? [] : [id];
      return names
        .filter((name) => !startedOn(id).some((node) => sameName(node, name)))
        .map((name) => `${id} on ${name}`);
    }),
    ...(startedOn(design.vip.id).length === 1 ? [] : [design.vip.id]),
  ];
}

/** In a ring nobody is shot through a wire that was never tested: it might lead to another node. */
function wiresStep(design: ClusterDesign): Step {
  const wires = design.nodes.flatMap(({ name }) => design.fences.find(({ shooter }) => shooter === name) ?? []);
  const whatOf = ({ target, shooter }: (typeof wires)[number]) => `the wire of ${shooter} to ${target}`;
  const talk = async (reality: Reality): Promise<boolean> => {
    for (const machine of reality.machines) {
      const check = await askFenceCheck(machine);
      if (typeof check === 'string' || check.peerFenceable === undefined) return false;
    }
    return true;
  };
  return {
    id: 'wires',
    title: 'Each wire leads to the next node',
    why:
      'A pulse of less than a second, which cuts nobody, and whose length the next node confirms. In a ring a wire in the wrong plug ' +
      'would cut a node that nobody has asked for: the agent shoots only through one that was tested.',
    look: async (reality) => {
      const untested: (Difference & { readonly shooter: string })[] = [];
      for (const wire of wires) {
        const { shooter } = wire;
        const check = await askFenceCheck(reality.machine(shooter));
        const verdict = typeof check === 'string' ? check : (check.wireTest?.verdict ?? 'never tested');
        if (verdict !== 'sound') untested.push({ what: whatOf(wire), is: verdict, should: 'sound', shooter });
      }
      if (untested.length === 0) return done;
      return {
        differences: untested.map(({ what, is, should }) => ({ what, is, should })),
        actions: [
          {
            kind: 'wait',
            until: 'the line keepers of the nodes know of each other',
            timeoutS: talkTimeout,
            reached: talk,
            shell: 'false',
          },
          // One after the other: two pulses at once could be taken for each other.
          ...untested.map(({ shooter }): Action => ({
            kind: 'run',
            node: shooter,
            program: agentPath,
            argv: ['wire-test'],
            timeoutMs: 120_000,
          })),
        ],
      };
    },
  };
}

/** For a cluster that was made before: a new one has it from the beginning. */
function tokenStep(design: ClusterDesign, token: number): Step {
  return {
    id: 'token',
    title: `A node that is silent for ${token} ms is lost`,
    why:
      'Nothing is recovered before corosync has noticed that a node is gone, and the hold comes on top: this time (totem ' +
      'token), and 1.2 times as long until the rest agree, lie between a failure and the first shot.',
    look: async (reality) => {
      const differences: Difference[] = [];
      for (const { name } of reality.machines) {
        const conf = await reality.corosyncConf(name);
        const is = conf?.totem['token'];
        if (membership(design, conf) !== 'ours' || is === String(token)) continue;
        differences.push({ what: `totem token on ${name}`, is: is ?? "corosync's own", should: `${token} ms` });
      }
      if (differences.length === 0) return done;
      // pcs puts it on both nodes and has the running corosync take it over.
      return {
        differences,
        actions: [{ kind: 'pcs', commands: [commands.cluster.config.update({ totem: { token } })] }],
      };
    },
  };
}
