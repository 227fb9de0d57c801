// Whether fencing would work now, and when it was last proven.
import { fenceDevicesFor, fenceDevicesIn, nodeNamed, sameName } from '@sleepi3/pcs';
import { type Ailment, type Check, judgeEach } from '../check.js';
import { isWire, targetsAmong } from './fence-devices.js';

/** Days after which fencing is to be proven again. */
const proofAge = 180;

export const fencingChecks: readonly Check[] = [
  {
    id: 'fence-started',
    of: 'cluster',
    title: 'the fence devices run',
    needsCluster: true,
    look: async (facts) => {
      const status = await facts.status();
      const configuration = await facts.configuration();
      const scheduler = await facts.scheduler();
      const able = status.members.filter(
        ({ online, standby, standbyOnFail, maintenance }) => online && !standby && !standbyOnFail && !maintenance,
      );
      const runs = (id: string) => {
        const view = status.resource(id);
        return view !== undefined && view.startedOn.length > 0 && !view.failed;
      };
      const findings: Ailment[] = [];
      for (const device of fenceDevicesIn(configuration)) {
        const { id, disabled } = device;
        if (disabled || runs(id)) continue;
        // With its only possible place gone it cannot run.
        const places = await scheduler.mayRunOn(id);
        if (!places.some((name) => nodeNamed(able, name) !== undefined)) continue;
        const targets = targetsAmong(device, configuration.members);
        const alone = targets.filter(
          (target) => !fenceDevicesFor(configuration, target).some((other) => other.id !== id && runs(other.id)),
        );
        findings.push({
          severity: alone.length > 0 || targets.length === 0 ? 'error' : 'warning',
          fact: `the fence device ${id} is ${status.resource(id)?.failed === true ? 'failed' : 'not started'}`,
          why:
            alone.length > 0
              ? `Its monitor says that ${alone.join(' and ')} could not be cut off now.`
              : 'Its monitor says that it would not work now. Other devices are left to fence with.',
          fix: [
            ...(isWire(device) ? ['fence_sleepi3 --action=monitor (on the other node, to see why)'] : []),
            `pcs stonith cleanup ${id}`,
          ],
        });
      }
      return findings;
    },
  },
  {
    id: 'pending-fencing',
    of: 'cluster',
    title: 'no fencing is pending',
    needsCluster: true,
    look: async (facts) =>
      judgeEach(
        (await facts.status()).pendingFencing,
        'a pending fencing',
        ({ target, action, origin }): readonly Ailment[] => [
          {
            severity: 'warning',
            fact: `a fencing of ${target} (${action}), which ${origin} asked for, is pending`,
            why:
              'Unless it is under way right now, it never ends: the fencer that asked for it has ended without it, and a cleanup of ' +
              'the history keeps what is pending. As long as it stands there, no node is rebooted in its turn.',
            fix: [
              'pcs stonith history (again, in a minute)',
              `pcs cluster stop ${origin} && pcs cluster start ${origin}`,
              `pcs stonith history cleanup ${target}`,
            ],
          },
        ],
      ),
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
      return judgeEach((await facts.configuration()).members, 'the node', ({ name }): readonly Ailment[] => {
        const ended = events.filter(
          ({ target, status: result, delegate }) =>
            sameName(target, name) && result !== 'pending' && delegate !== 'a human',
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
        if (days < 0) {
          return [
            {
              severity: 'warning',
              fact: `the last fencing of ${name} is on record for a time that has not come, ${last.completed.toISOString()}`,
              why: 'A clock was wrong then, or is now; when fencing was last proven is not known.',
              fix: ['timedatectl (on both nodes)', ...fix],
            },
          ];
        }
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
