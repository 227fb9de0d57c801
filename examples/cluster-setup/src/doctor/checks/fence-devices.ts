// Who may fence whom, from where, after what delay and within what time: judged by what the cluster would do, in whatever
// words its configuration says so.
import {
  commands,
  type CorosyncNode,
  type FenceDevice,
  fenceDevicesFor,
  fenceDevicesIn,
  type FencingStep,
  fencingTimeout,
  nodeNamed,
  sameName,
} from '@sleepi3/pcs';
import { type Ailment, type Check, judgeEach, unjudged } from '../check.js';
import { shooterIn } from '../../nodes/cluster-machines.js';
import type { Facts } from '../facts.js';

/** What a fencing takes besides its hold (seconds). */
const besidesHold = 8;
const defaultHold = 12;

/** What is asked of it alone: it speaks over a wire, which reaches one node and must not be held by the one it reaches. */
export const isWire = ({ type }: FenceDevice) => type === 'fence_sleepi3';

export const fenceDeviceChecks: readonly Check[] = [
  {
    id: 'stonith-enabled',
    of: 'cluster',
    title: 'stonith-enabled',
    needsCluster: true,
    look: async (facts) => {
      const {
        value,
        name = 'stonith-enabled',
        written = '',
        valid,
      } = (await facts.configuration()).effectiveProperty('stonith-enabled');
      if (value === true && valid) return [];
      return [
        {
          severity: valid ? 'error' : 'warning',
          fact: `${name} is ${written}`,
          why: valid
            ? 'A node that stops answering is not cut off: both may run the service and write at once.'
            : 'It is neither true nor false. Pacemaker takes its default then, true; whoever reads it may take it for something else.',
          fix: [`pcs property set ${name}=true`],
          mend: [{ kind: 'push', commands: [commands.property.set({ 'stonith-enabled': true })] }],
        },
      ];
    },
  },
  {
    id: 'startup-fencing',
    of: 'cluster',
    title: 'startup-fencing',
    needsCluster: true,
    look: async (facts) => {
      if ((await facts.configuration()).effectiveProperty('startup-fencing').value !== false) return [];
      return [
        {
          severity: 'error',
          fact: 'startup-fencing is false',
          why:
            'A node that has not been seen since the cluster started is taken for off without being fenced. It may well run ' +
            'and be cut off from this one only: both then run the service.',
          fix: ['pcs property unset startup-fencing'],
          mend: [{ kind: 'push', commands: [commands.property.unset('startup-fencing')] }],
        },
      ];
    },
  },
  {
    id: 'fence-devices',
    of: 'cluster',
    title: 'each node can be fenced',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const names = configuration.members.map(({ name }) => name);
      const wires = fenceDevicesIn(configuration).filter(isWire);
      const anew = deviceMaker(names, (await facts.corosyncConf())?.nodes ?? []);
      const wrong = judgeEach(wires, 'the fence device', (device) => wireTargets(device, names, anew));
      const without = names.filter((name) => fenceDevicesFor(configuration, name).length === 0);
      const unfenced = without.map((name): Ailment => nobodyFor(name, wires.length > 0 ? anew(name) : undefined));
      const others = names.filter((name) => !without.includes(name));
      try {
        const scheduler = await facts.scheduler();
        for (const name of others) unfenced.push(...unfencedNode(name, await scheduler.fencingSteps(name)));
      } catch (error) {
        // What is known without asking the scheduler is told all the same.
        unfenced.push(unjudged(`whether ${others.join(' and ')} can be fenced`, error));
      }
      return [...wrong, ...unfenced];
    },
  },
  {
    id: 'fence-bans',
    of: 'cluster',
    title: 'no wire is held by the node that it cuts off',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const scheduler = await facts.scheduler();
      const findings: Ailment[] = [];
      for (const device of fenceDevicesIn(configuration).filter(isWire)) {
        const { id } = device;
        const [target, ...more] = targetsAmong(device, configuration.members);
        // One for several nodes has no target of its own, which is told above.
        if (target === undefined || more.length > 0) continue;
        const shooter = shooterIn((await facts.corosyncConf())?.nodes ?? [], target);
        const wrong =
          shooter === undefined
            ? [target]
            : configuration.members.map(({ name }) => name).filter((name) => !sameName(name, shooter));
        for (const node of wrong) {
          if (await scheduler.mayRun(id, node)) findings.push(notThere(id, target, node, shooter));
        }
        if (shooter === undefined || (await scheduler.mayRun(id, shooter))) continue;
        findings.push({
          severity: 'error',
          fact: `the fence device ${id} may not run on ${shooter}, whose wire alone leads to ${target}`,
          why: `When ${target} stops answering, nothing can be recovered from it.`,
          fix: ['pcs constraint config'],
        });
      }
      return findings;
    },
  },
  {
    id: 'fence-delays',
    of: 'cluster',
    title: 'one node shoots first',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      // With a quorum device one side alone has quorum, and nobody shoots without.
      if ((await facts.corosyncConf())?.device !== undefined) return [];
      const [one, other, more] = configuration.members.map(({ name }) => name);
      if (one === undefined || other === undefined || more !== undefined) return [];
      const scheduler = await facts.scheduler();
      const shots = [await firstShot(scheduler, one), await firstShot(scheduler, other)];
      const [first, second] = shots;
      if (first === undefined || second === undefined) return [];
      const priority = configuration.effectiveProperty('priority-fencing-delay');
      if (priority.value !== undefined && priority.value > 0) {
        const priorities = configuration.primitives.map(({ id }) =>
          Number(configuration.metaOf(id).get('priority') ?? 0),
        );
        if (priorities.some((value) => value > 0)) return [];
      }
      if (shots.some((shot) => shot !== undefined && shot.most > shot.least)) return [];
      if (Math.abs(first.least - second.least) >= 1000) return [];
      return [
        {
          severity: 'warning',
          fact:
            first.least === 0 && second.least === 0
              ? 'no fence device has a delay' +
                (priority.name === undefined
                  ? ''
                  : `, and ${priority.name} counts for nothing: no resource has a priority`)
              : `both fence devices wait ${first.least / 1000} s`,
          why: 'When only the link between the nodes is cut, both shoot at the same moment. Give the preferred node a start.',
          fix: [`pcs stonith update ${first.id} pcmk_delay_base=3s (the device for the preferred node)`],
        },
      ];
    },
  },
  {
    id: 'fence-timeouts',
    of: 'cluster',
    title: 'a fencing has the time that it takes',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const wires = fenceDevicesIn(configuration).filter(isWire);
      return judgeEach(wires, 'the fence device', (device): readonly Ailment[] => {
        const { id, options } = device;
        const hold = Number(options.get('hold') ?? defaultHold);
        const least = 2 * hold + besidesHold;
        const needed = Math.max(60, least);
        const short = (['reboot', 'off'] as const).flatMap((action) => {
          const seconds = fencingTimeout(configuration, device, action) / 1000;
          const name = `pcmk_${action}_timeout`;
          return seconds < least ? [{ name, seconds, written: options.get(name) }] : [];
        });
        if (short.length === 0) return [];
        const told = short.map(({ name, seconds, written }) =>
          written === undefined ? `${name} is not set, and stonith-timeout ${seconds} s` : `${name} is ${written}`,
        );
        return [
          {
            severity: 'warning',
            fact: `${id}: ${told.join(', ')}`,
            why: `The hold takes ${hold} s, and a disturbed one is begun again: killed in between, the fencing has failed.`,
            fix: [`pcs stonith update ${id} ${short.map(({ name }) => `${name}=${needed}s`).join(' ')}`],
            mend: [
              {
                kind: 'push',
                commands: [
                  commands.stonith.update(id, Object.fromEntries(short.map(({ name }) => [name, `${needed}s`]))),
                ],
              },
            ],
          },
        ];
      });
    },
  },
];

/** A device where it must not be: on its target, or in a ring where another wire begins. */
function notThere(id: string, target: string, node: string, shooter: string | undefined): Ailment {
  const own = sameName(node, target);
  return {
    severity: 'error',
    fact: own
      ? `the fence device ${id} may run on ${node}, its own target`
      : `the fence device ${id} may run on ${node}, whose wire does not lead to ${target}`,
    why: own
      ? `From there the wire leads to ${shooter === undefined ? 'the other' : 'another'} node, and a node that is to be fenced cannot be trusted to do it.`
      : `In a ring that of ${shooter ?? ''} alone does: ${node} refuses to fence ${target}, and Pacemaker may ask it all the same.`,
    fix: [`pcs constraint location ${id} avoids ${node}`],
    mend: [
      { kind: 'push', commands: [commands.constraint.location.add(`${id}-not-on-${node}`, id, node, '-INFINITY')] },
    ],
  };
}

/** The members that a device names, by their configured names. */
export function targetsAmong(
  { targets: { listed, mapped } }: FenceDevice,
  members: readonly { readonly name: string }[],
): readonly string[] {
  const named = [...listed, ...mapped.keys()].flatMap((name) => nodeNamed(members, name)?.name ?? []);
  return [...new Set(named)];
}

/** A wire reaches one node, the peer of where its device runs: its device must be for that one node, by its own name. */
function wireTargets(
  device: FenceDevice,
  members: readonly string[],
  anew: (name: string) => readonly string[],
): readonly Ailment[] {
  const { id, targets } = device;
  const named = [...new Set([...targets.listed, ...targets.mapped.keys()])];
  const renamed = [...targets.mapped].find(([name, plug]) => plug !== '' && !sameName(name, plug));
  if (renamed !== undefined) {
    const [name, plug] = renamed;
    return [
      {
        severity: 'error',
        fact: `the fence device ${id} has pcmk_host_map, by which it calls ${name} '${plug}'`,
        why: 'The agent is asked to fence a node that it does not know, and refuses. A wire has no ports that need a map.',
        fix: [`pcs stonith update ${id} pcmk_host_map= pcmk_host_list=${name} pcmk_host_check=static-list`],
      },
    ];
  }
  const [only] = named;
  if (targets.check === 'static-list' && only !== undefined && named.length === 1) {
    if (members.some((name) => sameName(name, only))) return [];
    return [
      {
        severity: 'error',
        fact: `the fence device ${id} is for ${only}, which is not a node of this cluster`,
        why: 'It is never used, and the node that was meant has none.',
        fix: [`pcs stonith update ${id} pcmk_host_list=NODE (${members.join(' or ')})`],
      },
    ];
  }
  return [
    {
      severity: 'error',
      fact: `the fence device ${id} is for ${named.length > 1 ? named.join(' and ') : 'whatever node is asked for'}`,
      why:
        'A wire reaches one node: the peer of where the device runs. One device for several says that it cut off a node that it ' +
        'cannot reach, and may shoot the wrong one.',
      fix: [...members.flatMap((name) => anew(name)), `pcs stonith delete ${id}`],
    },
  ];
}

/** Makes the commands for a device of a node. */
function deviceMaker(members: readonly string[], nodes: readonly CorosyncNode[]) {
  return (name: string): readonly string[] => {
    const shooter = shooterIn(nodes, name);
    const ring = shooter !== undefined;
    const banned = ring ? members.filter((member) => !sameName(member, shooter)) : [name];
    return [
      `pcs stonith create fence_${name} fence_sleepi3 ${ring ? `peer=${name} ` : ''}pcmk_host_list=${name} pcmk_host_check=static-list`,
      `pcs constraint location fence_${name} avoids ${banned.join(' ')}`,
    ];
  };
}

function nobodyFor(name: string, anew: readonly string[] | undefined): Ailment {
  return {
    severity: 'error',
    fact: `no fence device is for ${name}`,
    why: `When ${name} stops answering, nothing can be recovered from it.`,
    fix: anew ?? [`pcs stonith create fence_${name} AGENT pcmk_host_list=${name} …`],
  };
}

/** Why nobody could fence a node for which there are devices; nothing when somebody could. */
function unfencedNode(name: string, steps: readonly FencingStep[]): readonly Ailment[] {
  if (steps.some(({ usable }) => usable)) return [];
  const obstacles = steps.flatMap(({ level, devices, missing }) => [
    ...missing.map((id) => `level ${level ?? 1} names ${id}, which is not there or not for ${name}`),
    ...devices.flatMap(({ id, disabled, from }) =>
      disabled ? [`${id} is disabled`] : from.length === 0 ? [`${id} may run on no other node`] : [],
    ),
  ]);
  const disabled = steps.flatMap(({ devices }) => devices).filter((device) => device.disabled);
  return [
    {
      severity: 'error',
      fact: `${name} cannot be fenced: ${obstacles.join('; ')}`,
      why: `When ${name} stops answering, nothing can be recovered from it.`,
      fix: [
        ...disabled.map(({ id }) => `pcs stonith enable ${id}`),
        ...(disabled.length === 0 ? ['pcs constraint config', 'pcs stonith level config'] : []),
      ],
    },
  ];
}

/** The first device that would be tried on a node, and how long it waits; undefined when none can. */
async function firstShot(
  scheduler: Awaited<ReturnType<Facts['scheduler']>>,
  node: string,
): Promise<{ readonly id: string; readonly least: number; readonly most: number } | undefined> {
  const step = (await scheduler.fencingSteps(node)).find(({ usable }) => usable);
  const [device] = step?.devices ?? [];
  return device && { id: device.id, ...device.delay };
}
