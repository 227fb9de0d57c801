import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { commands, Pcs, type RunRequest } from '../src/index.js';
import {
  answer,
  FakeCluster,
  type FakeClusterOptions,
  type FakeClusterSnapshot,
  WarmPcs,
} from '../src/testing/index.js';

const NODES = ['raspberrypi-1', 'raspberrypi-2'];
let cluster: FakeCluster;
let pcs: Pcs;

const warm = new WarmPcs();
const begin = async (options: FakeClusterOptions) => {
  cluster = await FakeCluster.create({ ...options, tools: warm });
  pcs = new Pcs({ runner: cluster });
};
afterAll(() => warm[Symbol.asyncDispose]());
/** The words of every pcs call so far that changes something. */
const said = () => cluster.requests.filter(({ program }) => program === 'pcs').map(({ argv }) => argv.join(' '));
const calls = (request: RunRequest, ...words: readonly string[]) => request.argv.join(' ').includes(words.join(' '));

const isReal = haveRealParts('pcs', 'crm_simulate', 'crm_mon', 'cibadmin', 'fence_ipmilan');
describe.runIf(isReal)('Pcs on a fake cluster', () => {
  afterEach(() => cluster[Symbol.asyncDispose]());

  it('does all of the article', async () => {
    await begin({ nodes: NODES });
    const nodes = ['raspberrypi-1', 'raspberrypi-2'];
    await expect(pcs.cluster.setup('apachecluster', nodes)).rejects.toMatchObject({ code: 'NOT_AUTHENTICATED' });
    await pcs.host.auth(nodes, { password: 'secret' });
    await pcs.cluster.setup('apachecluster', nodes);
    await expect(pcs.status()).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    await pcs.cluster.start({ all: true });
    const { warnings } = await pcs.property.set({ 'stonith-enabled': true, 'no-quorum-policy': 'ignore' });
    expect(warnings.join()).toMatch(/wait_for_all/);
    // With STONITH on and no device nothing may start: the article creates the device last, and stays Stopped until then.
    await pcs.resource.create('Apache_container', 'ocf:heartbeat:docker', {
      image: 'httpd',
      name: 'httpd-test',
      run_opts: '--name httpd-test -p 80:80',
    });
    expect((await pcs.status()).resource('Apache_container')?.startedOn).toEqual([]);
    await pcs.stonith.create('fence_raspi', 'fence_ipmilan', {
      ip: '192.168.11.1',
      username: 'admin',
      pcmk_host_list: 'raspberrypi-1 raspberrypi-2',
      pcmk_host_check: 'static-list',
    });
    await pcs.resource.create('VIP', 'ocf:heartbeat:IPaddr2', { ip: '192.168.11.215', cidr_netmask: 24 });
    await pcs.constraint.colocation.add('VIP', 'Apache_container');
    const on = async () => {
      const status = await pcs.status();
      expect(status.resource('VIP')?.startedOn).toEqual(status.resource('Apache_container')?.startedOn);
      return status.resource('VIP')?.startedOn;
    };
    const [first = ''] = (await on()) ?? [];
    const other = nodes.find((name) => name !== first) ?? '';
    await pcs.node.standby(first);
    expect(await on()).toEqual([other]);
    await pcs.node.unstandby(first);
    await pcs.resource.move('VIP', { node: first, wait: 60 });
    expect(await on()).toEqual([first]);
    await pcs.stonith.fence(other);
    expect(cluster.fencings).toEqual([{ node: other, action: 'reboot' }]);
    expect((await pcs.cib.config()).resource('VIP')).toBeDefined();
    await pcs.cluster.destroy('apachecluster', { all: true });
    expect(cluster.running()).toEqual([]);
  });

  describe('that runs', () => {
    let from: FakeClusterSnapshot;
    beforeAll(async () => {
      await begin({ nodes: NODES, running: 'web' });
      await pcs.property.set({ 'stonith-enabled': false });
      await pcs.resource.create('VIP', 'ocf:heartbeat:IPaddr2', { ip: '192.168.11.215' });
      from = await cluster.snapshot();
      await cluster[Symbol.asyncDispose]();
    });
    beforeEach(() => begin({ from }));

    const whereIsVip = async () => (await pcs.status()).resource('VIP')?.startedOn;
    const constraints = async () => (await cluster.cib()).match(/<rsc_location[^>]*>/g) ?? [];

    it('moves a resource and leaves no constraint; moving it to where it is is a success', async () => {
      const [from] = (await whereIsVip()) ?? [];
      const to = NODES.find((name) => name !== from) ?? '';
      expect(await pcs.resource.move('VIP', { node: to })).toEqual({ moved: true, warnings: [] });
      expect(await whereIsVip()).toEqual([to]);
      const before = said().length;
      expect(await pcs.resource.move('VIP', { node: to })).toEqual({ moved: false, warnings: [] });
      expect(said()).toHaveLength(before);
      expect(await constraints()).toEqual([]);
    });

    it('removes what a failed move leaves behind, and nothing that was there before', async () => {
      const [from = ''] = (await whereIsVip()) ?? [];
      const to = NODES.find((name) => name !== from) ?? '';
      await pcs.resource.create('Other', 'ocf:pacemaker:Dummy');
      await pcs.resource.ban('Other', { node: to });
      // What pcs 0.11.5 does when it times out after its first step (observed).
      cluster.intercept = async (request) => {
        if (!calls(request, 'resource move VIP')) return undefined;
        await cluster.tool('pcs', ['-f', cluster.cibFile, '--', 'resource', 'ban', 'VIP', from]);
        return answer({ exitCode: 1, stderr: 'Error: waiting timeout\n\nError performing operation: Timer expired\n' });
      };
      await expect(pcs.resource.move('VIP', { node: to, wait: 1 })).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
      expect((await constraints()).join()).toMatch(/^<rsc_location id="cli-ban-Other-on-[^>]*>$/);
    });

    it('removes it also when the caller aborts the move', async () => {
      const abort = new AbortController();
      const aborted = new Pcs({ runner: cluster, signal: abort.signal });
      const to = NODES.find((name) => name !== 'raspberrypi-1') ?? '';
      cluster.intercept = async (request) => {
        if (!calls(request, 'resource move VIP')) return undefined;
        await cluster.tool('pcs', ['-f', cluster.cibFile, '--', 'resource', 'ban', 'VIP', 'raspberrypi-1']);
        abort.abort();
        throw abort.signal.reason;
      };
      await expect(
        aborted.resource.move('VIP', { node: (await whereIsVip())?.includes(to) ? 'raspberrypi-1' : to }),
      ).rejects.toMatchObject({ code: 'ABORTED' });
      expect(await constraints()).toEqual([]);
    });

    it('says so when what a failed move left behind could not be removed either', async () => {
      cluster.intercept = async (request) => {
        if (calls(request, 'constraint delete')) return answer({ exitCode: 1, stderr: 'Error: no\n' });
        if (!calls(request, 'resource move VIP')) return undefined;
        await cluster.tool('pcs', ['-f', cluster.cibFile, '--', 'resource', 'ban', 'VIP', 'raspberrypi-1']);
        return answer({ exitCode: 1, stderr: 'Error: waiting timeout\n' });
      };
      await expect(pcs.resource.move('VIP')).rejects.toMatchObject({
        code: 'WAIT_TIMEOUT',
        message: expect.stringContaining('pcs resource clear VIP') as string,
        cause: { errors: [{ code: 'WAIT_TIMEOUT' }, { code: 'REFUSED' }] },
      });
    });

    it('moves on a pcs that leaves its constraint behind, and removes that', async () => {
      const [from] = (await whereIsVip()) ?? [];
      const to = NODES.find((name) => name !== from) ?? '';
      cluster.intercept = async (request) => {
        if (request.argv.includes('--version')) return answer({ stdout: '0.10.8\npcmk.cib.get\n' });
        if (!calls(request, 'resource move VIP')) return undefined;
        await cluster.tool('pcs', ['-f', cluster.cibFile, '--', 'resource', 'move-with-constraint', 'VIP', to]);
        await cluster.settle();
        return answer();
      };
      await expect(pcs.resource.move('VIP', { node: to, strict: true })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      expect(await pcs.resource.move('VIP', { node: to })).toMatchObject({ moved: true });
      expect(said().find((words) => words.includes('resource move VIP'))).toBe(`--wait=60 -- resource move VIP ${to}`);
      expect(await constraints()).toEqual([]);
    });

    it('destroys only the cluster that was named', async () => {
      await expect(pcs.cluster.destroy('wbe', { all: true })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(cluster.running()).toEqual(NODES);
      expect(said().some((words) => words.includes('destroy'))).toBe(false);
      await pcs.cluster.destroy('web');
      expect(cluster.running()).toEqual(['raspberrypi-2']);
      await expect(pcs.cluster.destroy('web')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('confirms only a node that there is', async () => {
      await expect(pcs.stonith.confirm('nosuch', { yes: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(said().some((words) => words.includes('confirm'))).toBe(false);
      await pcs.stonith.confirm('raspberrypi-2', { yes: true });
      const option = (await pcs.features()).has('pcs.yes-to-confirm-commands') ? '--yes' : '--force';
      expect(said().filter((words) => words.includes('confirm'))).toEqual([
        `${option} -- stonith confirm raspberrypi-2`,
      ]);
    });

    it('pushes several changes as one, and none when one of them fails', async () => {
      const { changed, value } = await pcs.transaction(async (tx) => {
        await tx.resource.create('Web', 'ocf:pacemaker:Dummy');
        await tx.resource.clone('Web', { meta: { interleave: true } });
        await tx.constraint.order.add('Web-clone', 'VIP');
        expect((await tx.cib.config()).resource('Web-clone')).toBeDefined();
        expect((await pcs.cib.config()).resource('Web-clone')).toBeUndefined();
        return 7;
      });
      expect({ changed, value }).toEqual({ changed: true, value: 7 });
      expect((await pcs.status()).resource('Web-clone')?.startedOn).toHaveLength(2);
      const before = await cluster.cib();
      await expect(
        pcs.transaction(async (tx) => {
          await tx.resource.delete('Web-clone');
          await tx.resource.enable('nosuch');
        }),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await cluster.cib()).toBe(before);
    });

    it('pushes nothing when nothing changed', async () => {
      expect(await pcs.transaction(() => 'nothing')).toEqual({ value: 'nothing', changed: false });
      expect(said().some((words) => words.includes('cib-push'))).toBe(false);
    });

    it('keeps what someone else changed meanwhile, and tells of a conflict when it was the same', async () => {
      await pcs.transaction(async (tx) => {
        await tx.resource.meta('VIP', { 'resource-stickiness': 5 });
        await pcs.property.set({ 'batch-limit': 9 });
      });
      const cib = await cluster.cib();
      expect(cib).toMatch(/name="batch-limit" value="9"/);
      expect(cib).toMatch(/name="resource-stickiness" value="5"/);
      await expect(
        pcs.transaction(async (tx) => {
          await tx.resource.update('VIP', { cidr_netmask: 25 });
          await pcs.resource.delete('VIP');
        }),
      ).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('takes into a transaction only what works on a copy, and waits only for the push', async () => {
      const invalid = { code: 'INVALID_ARGUMENT' };
      // @ts-expect-error cluster.stop does not work on a copy
      // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- as JavaScript would
      await expect(pcs.transaction((tx) => tx.cluster.stop({ all: true }) as unknown)).rejects.toMatchObject(invalid);
      await expect(pcs.transaction((tx) => tx.resource.enable('VIP', { wait: 5 }))).rejects.toMatchObject(invalid);
      await pcs.transaction((tx) => tx.run(commands.resource.meta('VIP', { 'is-managed': true })), { wait: 5 });
      expect(said().find((words) => words.includes('cib-push'))).toMatch(
        /^--wait=5 -- cluster cib-push \S+ diff-against=\S+$/,
      );
    });

    it('shows what it would run, asks for features once, and asks again after a failure', async () => {
      let asked = 0;
      cluster.intercept = (request) => {
        if (!request.argv.includes('--version')) return undefined;
        return ++asked === 1 ? answer({ exitCode: 1, stderr: 'Error: busy\n' }) : undefined;
      };
      await expect(pcs.features()).rejects.toMatchObject({ code: 'REFUSED' });
      expect((await pcs.features()).version).toMatch(/^0\.1\d/);
      expect(await pcs.dryRun(commands.stonith.create('f', 'fence_x', { password: 'hunter2' }))).toEqual({
        program: 'pcs',
        argv: ['--', 'stonith', 'create', 'f', 'fence_x', 'password=***'],
      });
      expect(await pcs.dryRun(commands.resource.move('VIP'))).toMatchObject({
        argv: ['--wait=60', '--', 'resource', 'move', 'VIP'],
      });
      expect(await pcs.script([commands.node.standby('n1')])).toContain('\npcs -- node standby n1\n');
      expect(asked).toBe(2);
    });
  });
});

describe('Pcs', () => {
  it('starts nothing before the first call', () => {
    expect(() => new Pcs()).not.toThrow();
    expect(() => new Pcs({ sudo: true, timeoutMs: 5 })).not.toThrow();
  });

  it('rejects, and never throws, for an argument that is wrong', async () => {
    const calling = new Pcs({ runner: { run: () => Promise.reject(new Error('must not run')) } });
    await expect(calling.resource.enable('--force')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(calling.resource.move('--force')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(calling.stonith.confirm('n1', { yes: false } as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
