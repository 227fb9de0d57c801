// Whether each node can be fenced, by which device, from where, and when that was last proven.
import { type ClusterConfiguration, commands, type ConfiguredPrimitive, valueIn } from '@sleepi3/pcs';
import { isBan, secondsOf } from '../cluster/elements.js';
import type { Ailment, Check } from './check.js';

/** Days after which fencing is to be proven again. */
const proofAge = 180;
/** What a fencing takes besides its hold (seconds). */
const besidesHold = 8;
const defaultHold = 12;

export const fenceChecks: readonly Check[] = [
  {
    id: 'stonith-enabled',
    of: 'cluster',
    title: 'stonith-enabled',
    needsCluster: true,
    look: async (facts) => {
      const value = (await facts.configuration()).property('stonith-enabled');
      if (value === undefined || isTrue(value)) return [];
      return [
        {
          severity: 'error',
          fact: `stonith-enabled is ${value}`,
          why: isFalse(value)
            ? 'A node that stops answering is not cut off: both may run the service and write at once.'
            : 'It is neither true nor false; what Pacemaker makes of it is chance.',
          fix: ['pcs property set stonith-enabled=true'],
          mend: [{ kind: 'push', commands: [commands.property.set({ 'stonith-enabled': true })] }],
        },
      ];
    },
  },
  {
    id: 'fence-devices',
    of: 'cluster',
    title: 'two fence devices, one for each node',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const names = configuration.nodes.map(({ name }) => name);
      const findings: Ailment[] = [];
      for (const device of configuration.stonithDevices) {
        const targets = hostList(device);
        if (device.type !== 'fence_sleepi3') continue;
        if (targets.length === 1) {
          if (!names.includes(targets[0] ?? '')) {
            findings.push({
              severity: 'error',
              fact: `the fence device ${device.id} is for ${targets.join()}, which is no node of this cluster`,
              why: 'It is never used, and the node that was meant has none.',
              fix: [`pcs stonith update ${device.id} pcmk_host_list=NODE`],
            });
          }
          continue;
        }
        findings.push({
          severity: 'error',
          fact: `the fence device ${device.id} is for ${targets.length === 0 ? 'whatever node is asked for' : targets.join(' and ')}`,
          why:
            'A wire reaches one node: the peer of where the device runs. One device for both says that it cut off a node that it ' +
            'cannot reach, and may shoot the wrong one.',
          fix: [
            ...names.flatMap((name) => [
              `pcs stonith create fence_${name} fence_sleepi3 pcmk_host_list=${name} pcmk_host_check=static-list`,
              `pcs constraint location fence_${name} avoids ${name}`,
            ]),
            `pcs stonith delete ${device.id}`,
          ],
        });
      }
      for (const name of names) {
        const devices = configuration.stonithDevices.filter((device) => hostList(device).includes(name));
        if (devices.length > 0) continue;
        findings.push({
          severity: 'error',
          fact: `no fence device is for ${name}`,
          why: `When ${name} stops answering, nothing can be recovered from it.`,
          fix: [
            `pcs stonith create fence_${name} fence_sleepi3 pcmk_host_list=${name} pcmk_host_check=static-list`,
            `pcs constraint location fence_${name} avoids ${name}`,
          ],
        });
      }
      return findings;
    },
  },
  {
    id: 'fence-bans',
    of: 'cluster',
    title: 'each fence device is banned from its own target',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      return singleTargets(configuration).flatMap(({ id, target }): Ailment[] => {
        if (configuration.constraints.some((one) => isBan(one, id, target))) return [];
        return [
          {
            severity: 'error',
            fact: `the fence device ${id} may run on ${target}, its own target`,
            why: 'From there the wire leads to the other node, and a node that is to be fenced cannot be trusted to do it.',
            fix: [`pcs constraint location ${id} avoids ${target}`],
            mend: [
              {
                kind: 'push',
                commands: [commands.constraint.location.add(`${id}-not-on-${target}`, id, target, '-INFINITY')],
              },
            ],
          },
        ];
      });
    },
  },
  {
    id: 'fence-delays',
    of: 'cluster',
    title: 'one node shoots first',
    needsCluster: true,
    look: async (facts) => {
      const devices = singleTargets(await facts.configuration());
      if (devices.length !== 2) return [];
      const delays = devices.map(({ device }) => secondsOf(option(device, 'pcmk_delay_base')) ?? 0);
      const [one = 0, other = 0] = delays;
      if (Math.abs(one - other) >= 1) return [];
      const [first] = devices;
      return [
        {
          severity: 'warning',
          fact: one === 0 && other === 0 ? 'no fence device has a delay' : `both fence devices wait ${one} s`,
          why: 'When only the link between the nodes is cut, both shoot at the same moment. Give the preferred node a start.',
          fix: [`pcs stonith update ${first?.id ?? ''} pcmk_delay_base=3s (the device of the preferred node)`],
        },
      ];
    },
  },
  {
    id: 'fence-timeouts',
    of: 'cluster',
    title: 'a fencing has the time that it takes',
    needsCluster: true,
    look: async (facts) =>
      singleTargets(await facts.configuration()).flatMap(({ id, device }): Ailment[] => {
        if (device.type !== 'fence_sleepi3') return [];
        const hold = Number(option(device, 'hold') ?? defaultHold);
        const needed = Math.max(60, 2 * hold + besidesHold);
        const short = ['pcmk_reboot_timeout', 'pcmk_off_timeout'].filter((name) => {
          const seconds = secondsOf(option(device, name));
          return seconds === undefined || seconds < 2 * hold + besidesHold;
        });
        if (short.length === 0) return [];
        const set = Object.fromEntries(short.map((name) => [name, `${needed}s`]));
        return [
          {
            severity: 'warning',
            fact: `${id}: ${short.map((name) => `${name} is ${option(device, name) ?? 'not set'}`).join(', ')}`,
            why: `The hold takes ${hold} s, and a disturbed one is begun again: killed in between, the fencing has failed. Not set, it hangs on the cluster's stonith-timeout.`,
            fix: [`pcs stonith update ${id} ${short.map((name) => `${name}=${needed}s`).join(' ')}`],
            mend: [{ kind: 'push', commands: [commands.stonith.update(id, set)] }],
          },
        ];
      }),
  },
  {
    id: 'fence-started',
    of: 'cluster',
    title: 'the fence devices run',
    needsCluster: true,
    look: async (facts) => {
      const status = await facts.status();
      const online = status.nodes.filter(({ online: is, type }) => is && type === 'member').map(({ name }) => name);
      return singleTargets(await facts.configuration()).flatMap(({ id, target }): Ailment[] => {
        // With its only possible place gone it cannot run.
        if (!online.some((name) => name !== target)) return [];
        const view = status.resource(id);
        if (view !== undefined && view.startedOn.length > 0 && !view.failed) return [];
        return [
          {
            severity: 'error',
            fact: `the fence device ${id} is ${view?.failed ? 'failed' : 'not started'}`,
            why: `Its monitor says that ${target} could not be cut off now.`,
            fix: ['fence_sleepi3 --action=monitor (on the other node, to see why)', `pcs stonith cleanup ${id}`],
          },
        ];
      });
    },
  },
  {
    id: 'fencing-proven',
    of: 'cluster',
    title: 'the last proven fencing',
    needsCluster: true,
    look: async (facts) => {
      const status = await facts.status();
      const events = status.fenceHistory?.events ?? [];
      const now = facts.date().getTime();
      return (await facts.configuration()).nodes.flatMap(({ name }): Ailment[] => {
        const ended = events.filter(
          ({ target, status: result, delegate }) => target === name && result !== 'pending' && delegate !== 'a human',
        );
        // Newest first.
        const [last] = ended;
        if (last?.status === 'failed') {
          return [
            {
              severity: 'error',
              fact: `the last fencing of ${name} failed${last.exitReason === undefined ? '' : `: ${last.exitReason}`}`,
              why: 'It will fail again when it matters, unless the reason is gone.',
              fix: [`pcs stonith fence ${name}`, `pcs stonith history cleanup ${name}`],
            },
          ];
        }
        const fix = [`pcs stonith fence ${name}`];
        if (last?.completed === undefined) {
          return [
            {
              severity: 'warning',
              fact: `no fencing of ${name} is on record`,
              why: 'Fencing that was never tried is a hope. The record is lost when both nodes were down at once.',
              fix,
            },
          ];
        }
        const days = Math.floor((now - last.completed.getTime()) / 86_400_000);
        if (days <= proofAge) return [];
        return [
          {
            severity: 'warning',
            fact: `${name} was last fenced ${days} days ago`,
            why: 'Wires, connectors and settings change unnoticed.',
            fix,
          },
        ];
      });
    },
  },
];

/** The fence devices for one node each. */
function singleTargets(
  configuration: ClusterConfiguration,
): readonly { readonly id: string; readonly target: string; readonly device: ConfiguredPrimitive }[] {
  return configuration.stonithDevices.flatMap((device) => {
    const [target, ...more] = hostList(device);
    return target === undefined || more.length > 0 ? [] : [{ id: device.id, target, device }];
  });
}

/** pcmk_host_list, which takes spaces, commas and semicolons between names. */
function hostList(device: ConfiguredPrimitive): readonly string[] {
  return (option(device, 'pcmk_host_list') ?? '').split(/[\s,;]+/).filter((name) => name !== '');
}

function option(device: ConfiguredPrimitive, name: string): string | undefined {
  return valueIn(device.instanceAttributes, name);
}

/** As Pacemaker's crm_is_true reads it. */
export function isTrue(value: string): boolean {
  return /^(?:true|on|yes|y|1)$/i.test(value);
}

function isFalse(value: string): boolean {
  return /^(?:false|off|no|n|0)$/i.test(value);
}
