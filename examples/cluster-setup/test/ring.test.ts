// Three nodes in a ring: each is fenced by the one before it in the file, and by nobody else.
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseCorosyncConf, Pcs, reads } from '@sleepi3/pcs';
import { FakeCluster } from '@sleepi3/pcs/testing';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { apply } from '../src/plan/apply.js';
import { plan } from '../src/plan/plan.js';
import { Reality } from '../src/plan/reality.js';
import { scriptFor } from '../src/plan/script.js';
import { allSteps, preparation } from '../src/plan/steps.js';
import { undoSteps } from '../src/plan/steps/undo.js';
import { useAgentsInPlace } from './agents-in-place.js';
import { FakePi } from './fake-pi.js';
import { instantClock } from './instant-clock.js';

const names = ['pi-a', 'pi-b', 'pi-c'] as const;
const fileOf = (order: readonly string[]) =>
  `nodes: [${order.map((name) => `{ name: ${name}, addresses: [192.168.11.${name.charCodeAt(3)}] }`).join(', ')}]\n`;
const designFor = (order: readonly string[]) => designOf(readClusterFile(fileOf(order), 'cluster.yaml'));
const design = designFor(names);
const real = haveRealParts('pcs', 'cibadmin', 'crm_simulate', 'crm_mon');
const timeout = 600_000;
const password = 'tr0ub4dor';
const host = () => ({ clock: instantClock(), password: async () => password });
const nothing = () =>
  new Pcs({ runner: { run: () => Promise.reject(Object.assign(new Error('not installed'), { code: 'ENOENT' })) } });

const ringOf = (cluster?: FakeCluster) => names.map((name) => new FakePi(name, cluster));
const realityOf = ([local, ...others]: readonly FakePi[], pcs: Pcs, destroyable: readonly string[] = []) =>
  new Reality({ local: local!, others, pcs, destroyable: new Set(destroyable) });

describe('the design of a ring', () => {
  it('has each device on the node before its target alone, which tells the agent so, without delay or preference', () => {
    expect(design.fences.map(({ target, shooter, bans }) => [target, shooter, bans.map(({ node }) => node)])).toEqual([
      ['pi-a', 'pi-c', ['pi-a', 'pi-b']],
      ['pi-b', 'pi-a', ['pi-b', 'pi-c']],
      ['pi-c', 'pi-b', ['pi-a', 'pi-c']],
    ]);
    for (const { options, target } of design.fences) {
      expect(options).toMatchObject({ peer: target, preferred: null, pcmk_delay_base: null, pcmk_host_list: target });
    }
  });

  it('is of two nodes what it was', () => {
    const [first] = designFor(['pi-a', 'pi-b']).fences;
    expect(first).toMatchObject({
      bans: [{ node: 'pi-a', id: 'fence_pi-a-not-on-pi-a' }],
      options: { peer: null, preferred: 'pi-a', pcmk_delay_base: '3s' },
    });
  });

  it('is no script: that cannot test wires', async () => {
    await expect(scriptFor(design)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('cluster-setup apply'),
    });
  });
});

describe('the nodes of a ring', () => {
  it('are prepared, each of them, with a wire that was never tested', async () => {
    const pis = ringOf();
    await apply(preparation(design, names), realityOf(pis, nothing()), host());
    for (const pi of pis) {
      expect(pi.fenceable).toBe(true);
      expect(pi.files.get('/etc/hosts')).toMatch(/192\.168\.11\.97\tpi-a[^]*\.98\tpi-b[^]*\.99\tpi-c/);
    }
    // Once more, as after an apply that was broken off between the cluster and the test of the wires.
    await apply(preparation(design, names), realityOf(pis, nothing()), host());
  });

  it('are three machines', async () => {
    const pis = ringOf();
    const says = (name: string, id: string) => `${name}\n${id}\n2: eth0 inet 192.168.11.${name.charCodeAt(3)}/24\n`;
    pis[0]!.identity = says('pi-a', 'one');
    pis[1]!.identity = says('pi-b', 'two');
    pis[2]!.identity = says('pi-c', 'two');
    await expect(apply(preparation(design, names), realityOf(pis, nothing()), host())).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('pi-c is the machine of pi-b (the same /etc/machine-id)'),
    });
  });

  it('have their wires tested one after the other, and nothing is fenced by one that is not sound', async () => {
    const wires = allSteps(design, realityOf(ringOf(), nothing())).find(({ id }) => id === 'wires')!;
    const pis = ringOf();
    const tested: string[] = [];
    for (const pi of pis)
      pi.onChange = (when, what) => {
        if (when === 'after') tested.push(`${pi.name}: ${what}`);
      };
    await apply([wires], realityOf(pis, nothing()), host());
    expect(tested).toEqual(names.map((name) => `${name}: /usr/sbin/fence_sleepi3 wire-test`));
    await apply([wires], realityOf(pis, nothing()), host());
    expect(tested).toHaveLength(3);

    const crooked = ringOf();
    crooked[1]!.wire = 'open';
    await expect(apply([wires], realityOf(crooked, nothing()), host())).rejects.toThrow(/pi-b.*wire-test/);
  });

  it('are waited for until their line keepers talk, and no longer than that', async () => {
    const wires = allSteps(design, realityOf(ringOf(), nothing())).find(({ id }) => id === 'wires')!;
    const pis = ringOf();
    pis[2]!.run = async () => ({ exitCode: 1, stdout: '', stderr: 'no line keeper answers' });
    await expect(apply([wires], realityOf(pis, nothing()), host())).rejects.toThrow(
      /waited 180 s until the line keepers of the nodes know of each other/,
    );
  });
});

describe.runIf(real)('a ring from bare nodes, with real pcs', () => {
  useAgentsInPlace();

  it(
    'is made with a majority of votes, each device where its wire begins; changes nothing when run again; and undo takes it away',
    async () => {
      await using cluster = await FakeCluster.create({ nodes: names, password });
      const pis = ringOf(cluster);
      const pcs = new Pcs({ runner: cluster });
      const reality = realityOf(pis, pcs);
      await apply(allSteps(design, reality), reality, host());
      const conf = parseCorosyncConf((await pis[0]!.readFile('/etc/corosync/corosync.conf')) ?? '');
      expect(conf.nodes.map(({ name, nodeId }) => [name, nodeId])).toEqual(names.map((name, at) => [name, at + 1]));
      expect(conf.quorum).not.toHaveProperty('two_node');
      const status = await pcs.run(reads.status());
      expect(design.fences.map(({ id }) => status.resource(id)?.startedOn)).toEqual([['pi-c'], ['pi-a'], ['pi-b']]);
      expect(status.resource('VIP')?.startedOn).toEqual(['pi-a']);
      expect(status.resource('Apache_container')?.startedOn).toHaveLength(3);

      cluster.requests.length = 0;
      const again = realityOf(pis, pcs);
      await apply(allSteps(design, again), again, host());
      expect(cluster.requests.filter(({ program }) => program === 'pcs')).toEqual([]);

      const other = designFor(['pi-a', 'pi-c', 'pi-b']);
      const planned = await plan(allSteps(other, again), realityOf(pis, pcs));
      expect(planned.find(({ step }) => step.id === 'setup')).toMatchObject({
        state: 'blocked',
        reason: { message: expect.stringContaining('by the numbers in corosync.conf it is pi-a, pi-b, pi-c') },
      });

      const back = realityOf(pis, pcs, ['apachecluster']);
      await apply(undoSteps(design, back), back, host());
      for (const pi of pis) expect(await pi.readFile('/etc/corosync/corosync.conf')).toBeUndefined();
    },
    timeout,
  );

  it(
    'comes of a cluster of two that goes on meanwhile: the new node is added, and nothing is fenced by a wire before it leads to the next node',
    async () => {
      await using cluster = await FakeCluster.create({ nodes: names, password });
      const pis = ringOf(cluster);
      const pcs = new Pcs({ runner: cluster });
      const two = designFor(['pi-a', 'pi-b']);
      const before = realityOf(pis.slice(0, 2), pcs);
      await apply(allSteps(two, before), before, host());

      const setupOf = async (order: readonly string[]) => {
        const planned = await plan(allSteps(designFor(order), realityOf(pis, pcs)), realityOf(pis, pcs));
        expect(planned.find(({ step }) => step.id === 'foreign')).toMatchObject({ state: 'done' });
        return planned.find(({ step }) => step.id === 'setup');
      };
      for (const order of [names, ['pi-c', 'pi-a', 'pi-b']]) {
        expect(await setupOf(order)).toMatchObject({
          state: 'to do',
          todo: { differences: [{ what: 'pi-c in the cluster', should: '192.168.11.99' }] },
        });
      }
      expect(await setupOf(['pi-a', 'pi-c', 'pi-b'])).toMatchObject({
        state: 'blocked',
        reason: { message: expect.stringContaining('by the numbers in corosync.conf it is pi-a, pi-b, pi-c') },
      });
      const fromOutside = new Reality({ local: pis[2]!, others: pis.slice(0, 2), pcs });
      const planned = await plan(allSteps(design, fromOutside), fromOutside);
      expect(planned.find(({ step }) => step.id === 'setup')).toMatchObject({
        state: 'blocked',
        reason: { message: expect.stringContaining('run this on pi-a or pi-b') },
      });

      // The wire of pi-b still leads to pi-a.
      const vip = (await pcs.run(reads.status())).resource('VIP')?.startedOn;
      pis[1]!.wire = 'open';
      await expect(apply(allSteps(design, realityOf(pis, pcs)), realityOf(pis, pcs), host())).rejects.toThrow(
        /pi-b.*wire-test/,
      );
      const conf = parseCorosyncConf((await pis[2]!.readFile('/etc/corosync/corosync.conf')) ?? '');
      expect(conf.nodes.map(({ name, nodeId }) => [name, nodeId])).toEqual(names.map((name, at) => [name, at + 1]));
      expect(conf.quorum).not.toHaveProperty('two_node');
      expect(cluster.running()).toEqual(names);
      // Meanwhile the device that fences pi-a could not start on pi-c, whose wire was not tested.
      await cluster.settle('--op-inject', 'fence_pi-a_start_0@pi-c=1');
      const counted = (await cluster.cib()).replace(/(name="fail-count-fence_pi-a#start_0" value=)"1"/, '$1"INFINITY"');
      await writeFile(cluster.cibFile, counted);
      expect((await pcs.run(reads.status())).failCount('fence_pi-a', 'pi-c')).toBe(Infinity);

      pis[1]!.wire = 'sound';
      await apply(allSteps(design, realityOf(pis, pcs)), realityOf(pis, pcs), host());
      const status = await pcs.run(reads.status());
      expect(design.fences.map(({ id }) => status.resource(id)?.startedOn)).toEqual([['pi-c'], ['pi-a'], ['pi-b']]);
      expect(status.resource('VIP')?.startedOn).toEqual(vip);
      expect(status.resource('Apache_container')?.startedOn).toHaveLength(3);

      cluster.requests.length = 0;
      const again = realityOf(pis, pcs);
      await apply(allSteps(design, again), again, host());
      expect(cluster.requests.filter(({ program }) => program === 'pcs')).toEqual([]);

      const withoutOne = realityOf(pis.slice(0, 2), pcs);
      const smaller = await plan(allSteps(two, withoutOne), withoutOne);
      expect(smaller.find(({ step }) => step.id === 'foreign')).toMatchObject({
        state: 'blocked',
        reason: {
          message: expect.stringMatching(/nodes that the file does not have \(pi-c\).*pcs cluster node remove pi-c$/),
        },
      });
    },
    timeout,
  );
});
