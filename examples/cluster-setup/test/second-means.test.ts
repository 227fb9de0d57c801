// A second means of fencing in the file: what plan, apply and undo make of it, and that its password is seen nowhere.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pcs, reads } from '@sleepi3/pcs';
import { FakeCluster } from '@sleepi3/pcs/testing';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { apply } from '../src/plan/apply.js';
import { clusterSteps } from '../src/plan/steps/cluster.js';
import { plan } from '../src/plan/plan.js';
import { Reality } from '../src/plan/reality.js';
import { scriptFor } from '../src/plan/script.js';
import { secondNodeSteps } from '../src/plan/steps/second-means.js';
import { undoSteps } from '../src/plan/steps/undo.js';
import { showPlan } from '../src/program/show-plan.js';
import { colours } from '@sleepi3/program';
import { FakePi } from './fake-pi.js';
import { instantClock } from './instant-clock.js';
import { withNodes } from './with-nodes.js';

const names = ['raspberrypi-1', 'raspberrypi-2'] as const;
const secret = 'Xy-zzy 42$';
const second =
  '{agent: fence_apc, options: {ip: 10.0.0.9, username: apc, login_timeout: 010}, ' +
  `plugs: {raspberrypi-1: 1, raspberrypi-2: 2}, password: '${secret}'}`;
const fileOf = (text: string) => readClusterFile(withNodes(text), 'cluster.yaml');
const withSecond = (text = second) => designOf(fileOf(`fencing: {second: ${text}}`));
const without = designOf(fileOf(''));

describe('fencing.second in the file', () => {
  it('is a device for each node by its outlet, its options as they are written, and its password nowhere', () => {
    const { second: devices, secondPassword } = withSecond();
    expect(
      devices.map(({ id, target, options }) => [id, target, options['pcmk_host_map'], options['pcmk_host_list']]),
    ).toEqual([
      ['fence_raspberrypi-1_2', 'raspberrypi-1', 'raspberrypi-1:1', null],
      ['fence_raspberrypi-2_2', 'raspberrypi-2', 'raspberrypi-2:2', null],
    ]);
    expect(devices[0]?.options).toMatchObject({
      ip: '10.0.0.9',
      username: 'apc',
      login_timeout: '010',
      password_script: 'cat /etc/sleepi3/fence-second-password',
    });
    expect(JSON.stringify(devices)).not.toContain(secret);
    expect(secondPassword).toBe(secret);
    expect(without.second).toEqual([]);
  });

  it.each([
    ['{agent: apc}', 'fencing.second.agent: must be the name of a fence agent'],
    ['{agent: fence_sleepi3}', 'must be another means than the wire'],
    ['{agent: fence_apc, options: {password: hunter2}}', 'options.password: would be seen on command lines'],
    ['{agent: fence_apc, options: {snmp-priv-passwd: hunter2}}', 'would be seen on command lines'],
    ['{agent: fence_apc, options: {api_token: hunter2}}', 'would be seen on command lines'],
    ['{agent: fence_apc, options: {pcmk_host_list: x}}', 'is set by this program'],
    ['{agent: fence_apc, options: {ip: [hunter2]}}', 'options.ip: must be options of the agent'],
    ['{agent: fence_apc, options: {"a b": 1}}', 'must be options of the agent'],
    ['{agent: fence_apc, password: x, options: {password_script: y}}', 'contradicts fencing.second.password'],
    ['{agent: fence_apc, plugs: {raspberrypi-1: 1}}', 'must name all nodes or none: raspberrypi-2 is missing'],
    ['{agent: fence_apc, plugs: {raspberrypi-1: 1, raspberrypi-2: 1}}', '1 is given twice'],
    [
      '{agent: fence_apc, plugs: {raspberrypi-1: 1, raspberrypi-2: 2, x: 3}}',
      'plugs.x: must be raspberrypi-1 or raspberrypi-2',
    ],
    ['{agent: fence_apc, plugs: 7}', 'plugs: must be the names of the nodes'],
  ])('is refused when it is %s, and no secret is repeated', (text, says) => {
    let message = '';
    try {
      withSecond(text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(says);
    expect(message).not.toContain('hunter2');
  });

  it('takes its secrets from where the agent reads them, and needs no outlets', () => {
    const { second: devices } = withSecond('{agent: fence_apc_snmp, options: {snmp_priv_passwd_script: /x}}');
    expect(devices[0]?.options).toMatchObject({ pcmk_host_list: 'raspberrypi-1', pcmk_host_map: null });
    expect(devices[0]?.options).not.toHaveProperty('password_script');
  });

  it('is in the script without the password', async () => {
    const script = await scriptFor(withSecond());
    expect(script).toMatch(/stonith level add 2 \S*raspberrypi-1 fence_raspberrypi-1_2/);
    expect(script).toContain('put the password of the second means of fencing into /etc/sleepi3/fence-second-password');
    expect(script).not.toContain(secret);
  });
});

describe('the second means on a node', () => {
  const reality = (pi: FakePi) =>
    new Reality({ local: pi, pcs: new Pcs({ runner: { run: () => Promise.reject(new Error('no pcs')) } }) });
  const host = { clock: instantClock(), password: async () => '' };

  it('has its password in a file for root alone, and shows it to nobody', async () => {
    const pi = new FakePi('raspberrypi-1');
    const path = '/etc/sleepi3/fence-second-password';
    const steps = secondNodeSteps(withSecond(), 'raspberrypi-1');
    const shown = await showPlan(withSecond(), await plan(steps, reality(pi)), reality(pi).pcs, colours(false));
    expect(shown).toContain(path);
    expect(shown).not.toContain(secret);
    await apply(steps, reality(pi), host);
    expect(pi.files.get(path)).toBe(`${secret}\n`);
    expect(pi.access.get(path)).toBe('root 600');
    expect((await plan(steps, reality(pi))).map(({ state }) => state)).toEqual(['done', 'done']);
    pi.access.set(path, 'root 644');
    await apply(steps, reality(pi), host);
    expect(pi.access.get(path)).toBe('root 600');
    const undo = undoSteps(withSecond(), { machines: [pi], destroyable: new Set() });
    await apply(
      undo.filter(({ id }) => id.startsWith('second-password')),
      reality(pi),
      host,
    );
    expect(pi.files.has(path)).toBe(false);
  });

  it('needs its agent on the node, and says what brings it', async () => {
    const pi = new FakePi('raspberrypi-1');
    pi.secondAgentInstalled = false;
    await expect(apply(secondNodeSteps(withSecond(), 'raspberrypi-1'), reality(pi), host)).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('apt-get install fence-agents, or since Debian 13 fence-agents-apc'),
    });
    expect(secondNodeSteps(without, 'raspberrypi-1')).toEqual([]);
  });
});

describe.runIf(haveRealParts('pcs', 'cibadmin', 'crm_simulate', 'crm_mon', 'fence_dummy'))(
  'its devices and levels',
  () => {
    let cluster: FakeCluster;
    let pcs: Pcs;
    // An agent that any machine with Debian's fence agents has.
    const dummy = withSecond('{agent: fence_dummy, options: {type: file}}');
    const steps = (design = dummy) =>
      clusterSteps(design).filter(({ id }) => id.startsWith('fence-') || id === 'second-means');
    const reality = () => new Reality({ local: new FakePi('raspberrypi-1', cluster), pcs });
    const host = { clock: instantClock(), password: async () => '' };
    const levels = async () =>
      (await pcs.run(reads.configuration())).fencingLevels
        .map(({ target, index, devices }) => `${target ?? ''} ${index} ${devices.join()}`)
        .sort();

    beforeEach(async () => {
      cluster = await FakeCluster.create({ nodes: names, running: 'apachecluster' });
      pcs = new Pcs({ runner: cluster });
      for (const name of names) {
        await pcs.stonith.create(`fence_${name}`, 'fence_dummy', { pcmk_host_list: name });
      }
    });
    afterEach(() => cluster[Symbol.asyncDispose]());
    const ofSecond = (design = dummy) => steps(design).filter(({ id }) => id === 'second-means');

    it('are made, once: the wire first; a level that somebody changed is set right', async () => {
      await apply(ofSecond(), reality(), host);
      const wanted = [
        'raspberrypi-1 1 fence_raspberrypi-1',
        'raspberrypi-1 2 fence_raspberrypi-1_2',
        'raspberrypi-2 1 fence_raspberrypi-2',
        'raspberrypi-2 2 fence_raspberrypi-2_2',
      ];
      expect(await levels()).toEqual(wanted);
      expect((await plan(ofSecond(), reality())).map(({ state }) => state)).toEqual(['done']);
      await pcs.stonith.level.delete(1, { target: 'raspberrypi-2' });
      await pcs.stonith.level.add(3, 'raspberrypi-2', 'fence_raspberrypi-2');
      await apply(ofSecond(), reality(), host);
      expect(await levels()).toEqual(wanted);
      await pcs.stonith.fence('raspberrypi-2');
      expect(cluster.fencings).toMatchObject([{ node: 'raspberrypi-2' }]);
    });

    it('go with their levels when the file has none any more, and by undo', async () => {
      await apply(ofSecond(), reality(), host);
      await apply(ofSecond(without), reality(), host);
      expect(await levels()).toEqual([]);
      expect((await pcs.cib.config()).stonithDevices.map(({ id }) => id)).toEqual(names.map((name) => `fence_${name}`));
      await apply(ofSecond(), reality(), host);
      const undo = undoSteps(dummy, { machines: [], destroyable: new Set() }).filter(({ id }) => id === 'fences');
      await apply(undo, reality(), host);
      expect(await levels()).toEqual([]);
      expect((await pcs.cib.config()).stonithDevices).toEqual([]);
    });
  },
);
