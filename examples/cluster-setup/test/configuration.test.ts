import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type ClusterStatus, parseClusterConfiguration, Pcs, reads } from '@sleepi3/pcs';
import { FakeCluster } from '@sleepi3/pcs/testing';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { designOf } from '../src/cluster/design.js';
import { everything, noConfiguration } from '../src/cluster/elements.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { useAgentsInPlace } from './agents-in-place.js';
import { configurationOf } from './configuration-xml.js';
import { withNodes } from './with-nodes.js';

const [first, second] = ['raspberrypi-1', 'raspberrypi-2'] as const;
const real = haveRealParts('pcs', 'cibadmin', 'crm_simulate', 'crm_mon');
/** pcs takes up to two seconds a command where others want the processor too. */
const timeout = 180_000;

const files = {
  'hot-standby': '',
  'active-passive': 'mode: active-passive',
  'hot-standby-at-once': 'takeover: at-once',
  'two-containers': `
mode: active-passive
preferred: raspberrypi-2
vip: { resource: Address, address: 192.168.11.99, interface: eth0 }
containers:
  - { resource: web, name: web, image: 'nginx:1', ports: ['80:80', '443:443'], health: { command: 'wget -qO- localhost', interval: 5 } }
  - { resource: app, name: app, image: app, run_options: '-e MODE=x --memory 100m', command: 'serve --port 1' }
fencing: { hold: 20, delay: 2, timeout: 90, monitor: 30 }
timers: { stickiness: 50, monitor: 7, start: 30, stop: 40 }
`,
  'two-interfaces': `
nodes:
  - { name: raspberrypi-1, addresses: [192.168.11.211], interface: eth0 }
  - { name: raspberrypi-2, addresses: [192.168.11.179], interface: end0 }
`,
};

const design = (file: string) => designOf(readClusterFile(withNodes(file), 'cluster.yaml'));
const golden = (name: keyof typeof files) => new URL(`golden/${name}.xml`, import.meta.url);
const empty = () => FakeCluster.create({ nodes: [first, second], running: 'apachecluster' });

describe.runIf(real)('the configuration, with real pcs and the real scheduler', () => {
  useAgentsInPlace();

  it.each(Object.entries(files))(
    'of %s is the golden one',
    async (name, file) => {
      await using cluster = await empty();
      const pcs = new Pcs({ runner: cluster });
      await pcs.transaction(async (transaction) => {
        for (const command of everything(noConfiguration, design(file)).commands) await transaction.run(command);
      });
      await expect(configurationOf(await cluster.cib())).toMatchFileSnapshot(
        golden(name as keyof typeof files).pathname,
      );
    },
    timeout,
  );

  it(
    'goes from one mode to the other and back in one push each, and ends as if made so',
    async () => {
      await using cluster = await clusterOf('hot-standby');
      const pcs = new Pcs({ runner: cluster });
      for (const name of ['active-passive', 'hot-standby'] as const) {
        const { commands } = everything(await pcs.run(reads.configuration()), design(files[name]));
        await pcs.transaction(async (transaction) => {
          for (const command of commands) await transaction.run(command);
        });
        const sorted = (text: string) =>
          text
            .split('\n')
            .map((line) => line.trim())
            .sort();
        expect(sorted(configurationOf(await cluster.cib()))).toEqual(sorted(await readFile(golden(name), 'utf8')));
      }
    },
    timeout,
  );
});

/** A running cluster with a golden configuration. */
async function clusterOf(name: keyof typeof files): Promise<FakeCluster> {
  const cluster = await empty();
  const configuration = await readFile(golden(name), 'utf8');
  await writeFile(
    cluster.cibFile,
    (await cluster.cib()).replace(/<configuration\b[^]*<\/configuration>/, configuration.trim()),
  );
  await cluster.settle();
  return cluster;
}

describe('the golden configurations', () => {
  it.each(Object.entries(files))('leave nothing to do for the file that they come from: %s', async (name, file) => {
    const configuration = await readFile(golden(name as keyof typeof files), 'utf8');
    const cib = `<cib admin_epoch="0" epoch="1" num_updates="0" validate-with="pacemaker-3.9">${configuration}<status/></cib>`;
    expect(everything(parseClusterConfiguration(cib), design(file))).toEqual({ differences: [], commands: [] });
  });
});

describe.runIf(real)('the golden configurations under the real scheduler', () => {
  const where = (status: ClusterStatus, id: string) => [...(status.resource(id)?.startedOn ?? [])].sort();
  const standby = (cluster: FakeCluster, node: string, value: 'on' | 'off') =>
    cluster
      .tool('crm_attribute', ['--node', node, '--name', 'standby', '--update', value])
      .then((result) => expect(result.exitCode).toBe(0))
      .then(() => cluster.settle());

  it(
    'have each fence device on the node that it does not fence, whatever happens',
    async () => {
      await using cluster = await clusterOf('hot-standby');
      const pcs = new Pcs({ runner: cluster });
      const places = async () => {
        const status = await pcs.run(reads.status({ cibFile: cluster.cibFile }));
        return [where(status, `fence_${first}`), where(status, `fence_${second}`)];
      };
      expect(await places()).toEqual([[second], [first]]);
      await cluster.nodeFail(second);
      // Nobody is left that may fence the survivor, and the survivor may not fence itself.
      expect(await places()).toEqual([[], [first]]);
      await cluster.nodeUp(second);
      expect(await places()).toEqual([[second], [first]]);
    },
    timeout,
  );

  it.each(['hot-standby', 'hot-standby-at-once'] as const)(
    '%s: the VIP alone moves at a standby, a stop and a failure, and stays where it is afterwards',
    async (name) => {
      await using cluster = await clusterOf(name);
      const pcs = new Pcs({ runner: cluster });
      const places = async () => {
        const status = await pcs.run(reads.status({ cibFile: cluster.cibFile }));
        return { vip: where(status, 'VIP'), container: where(status, 'Apache_container') };
      };
      const both = [first, second];
      expect(await places()).toEqual({ vip: [first], container: both });

      await standby(cluster, first, 'on');
      expect(await places()).toEqual({ vip: [second], container: [second] });
      await standby(cluster, first, 'off');
      expect(await places()).toEqual({ vip: [second], container: both });

      await cluster.nodeDown(second);
      expect(await places()).toEqual({ vip: [first], container: [first] });
      await cluster.nodeUp(second);
      expect(await places()).toEqual({ vip: [first], container: both });

      await cluster.nodeFail(first);
      expect(await places()).toEqual({ vip: [second], container: [second] });
      await cluster.nodeUp(first);
      expect(await places()).toEqual({ vip: [second], container: both });
    },
    timeout,
  );

  it.each([
    ['hot-standby', true],
    ['hot-standby-at-once', false],
    ['active-passive', true],
  ] as const)('%s: whether the VIP waits for the fencing of a lost node: %s', async (name, waits) => {
    await using cluster = await clusterOf(name);
    const graph = `${cluster.cibFile}.dot`;
    const { exitCode } = await cluster.tool('crm_simulate', [
      ...['--xml-file', cluster.cibFile, '--simulate', '--quorum', '1', '--node-fail', first],
      ...['--save-dotfile', graph, '--save-output', `${cluster.cibFile}.after`],
    ]);
    expect(exitCode).toBe(0);
    const text = await readFile(graph, 'utf8');
    expect(text).toContain(`"stonith 'reboot' ${first}"`);
    expect(text).toContain(`"VIP_start_0 ${second}"`);
    expect(precedes(text, `stonith 'reboot' ${first}`, `VIP_start_0 ${second}`)).toBe(waits);
  });

  it.each([
    ['hot-standby', true],
    ['active-passive', false],
  ] as const)(
    '%s: whether a planned move has the VIP on the new node before it leaves the old one: %s',
    async (name, live) => {
      await using cluster = await clusterOf(name);
      const attribute = await cluster.tool('crm_attribute', ['--node', first, '--name', 'standby', '--update', 'on']);
      expect(attribute.exitCode).toBe(0);
      const graph = `${cluster.cibFile}.dot`;
      await cluster.tool('crm_simulate', [
        ...['--xml-file', cluster.cibFile, '--simulate', '--quorum', '1'],
        ...['--save-dotfile', graph, '--save-output', `${cluster.cibFile}.after`],
      ]);
      const text = await readFile(graph, 'utf8');
      expect(precedes(text, `VIP_migrate_from_0 ${second}`, `VIP_stop_0 ${first}`)).toBe(live);
      expect(precedes(text, `VIP_stop_0 ${first}`, `VIP_start_0 ${second}`)).toBe(true);
      if (live) {
        // The container stays until the VIP has gone.
        expect(precedes(text, `VIP_stop_0 ${first}`, `Apache_container_stop_0 ${first}`)).toBe(true);
        return;
      }
      // Where the container moves along, it first answers what it was asked, and in the new place both start at once.
      expect(precedes(text, `Apache_container_stop_0 ${first}`, `VIP_stop_0 ${first}`)).toBe(true);
      expect(precedes(text, `Apache_container_start_0 ${second}`, `VIP_start_0 ${second}`)).toBe(false);
      expect(precedes(text, `VIP_start_0 ${second}`, `Apache_container_start_0 ${second}`)).toBe(false);
      expect(precedes(text, `VIP_stop_0 ${first}`, `Apache_container_start_0 ${second}`)).toBe(false);
    },
  );

  it('hot-standby: the VIP leaves a node whose container does not start again', async () => {
    await using cluster = await clusterOf('hot-standby');
    const pcs = new Pcs({ runner: cluster });
    await cluster.settle(
      ...['--op-inject', `Apache_container_monitor_10000@${first}=7`],
      ...['--op-fail', `Apache_container_start_0@${first}=1`],
    );
    // A running controller counts the failure; the simulation leaves it to us.
    const counted = await cluster.tool('crm_attribute', [
      ...['--node', first, '--lifetime', 'reboot', '--name', 'fail-count-Apache_container#start_0'],
      ...['--update', 'INFINITY'],
    ]);
    expect(counted.stderr.toString()).toBe('');
    await cluster.settle();
    const status = await pcs.run(reads.status({ cibFile: cluster.cibFile }));
    expect(where(status, 'VIP')).toEqual([second]);
    expect(where(status, 'Apache_container')).toEqual([second]);
  });

  it('hot-standby: a fence device whose start failed is tried again, and not only when a person cleans up', async () => {
    await using cluster = await clusterOf('hot-standby');
    const pcs = new Pcs({ runner: cluster });
    const device = `fence_${second}`;
    const places = async () => where(await pcs.run(reads.status({ cibFile: cluster.cibFile })), device);
    await cluster.settle(
      ...['--op-inject', `${device}_monitor_60000@${first}=1`],
      ...['--op-fail', `${device}_start_0@${first}=1`],
    );
    const failed = Math.floor(Date.now() / 1000);
    for (const [name, value] of [
      ['fail-count', 'INFINITY'],
      ['last-failure', String(failed)],
    ]) {
      const attribute = ['--name', `${name}-${device}#start_0`, '--update', value ?? ''];
      const set = await cluster.tool('crm_attribute', ['--node', first, '--lifetime', 'reboot', ...attribute]);
      expect(set.stderr.toString()).toBe('');
    }
    await cluster.settle();
    expect(await places()).toEqual([]);
    const settleAt = (seconds: number) =>
      cluster.settle('--set-datetime', new Date((failed + seconds) * 1000).toISOString().replace(/\.\d+Z/, 'Z'));
    await settleAt(100);
    expect(await places()).toEqual([]);
    await settleAt(140);
    expect(await places()).toEqual([first]);
  });

  it.each([
    ['active-passive', 'VIP', ['Apache_container'], first, second],
    ['two-containers', 'Address', ['web', 'app'], second, first],
  ] as const)(
    '%s: containers and VIP move together and are never apart',
    async (name, vip, containers, preferred, other) => {
      await using cluster = await clusterOf(name);
      const pcs = new Pcs({ runner: cluster });
      const place = async () => {
        const status = await pcs.run(reads.status({ cibFile: cluster.cibFile }));
        const places = [vip, ...containers].map((id) => where(status, id));
        for (const one of places) expect(one).toEqual(places[0]);
        return places[0];
      };
      expect(await place()).toEqual([preferred]);
      await standby(cluster, preferred, 'on');
      expect(await place()).toEqual([other]);
      await standby(cluster, preferred, 'off');
      expect(await place()).toEqual([other]);
      await cluster.nodeFail(other);
      expect(await place()).toEqual([preferred]);
      await cluster.nodeUp(other);
      expect(await place()).toEqual([preferred]);
    },
    timeout,
  );
});

/** Whether one action of a transition graph in the dot language comes before another, directly or by way of others. */
function precedes(graph: string, before: string, after: string): boolean {
  const next = new Map<string, string[]>();
  for (const [, from = '', to = ''] of graph.matchAll(/"([^"]+)" -> "([^"]+)"/g)) {
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const seen = new Set<string>();
  const reaches = (from: string): boolean => {
    if (from === after) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (next.get(from) ?? []).some(reaches);
  };
  return reaches(before);
}
