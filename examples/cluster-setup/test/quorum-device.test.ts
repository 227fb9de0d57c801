// A third vote in the file: what plan, apply and undo make of it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCorosyncConf, Pcs } from '@sleepi3/pcs';
import { FakeCluster } from '@sleepi3/pcs/testing';
import { readFile } from 'node:fs/promises';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { apply } from '../src/plan/apply.js';
import { clusterSteps } from '../src/plan/steps/cluster.js';
import { deviceRemoval, deviceSteps } from '../src/plan/steps/quorum-device.js';
import { plan } from '../src/plan/plan.js';
import { Reality } from '../src/plan/reality.js';
import { scriptFor } from '../src/plan/script.js';
import { FakePi } from './fake-pi.js';
import { instantClock } from './instant-clock.js';
import { withNodes } from './with-nodes.js';

const fileOf = (text: string) => readClusterFile(withNodes(text), 'cluster.yaml');
const withDevice = (device: string, more = '') => fileOf(`quorum: {device: ${device}}\n${more}`);
const names = ['raspberrypi-1', 'raspberrypi-2'] as const;
const password = 'tr0ub4dor';

describe('quorum.device in the file', () => {
  it('takes away the delay, since one side alone has quorum, and leaves the rest as it is', () => {
    const [without, has] = [fileOf(''), withDevice('{host: qnetd}')].map(designOf);
    expect(has?.device).toEqual({ host: 'qnetd', algorithm: 'ffsplit' });
    expect(without?.device).toBeUndefined();
    expect(without?.fences.map(({ options }) => options['pcmk_delay_base'])).toEqual(['3s', null]);
    expect(has?.fences.map(({ options }) => options['pcmk_delay_base'])).toEqual([null, null]);
  });

  it.each([
    [
      '{host: raspberrypi-2}',
      'quorum.device.host: must be a machine outside the cluster: raspberrypi-2 is raspberrypi-2',
    ],
    ['{host: 192.168.11.211}', 'is raspberrypi-1'],
    ['{host: 192.168.11.215}', 'is the VIP'],
    ['{host: "a b"}', 'a host name or an IPv4 address'],
    ['{host: q, algorithm: test}', 'ffsplit or lms'],
    ['{algorithm: lms}', 'quorum.device.host: is missing'],
  ])('is refused when it is %s', (device, says) => {
    expect(() => withDevice(device)).toThrow(says);
  });

  it('is in the script, with its vote waited for', async () => {
    const script = await scriptFor(designOf(withDevice('{host: qnetd, algorithm: lms}', 'preferred: raspberrypi-2')));
    expect(script).toContain('corosync-qdevice');
    expect(script).toMatch(/pcs .*-- host auth -u hacluster qnetd|pcs .*host auth qnetd/);
    expect(script).toContain('quorum device add model net host=qnetd algorithm=lms tie_breaker=2');
    expect(script).not.toContain('pcmk_delay_base');
  });
});

describe.runIf(haveRealParts('pcs', 'cibadmin', 'crm_simulate', 'crm_mon'))('the steps of a quorum device', () => {
  let cluster: FakeCluster;
  let pis: readonly FakePi[];

  beforeEach(async () => {
    cluster = await FakeCluster.create({
      nodes: names,
      running: 'apachecluster',
      password,
      otherHosts: ['qnetd', 'other'],
    });
    pis = names.map((name) => new FakePi(name, cluster));
    for (const pi of pis) pi.services.add('corosync-qdevice.service');
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  const reality = () => new Reality({ local: pis[0]!, others: [pis[1]!], pcs: new Pcs({ runner: cluster }) });
  const host = () => ({ clock: instantClock(), password: async () => password });
  const design = (device = '{host: qnetd}', more = '') => designOf(withDevice(device, more));
  const steps = (one = design()) => deviceSteps(one, one.device!);
  const device = async () => parseCorosyncConf(await readFile(cluster.corosyncConf, 'utf8'));
  const states = async (one = design()) => (await plan(steps(one), reality())).map(({ state }) => state);

  it('come after the cluster runs and starts at boot, and before anything is fenced', () => {
    const ids = clusterSteps(design()).map(({ id }) => id);
    const at = ids.indexOf('quorum-device');
    expect(ids.slice(at - 2, at + 2)).toEqual(['start', 'device-known', 'quorum-device', 'fence-raspberrypi-1']);
    expect(ids.indexOf('enable')).toBeLessThan(at);
    expect(clusterSteps(designOf(fileOf(''))).map(({ id }) => id)).not.toContain('quorum-device');
  });

  it('make it, once, with the preferred node first in a tie, and two_node is gone', async () => {
    expect(await states()).toEqual(['to do', 'to do']);
    await apply(steps(), reality(), host());
    expect(await states()).toEqual(['done', 'done']);
    const { device: made, quorum } = await device();
    expect(made?.net).toEqual({ host: 'qnetd', algorithm: 'ffsplit', tie_breaker: '1' });
    expect(quorum).not.toHaveProperty('two_node');
  });

  it('bring it to another algorithm, preferred node and machine', async () => {
    await apply(steps(), reality(), host());
    const changed = design('{host: qnetd, algorithm: lms}', 'preferred: raspberrypi-2');
    expect(await states(changed)).toEqual(['done', 'to do']);
    await apply(steps(changed), reality(), host());
    expect((await device()).device?.net).toEqual({ host: 'qnetd', algorithm: 'lms', tie_breaker: '2' });
    const moved = design('{host: other}');
    await apply(steps(moved), reality(), host());
    expect((await device()).device?.net).toMatchObject({ host: 'other', algorithm: 'ffsplit', tie_breaker: '1' });
  });

  it('wait for its vote, and say what to look at when it does not come', async () => {
    cluster.deviceAnswers = false;
    await expect(apply(steps(), reality(), host())).rejects.toThrow(
      /until qnetd gives its vote \(corosync-qnetd runs there/,
    );
    expect(await states()).toEqual(['done', 'to do']);
    cluster.deviceAnswers = true;
    expect(await states()).toEqual(['done', 'done']);
  });

  it("have the nodes' part start at boot", async () => {
    await apply(steps(), reality(), host());
    pis[1]!.services.delete('corosync-qdevice.service');
    expect(await states()).toEqual(['done', 'to do']);
    await apply(steps(), reality(), host());
    expect(pis[1]!.services.has('corosync-qdevice.service')).toBe(true);
  });

  it('stop at a wrong password, and at a machine that nobody reaches', async () => {
    await expect(apply(steps(), reality(), { ...host(), password: async () => 'wrong' })).rejects.toMatchObject({
      code: 'NOT_AUTHENTICATED',
    });
    await expect(apply(steps(design('{host: nowhere}')), reality(), host())).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    expect((await device()).device).toBeUndefined();
  });

  it('are undone: two_node is back; a device of another machine stays', async () => {
    await apply(steps(), reality(), host());
    await apply(deviceRemoval(design('{host: other}')), reality(), host());
    expect((await device()).device).toBeDefined();
    await apply(deviceRemoval(design()), reality(), host());
    expect(await device()).toMatchObject({ device: undefined, quorum: { two_node: '1' } });
    expect(cluster.knownHosts.has('qnetd')).toBe(false);
    expect(deviceRemoval(designOf(fileOf('')))).toEqual([]);
  });
});
