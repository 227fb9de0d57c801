// The cluster through the real pcs, cibadmin and crm_mon, on a cluster whose daemons alone are played.
import { writeFile } from 'node:fs/promises';
import { isPcsError, parseClusterStatus, Pcs } from '@sleepi3/pcs';
import { FakeCluster, type FakeClusterSnapshot, WarmPcs } from '@sleepi3/pcs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import type { Cluster } from '../src/cluster/cluster.js';
import { lookAtGates } from '../src/look-at-gates.js';
import { changeLock, readLock, writeLock } from '../src/lock.js';
import { factsOf, pcsCluster } from '../src/cluster/pcs-cluster.js';
import { rightSettings } from '../src/read-settings.js';

const warm = new WarmPcs();
afterAll(() => warm[Symbol.asyncDispose]());

const settings = rightSettings({ given: { service: 'VIP', url: 'http://vip/', node: 'n1' }, hostname: 'n1' });

const isReal = haveRealParts('pcs', 'crm_simulate', 'crm_mon', 'cibadmin', 'fence_ipmilan');

describe.runIf(isReal)('a ring of three through pcs', () => {
  it('has every gate open that matters at a reboot, while each of its nodes is out in its turn and its device with it', async () => {
    const names = ['n1', 'n2', 'n3'] as const;
    await using fake = await FakeCluster.create({ nodes: names, running: 'c', tools: warm });
    const pcs = new Pcs({ runner: fake });
    for (const [place, target] of names.entries()) {
      const id = `fence_${target}`;
      await pcs.stonith.create(id, 'fence_ipmilan', { ip: '1.1.1.1', username: 'a', pcmk_host_list: target });
      for (const other of names) {
        if (other !== names.at(place - 1))
          await pcs.constraint.location.add(`${id}-not-${other}`, id, other, '-INFINITY');
      }
    }
    await pcs.resource.create('web', 'ocf:pacemaker:Dummy', {}, { clone: { meta: { interleave: true } } });
    await pcs.resource.create('VIP', 'ocf:heartbeat:IPaddr2', { ip: '10.0.0.1' });
    await pcs.constraint.colocation.add('VIP', 'web-clone');
    await pcs.resource.defaults.update({ 'resource-stickiness': 100 });
    const cluster = pcsCluster({ pcs, service: 'VIP', moveTimeout: 30 });
    const outside = {
      history: [],
      now: 0,
      board: undefined,
      probe: async () => ({ ok: true, fact: 'HTTP 200' }),
      inhibitors: async () => [],
    };
    for (const [place, node] of names.entries()) {
      const own = rightSettings({ given: { service: 'VIP', url: 'http://vip/', node }, hostname: node });
      const shut = async (which: 'all' | 'reboot') =>
        (await lookAtGates({ ...outside, facts: await cluster.facts(), settings: own }, which)).flatMap(
          ({ name, reason }) => (reason === undefined ? [] : [`${name}: ${reason}`]),
        );
      expect(await shut('all')).toEqual([]);
      await cluster.standby(node);
      const facts = await cluster.facts();
      expect(facts.votes).toMatchObject({ total: 3, needed: 2, own: 1 });
      const stopped = facts.fenceDevices.filter(({ startedOn }) => startedOn.length === 0).map(({ id }) => id);
      expect(stopped).toEqual([`fence_${names[(place + 1) % 3]!}`]);
      expect(facts.resources.filter(({ activeOn }) => activeOn.includes(node))).toEqual([]);
      expect(await shut('reboot')).toEqual([]);
      await cluster.unstandby(node);
    }
  });
});

describe.runIf(isReal)('a cluster through pcs', () => {
  let from: FakeClusterSnapshot;
  let fake: FakeCluster;
  let pcs: Pcs;
  let cluster: Cluster;

  beforeAll(async () => {
    fake = await FakeCluster.create({ nodes: ['n1', 'n2'], running: 'c', tools: warm });
    pcs = new Pcs({ runner: fake });
    await pcs.stonith.create('F', 'fence_ipmilan', { ip: '1.1.1.1', username: 'a', pcmk_host_list: 'n1 n2' });
    await pcs.resource.create('web', 'ocf:pacemaker:Dummy', {}, { clone: { meta: { interleave: true } } });
    await pcs.resource.create('VIP', 'ocf:heartbeat:IPaddr2', { ip: '10.0.0.1' });
    await pcs.constraint.colocation.add('VIP', 'web-clone');
    await pcs.resource.defaults.update({ 'resource-stickiness': 100 });
    from = await fake.snapshot();
    await fake[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    fake = await FakeCluster.create({ from, tools: warm });
    pcs = new Pcs({ runner: fake });
    cluster = pcsCluster({ pcs, service: 'VIP', moveTimeout: 30 });
  });
  afterEach(() => fake[Symbol.asyncDispose]());

  /** The gates that are shut, but for those of the outside. */
  async function shut() {
    const states = await lookAtGates(
      {
        facts: await cluster.facts(),
        settings,
        history: [],
        now: 0,
        board: undefined,
        probe: async () => ({ ok: true, fact: 'HTTP 200' }),
        inhibitors: async () => [],
      },
      'all',
    );
    return Object.fromEntries(states.flatMap(({ name, reason }) => (reason === undefined ? [] : [[name, reason]])));
  }

  it('finds every gate open in a sound cluster', async () => {
    expect(await shut()).toEqual({});
    const facts = await cluster.facts();
    expect(facts).toMatchObject({ controlled: true, quorate: true, fencingEnabled: true, lock: undefined });
    expect(facts.resources.find(({ id }) => id === 'web-clone')).toMatchObject({
      cloned: true,
      startedOn: ['n1', 'n2'],
    });
    expect(facts.resources.find(({ id }) => id === 'web')).toMatchObject({ cloned: true });
    expect(facts.resources.find(({ id }) => id === 'VIP')).toMatchObject({ cloned: false });
    expect(facts.resources.some(({ id }) => id === 'F')).toBe(false);
    expect(facts.fenceDevices).toEqual([expect.objectContaining({ id: 'F', monitorInterval: 60, monitorResult: 0 })]);
  });

  it('refuses a turn while the quorum device gives no vote', async () => {
    fake.knownHosts.add('q');
    await pcs.quorum.device.add({ model: { host: 'q', algorithm: 'ffsplit' } });
    expect((await cluster.facts()).votes).toEqual({ total: 3, needed: 2, own: 1, device: 1 });
    expect(await shut()).toEqual({});
    fake.deviceAnswers = false;
    expect(await shut()).toEqual({ votes: expect.stringContaining('pcs quorum device status') });
  });

  it('has every gate open with clones and bundles that have fewer copies than there are nodes, and counts these', async () => {
    await pcs.resource.create('few', 'ocf:pacemaker:Dummy', {}, { clone: { meta: { 'clone-max': 1 } } });
    const unique = { 'globally-unique': true, 'clone-max': 2, 'clone-node-max': 2 };
    await pcs.resource.create('own', 'ocf:pacemaker:Dummy', {}, { clone: { meta: unique } });
    const bundle = '<bundle id="httpd"><docker image="httpd" replicas="1"/></bundle>';
    await writeFile(fake.cibFile, (await fake.cib()).replace('</resources>', `${bundle}</resources>`));
    await fake.settle();
    const copies = async () => {
      const { resources } = await cluster.facts();
      return ['VIP', 'web-clone', 'web', 'few-clone', 'own-clone', 'httpd'].map(
        (id) => resources.find((one) => one.id === id)?.copies,
      );
    };
    expect(await shut()).toEqual({});
    expect(await copies()).toEqual([1, 2, 2, 1, 2, 1]);
    await cluster.standby('n1');
    // One node may run both copies of own-clone, and all else that has no copy for each node.
    expect(await copies()).toEqual([1, 1, 1, 1, 2, 1]);
    await cluster.unstandby('n1');
    expect(await copies()).toEqual([1, 2, 2, 1, 2, 1]);
    expect(await shut()).toEqual({});
  });

  it('drains a node by standby and lets it run resources again', async () => {
    await cluster.standby('n1');
    const facts = await cluster.facts();
    expect(facts.nodes.find(({ name }) => name === 'n1')).toMatchObject({ standby: true, online: true });
    expect(facts.resources.filter(({ activeOn }) => activeOn.includes('n1'))).toEqual([]);
    expect(await shut()).toMatchObject({ self: expect.stringContaining('pcs node unstandby n1') });
    await cluster.unstandby('n1');
    expect(await shut()).toEqual({});
  });

  it('moves the service and leaves no constraint', async () => {
    const before = (await cluster.facts()).resources.find(({ id }) => id === 'VIP')?.startedOn[0];
    const target = before === 'n1' ? 'n2' : 'n1';
    await cluster.move('VIP', target);
    const facts = await cluster.facts();
    expect(facts.resources.find(({ id }) => id === 'VIP')?.startedOn).toEqual([target]);
    expect(facts.leftConstraints).toEqual([]);
  });

  it('finds a constraint that a move has left, and removes it by its id', async () => {
    await pcs.resource.ban('VIP', { node: 'n2' });
    expect(await shut()).toMatchObject({ constraints: expect.stringContaining('cli-ban-VIP-on-n2') });
    await cluster.removeConstraints((await cluster.facts()).leftConstraints);
    expect(await shut()).toEqual({});
  });

  it('refuses settings with which the service would be lost or move twice', async () => {
    const cases = [
      [() => pcs.property.set({ 'shutdown-lock': true }), 'shutdown-lock'],
      [() => pcs.property.set({ 'no-quorum-policy': 'ignore' }), 'no-quorum-policy'],
      [() => pcs.resource.defaults.update({ 'resource-stickiness': 0 }), 'resource-stickiness'],
    ] as const;
    for (const [change, said] of cases) {
      const { cib } = from;
      await change();
      expect(await shut(), cib).toMatchObject({ settings: expect.stringContaining(said) });
      await fake[Symbol.asyncDispose]();
      fake = await FakeCluster.create({ from, tools: warm });
      pcs = new Pcs({ runner: fake });
      cluster = pcsCluster({ pcs, service: 'VIP', moveTimeout: 30 });
    }
  });

  it('reads settings in every spelling that Pacemaker takes', async () => {
    const property = (name: string, value: string) => (cib: string) =>
      cib.replace(
        /(<cluster_property_set id="cib-bootstrap-options">)/,
        `$1<nvpair id="x" name="${name}" value="${value}"/>`,
      );
    const stickiness = (value: string) => (cib: string) =>
      cib.replace('name="resource-stickiness" value="100"', `name="resource-stickiness" value="${value}"`);
    const cases = [
      [property('no-quorum-policy', 'Ignore'), { settings: 'no-quorum-policy=ignore' }],
      [property('startup-fencing', 'OFF'), { settings: 'startup-fencing=false' }],
      [property('shutdown-lock', 'y'), { settings: 'shutdown-lock=true' }],
      [stickiness('+INFINITY'), {}],
      // In small letters it is no number, and counts as 0.
      [stickiness('infinity'), { settings: 'resource-stickiness of VIP is 0' }],
    ] as const;
    const whole = await fake.cib();
    for (const [change, expected] of cases) {
      expect(change(whole)).not.toBe(whole);
      await writeFile(fake.cibFile, change(whole));
      const found = await shut();
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      for (const [gate, said] of Object.entries(expected)) expect(found[gate]).toContain(said);
    }
  });

  it('says of a fencing that is pending how to be rid of one that never ends', async () => {
    const { stdout } = await fake.tool('crm_mon', ['-1', '--inactive', '--output-as=xml']);
    const pending =
      '<fence_history><fence_event status="pending" extended-status="1" action="reboot" target="n2" client="x.1" origin="n1"/></fence_history>';
    const xml = stdout.toString('utf8').replace('</resources>', `</resources>${pending}`);
    expect(
      factsOf(parseClusterStatus(xml), await pcs.cib.config(), 'VIP', await pcs.quorum.status()).unsettled,
    ).toEqual([
      'fencing (reboot) of n2, which n1 asked for, is pending; one that is not under way ends when the cluster is restarted ' +
        'on n1: pcs cluster stop n1, then pcs cluster start n1',
    ]);
  });

  it('does not miss a spare fence device that is disabled', async () => {
    await pcs.stonith.create('spare', 'fence_ipmilan', { ip: '1.1.1.2', username: 'a', pcmk_host_list: 'n1 n2' });
    await pcs.stonith.disable('spare');
    expect(await shut()).toEqual({});
  });

  it('finds what would stay on the node because it is not managed, and only there', async () => {
    await pcs.resource.unmanage('web');
    const { managed = '', ...others } = await shut();
    expect(others).toEqual({});
    const [, advised = ''] =
      /^web\S* is not managed and would stay on n1: pcs resource manage (\S+)$/.exec(managed) ?? [];
    await pcs.resource.manage(advised);
    expect(await shut()).toEqual({});
    for (const [node, gates] of [
      ['n2', ['service']],
      ['n1', ['service', 'managed']],
    ] as const) {
      const at = (await pcs.status()).resource('VIP')?.startedOn[0];
      if (at !== node) await cluster.move('VIP', node);
      await pcs.resource.unmanage('VIP');
      expect(Object.keys(await shut()), node).toEqual(gates);
      await pcs.resource.manage('VIP');
    }
  });

  it('finds fencing that is off, and no fence device', async () => {
    await pcs.property.set({ 'stonith-enabled': false });
    expect(await shut()).toMatchObject({ fencing: expect.stringContaining('stonith-enabled') });
    await pcs.property.set({ 'stonith-enabled': true });
    await pcs.stonith.delete('F', { force: true });
    expect(await shut()).toMatchObject({ fencing: 'there is no fence device' });
  });

  it('finds a node that is down', async () => {
    await fake.nodeDown('n2');
    expect(await shut()).toMatchObject({ others: 'node n2 is offline' });
  });

  it('says that the cluster is not running, and never that it is empty', async () => {
    await fake.nodeDown('n1');
    await expect(cluster.facts()).rejects.toSatisfy((error) => isPcsError(error, 'NOT_RUNNING'));
  });

  describe('the lock', () => {
    const record = { roll: '2026-06-01T0301-k3v9x2mp', holder: { node: 'n1', boot: 'b-1', expires: 12 }, done: ['n2'] };

    it('is taken by the first alone, changed by whoever knows what it says, and released by them', async () => {
      const mine = writeLock(record);
      expect(await cluster.compareAndSetLock(undefined, mine)).toBe(true);
      expect(await cluster.compareAndSetLock(undefined, 'roll=other')).toBe(false);
      expect(readLock((await cluster.facts()).lock)).toEqual(record);
      expect(await cluster.compareAndSetLock('roll=stale', 'roll=other')).toBe(false);
      expect(await cluster.compareAndSetLock(mine, 'roll=next')).toBe(true);
      expect((await cluster.facts()).lock).toBe('roll=next');
      await cluster.compareAndSetLock(mine, undefined);
      expect((await cluster.facts()).lock).toBe('roll=next');
      await cluster.compareAndSetLock('roll=next', undefined);
      expect((await cluster.facts()).lock).toBeUndefined();
    });

    it('outlives every other change of the configuration, and is in nobody’s way', async () => {
      const mine = writeLock(record);
      await cluster.compareAndSetLock(undefined, mine);
      await pcs.property.set({ 'maintenance-mode': true });
      await cluster.standby('n2');
      expect((await cluster.facts()).lock).toBe(mine);
      expect((await pcs.cib.config()).property('maintenance-mode')).toBe('true');
    });

    it('is removed as one that cannot be read, too', async () => {
      await cluster.compareAndSetLock(undefined, 'who=someone');
      const { lock } = await cluster.facts();
      expect(() => readLock(lock)).toThrow('rolling-reboot abort --force');
      await cluster.removeLock();
      expect((await cluster.facts()).lock).toBeUndefined();
    });

    it('is changed on from what another has written in between', async () => {
      await cluster.compareAndSetLock(undefined, 'roll=a');
      let raced = false;
      const racing: Cluster = {
        ...cluster,
        compareAndSetLock: async (before, after) => {
          if (!raced) await cluster.compareAndSetLock('roll=a', 'roll=a done=n2');
          raced = true;
          return cluster.compareAndSetLock(before, after);
        },
      };
      await changeLock(racing, (found) => ({ roll: 'a', done: [...(found?.done ?? []), 'n1'] }));
      expect((await cluster.facts()).lock).toBe('roll=a done=n2,n1');
    });
  });
});
