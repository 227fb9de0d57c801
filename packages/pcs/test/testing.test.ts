// The fakes are products too.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { commands, createNodeRunner, execute, isPcsError, parseCorosyncConf, Pcs } from '../src/index.js';
import {
  answer,
  FakeCluster,
  type FakeClusterSnapshot,
  RecordedRunner,
  recordingRunner,
  WarmPcs,
} from '../src/testing/index.js';

const warm = new WarmPcs();
afterAll(() => warm[Symbol.asyncDispose]());

describe.runIf(haveRealParts('pcs', 'crm_simulate', 'crm_mon', 'cibadmin', 'fence_ipmilan'))('the fake cluster', () => {
  let from: FakeClusterSnapshot;
  let cluster: FakeCluster;
  let pcs: Pcs;
  beforeAll(async () => {
    cluster = await FakeCluster.create({ nodes: ['n1', 'n2'], running: 'c', tools: warm });
    pcs = new Pcs({ runner: cluster });
    await pcs.stonith.create('F', 'fence_ipmilan', { ip: '1.1.1.1', username: 'a', pcmk_host_list: 'n1 n2' });
    await pcs.resource.create('VIP', 'ocf:heartbeat:IPaddr2', { ip: '10.0.0.1' });
    from = await cluster.snapshot();
    await cluster[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    cluster = await FakeCluster.create({ from, tools: warm });
    pcs = new Pcs({ runner: cluster });
  });
  afterEach(() => cluster[Symbol.asyncDispose]());
  const vip = async () => (await pcs.status()).resource('VIP')?.startedOn;
  const codeOf = async (call: Promise<unknown>) =>
    call.then(
      () => 'no error',
      (error: unknown) => (isPcsError(error) ? error.code : String(error)),
    );

  it('knows hosts only after they were authenticated, with the right password', async () => {
    cluster.knownHosts.clear();
    expect(await codeOf(pcs.host.auth('stranger', { password: 'secret' }))).toBe('UNREACHABLE');
    expect(await codeOf(pcs.host.auth('n1', { password: 'wrong' }))).toBe('NOT_AUTHENTICATED');
    await pcs.host.auth([{ name: 'n1', address: '10.0.0.1' }], { password: 'secret' });
    expect([...cluster.knownHosts]).toEqual(['n1']);
    await pcs.cluster.auth({ password: 'secret' });
    expect([...cluster.knownHosts]).toEqual(['n1', 'n2']);
    await pcs.host.deauth(['n1']);
    expect([...cluster.knownHosts]).toEqual(['n2']);
    await pcs.host.deauth({ all: true });
    expect(cluster.knownHosts.size).toBe(0);
  });

  it('sets up a cluster as pcs would, and over another only by force', async () => {
    expect(await codeOf(pcs.cluster.setup('d', ['n1', 'n2']))).toBe('NEEDS_FORCE');
    expect(await codeOf(pcs.cluster.setup('d', ['n1', 'n2'], { force: true, totem: { nonsense: 1 } }))).not.toBe(
      'no error',
    );
    await pcs.cluster.setup('d', [{ name: 'n1', addresses: ['10.1.0.1'] }, 'n2'], {
      ...{ force: true, enable: true, start: true, wait: 60, totem: { token: 5000 }, transport: { type: 'knet' } },
    });
    expect(await pcs.cluster.name()).toBe('d');
    const conf = await pcs.cluster.corosync();
    expect(conf).toMatch(/token: 5000/);
    expect(conf).toMatch(/ring0_addr: 10\.1\.0\.1/);
    expect(conf).toMatch(/two_node: 1/);
    expect(cluster.running()).toEqual(['n1', 'n2']);
    expect((await pcs.status()).resource('VIP')).toBeUndefined();
  });

  it('adds a node that pcs knows to a cluster that runs, and takes two_node back', async () => {
    await using three = await FakeCluster.create({ nodes: ['n1', 'n2', 'n3'], tools: warm });
    const growing = new Pcs({ runner: three });
    await growing.host.auth(['n1', 'n2'], { password: 'secret' });
    await growing.cluster.setup('c', ['n1', 'n2']);
    await growing.cluster.start({ all: true });
    expect(three.running()).toEqual(['n1', 'n2']);
    expect(await codeOf(growing.cluster.node.add('n3'))).not.toBe('no error');
    await growing.host.auth('n3', { password: 'secret' });
    await growing.cluster.node.add('n3', { start: true, enable: true });
    const conf = parseCorosyncConf(await growing.cluster.corosync());
    expect(conf).toMatchObject({ problems: [], quorum: expect.not.objectContaining({ two_node: '1' }) });
    expect(conf.nodes).toMatchObject([
      { nodeId: 1 },
      { nodeId: 2 },
      { name: 'n3', nodeId: 3, addresses: ['127.0.0.3'] },
    ]);
    expect((await growing.status()).members.filter(({ online }) => online)).toHaveLength(3);
    expect(await growing.quorum.status()).toMatchObject({ votes: { total: 3, needed: 2 } });
  });

  it('forgets what has failed when it is told to, and tries again', async () => {
    const [on = ''] = (await vip()) ?? [];
    for (const node of ['n1', 'n2']) await cluster.settle('--op-inject', `VIP_monitor_10000@${node}=1`);
    expect((await pcs.status()).failCount('VIP', on)).toBe(1);
    await pcs.resource.cleanup('VIP');
    const status = await pcs.status();
    expect([status.failCount('VIP'), status.failures]).toEqual([0, []]);
    expect(status.resource('VIP')?.startedOn).toHaveLength(1);
  });

  it('starts, stops, enables and disables nodes, and moves what ran on them', async () => {
    const [on = ''] = (await vip()) ?? [];
    const other = on === 'n1' ? 'n2' : 'n1';
    await new Pcs({ runner: cluster.on(other) }).cluster.stop(on);
    expect((await new Pcs({ runner: cluster.on(other) }).status()).resource('VIP')?.startedOn).toEqual([other]);
    await new Pcs({ runner: cluster.on(on) }).cluster.start();
    expect(cluster.running()).toHaveLength(2);
    await pcs.cluster.disable({ all: true });
    expect([...cluster.nodes.values()].some(({ enabled }) => enabled)).toBe(false);
    await pcs.cluster.enable('n2');
    expect(cluster.node('n2').enabled).toBe(true);
    expect(await codeOf(pcs.cluster.start('n9'))).not.toBe('no error');
    await pcs.cluster.kill();
    expect(cluster.running()).toEqual(['n2']);
    await pcs.cluster.stop('n1');
    await pcs.cluster.sync();
    await pcs.cluster.reload();
    expect(() => cluster.node('n9')).toThrow('n9');
  });

  it('answers like a node where nothing runs once its daemons are down', async () => {
    await pcs.cluster.stop({ all: true });
    for (const call of [
      pcs.status(),
      pcs.cib.query(),
      pcs.node.standby('n1'),
      pcs.resource.cleanup(),
      pcs.run(commands.resource.move('VIP')),
      pcs.run(commands.cib.push('/a', '/b')),
      pcs.stonith.fence('n1'),
    ]) {
      expect(await codeOf(call)).toBe('NOT_RUNNING');
    }
    expect((await pcs.resource.describe('ocf:pacemaker:Dummy')).name).toBe('Dummy');
  });

  it('fences with a device only, reboots what starts at boot, and leaves off what was turned off', async () => {
    expect(await codeOf(pcs.stonith.fence('n9'))).not.toBe('no error');
    await pcs.stonith.fence('n2', { off: true });
    expect(cluster.running()).toEqual(['n1']);
    await cluster.nodeUp('n2');
    await pcs.stonith.fence('n2');
    expect(cluster.running()).toEqual(['n1', 'n2']);
    await pcs.cluster.disable('n2');
    await pcs.stonith.fence('n2');
    expect(cluster.running()).toEqual(['n1']);
    expect(cluster.fencings.map(({ action }) => action)).toEqual(['off', 'reboot', 'reboot']);
    await pcs.stonith.delete('F', { force: true });
    expect(await codeOf(pcs.stonith.fence('n2'))).not.toBe('no error');
  });

  it('fences a node only by a device that is for it, enabled, and may act from another', async () => {
    await pcs.stonith.delete('F', { force: true });
    await pcs.stonith.create('Other', 'fence_dummy', { pcmk_host_list: 'N1', pcmk_host_check: 'static-list' });
    expect(await codeOf(pcs.stonith.fence('n2'))).toBe('REFUSED');
    await pcs.stonith.update('Other', { pcmk_host_map: 'N2:2' });
    await pcs.stonith.fence('n2', { off: true });
    await cluster.nodeUp('n2');
    await pcs.constraint.location.add('off', 'Other', 'n1', '-INFINITY');
    expect(await codeOf(pcs.stonith.fence('n2'))).toBe('REFUSED');
    await pcs.constraint.delete('off');
    await pcs.stonith.disable('Other');
    expect(await codeOf(pcs.stonith.fence('n2'))).toBe('REFUSED');
  });

  it('recovers on the other node what ran on one that failed', async () => {
    const [on = ''] = (await vip()) ?? [];
    const other = on === 'n1' ? 'n2' : 'n1';
    await cluster.nodeFail(on);
    await cluster.settle();
    expect((await new Pcs({ runner: cluster.on(other) }).status()).resource('VIP')?.startedOn).toEqual([other]);
  });

  it('does the small things, and refuses what it does not play', async () => {
    await pcs.resource.restart('VIP');
    await pcs.resource.cleanup('VIP');
    await pcs.resource.refresh();
    await pcs.stonith.cleanup();
    await pcs.stonith.refresh('F');
    expect(await codeOf(pcs.run(commands.resource.move('nosuch', { node: 'n1' })))).toBe('NOT_FOUND');
    const unconfirmed = { ...commands.stonith.confirm('n1', { yes: true }), variants: [], options: [] };
    expect(await codeOf(pcs.run(unconfirmed))).toBe('NEEDS_FORCE');
    expect(await codeOf(pcs.quorum.unblock({ yes: true }))).not.toBe('no error');
    const knowsYes = (await pcs.features()).has('pcs.yes-to-confirm-commands');
    const confirm = (option: string) =>
      pcs.run({ ...commands.stonith.confirm('n1', { yes: true }), variants: [], options: [option] });
    expect((await confirm('--force')).deprecations).toHaveLength(knowsYes ? 1 : 0);
    expect(await codeOf(confirm('--yes'))).toBe(knowsYes ? 'no error' : 'USAGE');
    expect((await pcs.stonith.confirm('n1', { yes: true })).deprecations).toEqual([]);
  });

  it('leaves it to the test to settle, when it is told to', async () => {
    cluster.settlesByItself = false;
    await pcs.resource.create('Slow', 'ocf:pacemaker:Dummy');
    expect((await pcs.status()).resource('Slow')?.startedOn).toEqual([]);
    await cluster.settle();
    expect((await pcs.status()).resource('Slow')?.startedOn).toHaveLength(1);
    await pcs.transaction((tx) => tx.resource.disable('Slow'));
    expect((await pcs.status()).resource('Slow')?.startedOn).toHaveLength(1);
  });

  it('keeps the cluster of each instance to itself, and brings its own tools along', async () => {
    await using own = await FakeCluster.create({ nodes: ['x'], local: 'x', password: 'p' });
    expect(await codeOf(new Pcs({ runner: own }).host.auth('x', { password: 'p' }))).toBe('no error');
    expect((await new Pcs({ runner: own }).features()).ids.size).toBeGreaterThan(100);
    expect((await own.snapshot()).cib).toBeUndefined();
  });
});

describe.runIf(haveRealParts('pcs'))('pcs kept warm', () => {
  it('says what the cold one says, to the last byte and exit code', async () => {
    const cold = createNodeRunner();
    for (const argv of [['--version'], ['--', 'nonsense'], ['-f', '/proc/none/cib', '--', 'resource', 'enable', 'R']]) {
      const [one, other] = [await warm.run({ program: 'pcs', argv }), await cold.run({ program: 'pcs', argv })];
      expect({ ...one, durationMs: 0 }).toEqual({ ...other, durationMs: 0 });
    }
  });

  it('ends a call that takes too long', async () => {
    // Without -u pcs asks for a name; a FIFO that nobody writes to keeps it waiting.
    await using own = new WarmPcs();
    const stuck = await own.run({
      program: 'pcs',
      argv: ['-f', '/dev/stdin', '--', 'resource', 'enable', 'R'],
      timeoutMs: 60_000,
    });
    expect(stuck.timedOut).toBe(false);
    expect((await own.run({ program: '/bin/echo', argv: ['x'] })).stdout.toString()).toBe('x\n');
  });
});

describe('the recorded runner', () => {
  it('answers each recording once, or always, and tells what is left and what was asked', async () => {
    const runner = new RecordedRunner([
      { program: 'pcs', argv: ['--', 'a'], stdout: '1' },
      { program: 'pcs', argv: (argv) => argv.includes('b'), exitCode: 2, repeat: true },
    ]);
    expect(runner.unused).toHaveLength(1);
    expect((await runner.run({ program: 'pcs', argv: ['--', 'a'] })).stdout.toString()).toBe('1');
    expect((await runner.run({ program: 'pcs', argv: ['b'] })).exitCode).toBe(2);
    expect((await runner.run({ program: 'pcs', argv: ['b', 'c'] })).exitCode).toBe(2);
    expect(runner.unused).toEqual([]);
    await expect(runner.run({ program: 'pcs', argv: ['--', 'a'] })).rejects.toThrow('"pcs" "--" "a"');
    await expect(runner.run({ program: 'crm_mon', argv: ['b'] })).rejects.toThrow('crm_mon');
    expect(runner.requests).toHaveLength(5);
  });

  it('plays what was recorded from another runner', async () => {
    const recording = recordingRunner({ run: () => Promise.resolve(answer({ exitCode: 1, stderr: 'Error: no\n' })) });
    const command = commands.node.standby('n1');
    await expect(execute(command, recording)).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(execute(command, new RecordedRunner(recording.recordings))).rejects.toMatchObject({
      code: 'REFUSED',
      stderr: 'Error: no\n',
    });
  });
});
