import { commands, Pcs } from '@sleepi3/pcs';
import { FakeCluster } from '@sleepi3/pcs/testing';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { tryOut } from '../src/doctor/trial.js';
import type { Action } from '../src/plan/step.js';

/** pcs takes up to two seconds a command where others want the processor too. */
const timeout = 180_000;

const push = (...changes: Extract<Action, { kind: 'push' }>['commands']): readonly Action[] => [
  { kind: 'push', commands: changes },
];

describe.runIf(haveRealParts('pcs', 'cibadmin', 'crm_simulate', 'crm_mon', 'fence_ipmilan'))(
  'a mend that is tried on a copy first',
  () => {
    it(
      'is not offered when less would run, fence or be recovered with it, and nothing was pushed',
      async () => {
        await using cluster = await FakeCluster.create({ nodes: ['n1', 'n2'], running: 'c' });
        const pcs = new Pcs({ runner: cluster });
        await pcs.property.set({ 'stonith-enabled': false });
        await pcs.resource.create('web', 'ocf:pacemaker:Dummy');
        // There is nothing to fence with: with fencing on, nothing would be recovered.
        const before = await cluster.cib();
        expect(await tryOut(push(commands.property.set({ 'stonith-enabled': true })), pcs)).toEqual([
          expect.stringMatching(/^web would no longer run when n[12] is lost$/),
        ]);
        expect(await cluster.cib()).toBe(before);

        await pcs.stonith.create('F', 'fence_ipmilan', { ip: '1.1.1.1', username: 'a', pcmk_host_list: 'n1 n2' });
        await pcs.property.set({ 'stonith-enabled': true });
        expect(await tryOut(push(commands.constraint.location.add('x', 'F', 'n2', '-INFINITY')), pcs)).toEqual([
          'n1 could no longer be fenced',
        ]);
        expect(await tryOut(push(commands.constraint.location.add('x', 'web', 'n2', '-INFINITY')), pcs)).toEqual([
          expect.stringMatching(/^web would no longer run when n[12] is lost$/),
        ]);
      },
      timeout,
    );

    it(
      'is offered when the cluster does no less with it, and when it touches no configuration',
      async () => {
        await using cluster = await FakeCluster.create({ nodes: ['n1', 'n2'], running: 'c' });
        const pcs = new Pcs({ runner: cluster });
        await pcs.stonith.create('F', 'fence_ipmilan', { ip: '1.1.1.1', username: 'a', pcmk_host_list: 'n1 n2' });
        await pcs.resource.create('web', 'ocf:pacemaker:Dummy');
        expect(await tryOut(push(commands.resource.defaults.update({ 'resource-stickiness': 100 })), pcs)).toEqual([]);
        cluster.requests.length = 0;
        expect(await tryOut([{ kind: 'run', node: 'n1', program: 'systemctl', argv: ['daemon-reload'] }], pcs)).toEqual(
          [],
        );
        expect(cluster.requests).toEqual([]);
      },
      timeout,
    );
  },
);
