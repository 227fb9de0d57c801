import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { type EnsureCalls, type Ensured, Pcs } from '../src/index.js';
import { FakeCluster, type FakeClusterSnapshot, WarmPcs } from '../src/testing/index.js';

const warm = new WarmPcs();
const unchanged = { changed: false, differences: [], changes: [] };
afterAll(() => warm[Symbol.asyncDispose]());

describe.runIf(haveRealParts('pcs', 'crm_simulate', 'cibadmin', 'fence_ipmilan'))('ensure', () => {
  let from: FakeClusterSnapshot;
  let cluster: FakeCluster;
  let pcs: Pcs;
  beforeAll(async () => {
    cluster = await FakeCluster.create({ nodes: ['n1', 'n2'], running: 'c', tools: warm });
    pcs = new Pcs({ runner: cluster });
    await pcs.transaction(async (tx) => {
      await tx.stonith.create('F', 'fence_ipmilan', { ip: '1.1.1.1', username: 'a' });
      await tx.resource.create('A', 'ocf:pacemaker:Dummy', { fake: 'x' });
      await tx.resource.create('B', 'ocf:pacemaker:Dummy', {}, { clone: { id: 'Bs' } });
    });
    from = await cluster.snapshot();
    await cluster[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    cluster = await FakeCluster.create({ from, tools: warm });
    pcs = new Pcs({ runner: cluster });
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  const calls: Readonly<Record<string, (ensure: EnsureCalls) => Promise<Ensured>>> = {
    'a property': (ensure) =>
      ensure.property({ 'stonith-enabled': true, 'no-quorum-policy': 'stop', 'batch-limit': null }),
    'a new resource': (ensure) =>
      ensure.resource(
        'N',
        'ocf:pacemaker:Dummy',
        { fake: 'y' },
        { meta: { 'resource-stickiness': 3 }, op: { monitor: { interval: '33s' } } },
      ),
    'an option of a resource': (ensure) => ensure.resource('A', 'Dummy', { fake: 'z' }),
    'an operation of a resource': (ensure) =>
      ensure.resource('A', 'ocf:pacemaker:Dummy', {}, { op: { monitor: { interval: '10s', timeout: '55s' } } }),
    'a meta attribute of a resource': (ensure) =>
      ensure.resource('A', 'ocf:pacemaker:Dummy', {}, { meta: { 'is-managed': false } }),
    'a new fence device': (ensure) => ensure.stonith('G', 'fence_ipmilan', { ip: '2.2.2.2', username: 'a' }),
    'an option of a fence device': (ensure) => ensure.stonith('F', 'fence_ipmilan', { ip: '3.3.3.3' }),
    'a new clone': (ensure) => ensure.clone('A', { meta: { interleave: true } }),
    'a meta attribute of a clone': (ensure) => ensure.clone('B', { id: 'Bs', meta: { interleave: true } }),
    'a meta attribute': (ensure) => ensure.meta('Bs', { interleave: true }),
    defaults: (ensure) => ensure.resourceDefaults({ 'resource-stickiness': 100 }),
    'a colocation': (ensure) => ensure.colocation('A', { resource: 'Bs', role: 'Started' }, { score: 50 }),
    'an order': (ensure) => ensure.order('Bs', 'A'),
    'an order of promoting': (ensure) =>
      ensure.order(
        { resource: 'Bs', action: 'promote' },
        { resource: 'A', action: 'start' },
        { kind: 'Optional', symmetrical: false },
      ),
    'a serial order': (ensure) => ensure.order('Bs', 'A', { kind: 'Serialize' }),
    'preferred nodes': (ensure) => ensure.locationPrefers('A', { n1: 10, n2: 'INFINITY' }),
  };

  it.each(Object.entries(calls))('brings about %s, and the second time changes nothing', async (_title, call) => {
    const first = await call(pcs.ensure);
    expect(first.changed).toBe(true);
    const after = await cluster.cib();
    const requests = cluster.requests.length;
    expect(await call(pcs.ensure)).toEqual(unchanged);
    expect(await cluster.cib()).toBe(after);
    expect(cluster.requests.slice(requests).map(({ program }) => program)).toEqual(['cibadmin']);
  });

  it('leaves what is there in another spelling of the same', async () => {
    await pcs.transaction(async (tx) => {
      await tx.resource.update(
        'A',
        {},
        { op: { monitor: { interval: '1min', timeout: '20' } }, meta: { 'is-managed': 'Off' } },
      );
      await tx.stonith.update('F', { pcmk_delay_base: '3' });
    });
    const monitor = { interval: '60s', timeout: '20s' };
    const settings = { op: { monitor }, meta: { 'is-managed': false } };
    await expect(pcs.ensure.resource('A', 'ocf::pacemaker:Dummy', { fake: 'x' }, settings)).resolves.toEqual(unchanged);
    await expect(pcs.ensure.stonith('F', 'fence_ipmilan', { pcmk_delay_base: 'PT3S' })).resolves.toEqual(unchanged);
    await expect(pcs.ensure.stonith('F', 'fence_ipmilan', { username: 'A' })).resolves.toMatchObject({ changed: true });
  });

  it('adds only the nodes that are missing', async () => {
    await pcs.constraint.location.prefers('A', { n1: 10 });
    await pcs.ensure.locationPrefers('A', { n1: 10, n2: 20 });
    expect(cluster.requests.at(-1)?.argv.at(-1)).toBe('n2=20');
  });

  it('works in a transaction too', async () => {
    const { changed } = await pcs.transaction(async (tx) => {
      expect((await tx.ensure.property({ 'batch-limit': 4 })).changed).toBe(true);
      expect((await tx.ensure.property({ 'batch-limit': 4 })).changed).toBe(false);
    });
    expect(changed).toBe(true);
  });

  it('never turns one thing into another', async () => {
    const exists = { code: 'ALREADY_EXISTS' };
    await expect(pcs.ensure.resource('A', 'ocf:heartbeat:IPaddr2', { ip: '1.1.1.1' })).rejects.toMatchObject(exists);
    await expect(pcs.ensure.resource('Bs', 'ocf:pacemaker:Dummy')).rejects.toMatchObject(exists);
    await expect(pcs.ensure.stonith('A', 'fence_ipmilan', { ip: '1' })).rejects.toMatchObject(exists);
    await expect(pcs.ensure.clone('B', { id: 'other' })).rejects.toMatchObject(exists);
    await expect(pcs.ensure.meta('nosuch', { a: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await pcs.constraint.colocation.add('A', 'Bs');
    await expect(pcs.ensure.colocation('A', 'Bs', { score: '-INFINITY' })).rejects.toMatchObject(exists);
    await expect(pcs.ensure.colocation('A', 'Bs', { score: 1_000_000 })).resolves.toEqual(unchanged);
    await pcs.constraint.order.add('Bs', 'A', { kind: 'Optional' });
    await expect(pcs.ensure.order('Bs', 'A')).rejects.toMatchObject(exists);
  });

  it('refuses what is wrong even where nothing would change', async () => {
    await expect(pcs.ensure.property({ 'stonith-enabled': 'ture' as never })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(pcs.ensure.property({})).resolves.toEqual(unchanged);
  });
});
