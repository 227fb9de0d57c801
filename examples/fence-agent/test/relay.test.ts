// A monitor or a status that the line keeper answers in the agent's place is what the agent would have answered itself; and where
// it does not answer, the agent does.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FenceHost } from '@sleepi3/fence-protocol';
import { type PacemakerCall, pacemakerEnvironment, pacemakerInput } from '@sleepi3/fence-protocol/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { version } from '../package.json';
import type { AgentMessage, KeeperEvent } from '../src/keeper/messages.js';
import { listenForAgents } from '../src/keeper/socket.js';
import { callKeeper } from '../src/node/line-keeper.js';
import type { Machine } from '../src/node/machine.js';
import { relay } from '../src/relay/ask.js';
import { runAgent } from '../src/run-agent.js';
import type { Ask } from '../src/target/silence.js';
import { corosyncConf, deviceCall, nodeSetting, resolve } from '../virtual/crooked/setting.js';
import { drawWorld } from '../virtual/crooked/world.js';
import { createCluster, type VirtualCluster } from '../virtual/virtual-cluster.js';

/** Of names, corosync.conf, options and places. */
const settings = process.env['CI'] === 'true' ? 1000 : 40;
const [self, target] = ['raspberrypi-1', 'raspberrypi-2'];
const parameters = { self, peer: target };
const monitor: PacemakerCall = { action: 'monitor', parameters };
const status: PacemakerCall = { action: 'status', target, parameters };
const ignored = { log: () => {}, stop: new AbortController().signal };

/** An agent on the first Pi, and what it printed. */
function agentOn({ clock, pis }: VirtualCluster, input: string, options: Parameters<(typeof pis)[0]['machine']>[0]) {
  const said = { stdout: '', stderr: '', syslog: [] as string[] };
  const host: FenceHost = {
    name: 'fence_sleepi3',
    argv: [],
    env: pacemakerEnvironment,
    clock,
    date: () => new Date(0),
    stdinIsTerminal: async () => false,
    readStdin: async () => input,
    writeStdout: async (text) => void (said.stdout += text),
    writeStderr: (text) => void (said.stderr += text),
    openDebugFile: () => () => {},
    syslog: (level, message) => void said.syslog.push(`${level} ${message}`),
    runScript: async () => '',
  };
  const machine = pis[0].machine(options);
  const callLineKeeper = () => machine.keeper({}, ignored).call();
  const relayed = (own: Partial<Machine & { callLineKeeper: typeof callLineKeeper }> = {}, as = version) =>
    clock.runUntil(relay(as, input, { ...host, machine: { ...machine, callLineKeeper, ...own } }));
  return { said, relayed, byItself: () => clock.runUntil(runAgent(host, machine)) };
}

type MachineOptions = Parameters<typeof agentOn>[2];
const here: MachineOptions = { hostname: self, network: { ask: async () => 'silent' } };

async function cutsThePeer(cluster: VirtualCluster): Promise<void> {
  await cluster.act(0);
}

/** What came of a request either way, each on a cluster of its own. */
async function bothWays(call: PacemakerCall | string, options = here, prepare = async (_: VirtualCluster) => {}) {
  const input = typeof call === 'string' ? call : pacemakerInput(call);
  const answers = [];
  for (const way of ['relayed', 'byItself'] as const) {
    const cluster = await createCluster();
    await prepare(cluster);
    const agent = agentOn(cluster, input, options);
    answers.push({ exitStatus: await agent[way](), ...agent.said });
  }
  return answers;
}

describe('a request that the line keeper answers', () => {
  const input = (more: string) => `${pacemakerInput(monitor)}${more}`;
  it.each<[string, PacemakerCall | string, MachineOptions?, ((cluster: VirtualCluster) => Promise<void>)?]>([
    ['a monitor that is content', monitor],
    ['a monitor that warns', monitor, here, async ({ pis }) => void (pis[0].kept.wireTest = undefined)],
    ['a monitor that fails', monitor, here, async ({ harness }) => harness.boards[0].poke('inputControl', 0)],
    ['a line with no owner', monitor, here, async ({ harness }) => harness.boards[0].poke('ioStatus', 1)],
    ['a peer that nobody can ask', monitor, { hostname: self }],
    [
      'a question that fails',
      monitor,
      { hostname: self, network: { ask: () => Promise.reject(new Error('no ping')) } },
    ],
    ['a peer that is on', status],
    ['a peer that is off', status, here, cutsThePeer],
    [
      'a peer that was off, and answers',
      status,
      { hostname: self, network: { ask: async () => 'answers' } },
      cutsThePeer,
    ],
    ['this node itself as the target', { ...status, target: self }],
    ['a stranger as the target', { ...status, target: 'raspberrypi-9' }],
    ['contradictory targets', { ...status, alias: self }],
    ['no target', { action: 'status', parameters }],
    ['a device on its own target', monitor, { hostname: target }],
    ['a device on a strange host', { action: 'monitor' }, { ...here, hostname: 'elsewhere' }],
    ['a slip in a name', { action: 'monitor', parameters: { ...parameters, preferred: 'raspberrypi-3' } }],
    ['no corosync.conf and no names', { action: 'monitor' }],
    ['a value that is none', input('hold=1\n')],
    ['an unknown option', input('colour=red\n')],
    ['a verbose request', input('verbose=1\n')],
    ['a quiet request', input('quiet=1\ncolour=red\n')],
    ['an action that comes twice', 'action=status\naction=monitor\nself=raspberrypi-1\npeer=raspberrypi-2\n'],
    ['help, which a monitor is not', input('help=1\n')],
  ])('has the same answer as from the agent itself: %s', async (_, call, options, prepare) => {
    const [relayed, byItself] = await bothWays(call, options, prepare);
    expect(relayed).toEqual(byItself);
    expect(relayed?.exitStatus).toBeTypeOf('number');
  });

  it('has the same answer in every crooked setting of names, corosync.conf, options and places', async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < settings; seed++) {
      const world = drawWorld(seed);
      const { hostname, addresses } = nodeSetting(
        world,
        { right: 0, 'on-target': 1, stranger: undefined }[world.place] as 0,
      );
      const conf = corosyncConf(world);
      const options = {
        hostname,
        ...(conf !== undefined && { corosyncConf: conf }),
        network: { ownAddresses: () => addresses, resolve: async (name: string) => resolve(name), ask: silent },
      };
      for (const action of ['monitor', 'status']) {
        const [relayed, byItself] = await bothWays(deviceCall(world, 1, action), options);
        expect({ seed, ...relayed }).toEqual({ seed, ...byItself });
        seen.add(`${action} ${String(relayed?.exitStatus)}`);
      }
    }
    expect([...seen].sort()).toEqual(['monitor 0', 'monitor 1', 'status 0', 'status 1']);
  });

  it('is judged by what the agent finds out where it runs: its host name, addresses, files, names, and who answers', async () => {
    const cluster = await createCluster();
    const asked: string[] = [];
    const agent = agentOn(cluster, 'action=monitor\ncorosync_conf=conf/of/the/agent\n', { hostname: 'localhost' });
    const nodes = ['a', 'b'].map((name) => `node {\nname: ${name}\nring0_addr: ${name}.example.com\n}\n`);
    const exitStatus = await agent.relayed({
      hostname: () => 'elsewhere',
      readCorosyncConf: async (path) => {
        asked.push(path);
        return `nodelist {\n${nodes.join('')}}\n`;
      },
      network: {
        ownAddresses: () => ['192.0.2.1'],
        resolve: async (name) => {
          asked.push(name);
          return [name.startsWith('a') ? '192.0.2.1' : '192.0.2.2'];
        },
        ask: async (address, packets) => {
          asked.push(`${address} ${packets}`);
          return 'silent';
        },
      },
    });
    expect({ exitStatus, stderr: agent.said.stderr }).toEqual({ exitStatus: 0, stderr: '' });
    expect(asked).toEqual(expect.arrayContaining(['conf/of/the/agent', 'a.example.com', 'b.example.com 1']));
  });
});

const silent: Ask = async () => 'silent';

describe('the agent answers itself', () => {
  it.each([
    ['off', { action: 'off', target, parameters }],
    ['on', { action: 'on', target, parameters }],
    ['list', { action: 'list', parameters }],
    ['validate-all', { action: 'validate-all', parameters }],
  ])('what is neither monitor nor status: %s', async (_, call) => {
    const cluster = await createCluster();
    expect(await agentOn(cluster, pacemakerInput(call), here).relayed()).toBeUndefined();
    expect(cluster.clock.now()).toBe(0);
  });

  it.each([
    ['off', 'action=off'],
    ['reboot', 'action=reboot'],
    ['on', 'action=on'],
    ['list', 'action=list'],
    ['validate-all', 'action=validate-all'],
    ['a debug file', 'debug_file=/dev/null'],
    ['a debug file in other words', 'debug-file=/dev/null'],
  ])('what looks like a monitor and is something else, which the line keeper refuses: %s', async (_, line) => {
    const cluster = await createCluster();
    let edges = 0;
    cluster.harness.boards[0].on('extout', () => edges++);
    const agent = agentOn(cluster, `${pacemakerInput({ ...monitor, target })}${line}\n`, here);
    expect(await agent.relayed()).toBeUndefined();
    expect({ edges, ...agent.said }).toEqual({ edges: 0, stdout: '', stderr: '', syslog: [] });
  });

  it('when the line keeper is of another version', async () => {
    const cluster = await createCluster();
    const agent = agentOn(cluster, pacemakerInput(monitor), here);
    expect(await agent.relayed({}, '0.0.9')).toBeUndefined();
    expect(agent.said.stderr).toBe('');
  });

  it('when there is no line keeper, or it must not be asked', async () => {
    const cluster = await createCluster();
    const agent = agentOn(cluster, pacemakerInput(monitor), here);
    expect(await agent.relayed({ callLineKeeper: async () => undefined })).toBeUndefined();
    expect(await agent.relayed({ callLineKeeper: () => Promise.reject(new Error('unsafe')) })).toBeUndefined();
  });

  it('two seconds after a line keeper that hangs was heard last', async () => {
    const cluster = await createCluster();
    cluster.pis[0].keeper?.hang();
    const begun = cluster.clock.now();
    expect(await agentOn(cluster, pacemakerInput(monitor), here).relayed()).toBeUndefined();
    expect(cluster.clock.now() - begun).toBe(2000);
  });

  it('but not before a slow bus has told all', async () => {
    const cluster = await createCluster({ boards: [{ transferTime: 900 }, {}] });
    const begun = cluster.clock.now();
    expect(await agentOn(cluster, pacemakerInput(monitor), here).relayed()).toBe(0);
    expect(cluster.clock.now() - begun).toBeGreaterThan(3000);
  });

  it('at once when the line keeper dies, or is asked to end, while a question is open', async () => {
    for (const end of [
      ({ pis }: VirtualCluster) => pis[0].keeper?.kill(),
      ({ pis }: VirtualCluster) => void pis[0].stopKeeper('upgrade'),
    ]) {
      const cluster = await createCluster();
      const agent = agentOn(cluster, pacemakerInput({ ...monitor, parameters: { ...parameters, peer_address: 'x' } }), {
        hostname: self,
        network: {
          ask: () => {
            end(cluster);
            return new Promise(() => {});
          },
        },
      });
      const begun = cluster.clock.now();
      expect(await agent.relayed()).toBeUndefined();
      expect(cluster.clock.now() - begun).toBeLessThan(1000);
    }
  });

  it.each([
    ['in quotes', 'corosync_conf="/etc/corosync.conf"'],
    ['in other words', 'corosync-conf=/etc/corosync.conf'],
    ['twice', 'corosync_conf=/etc/corosync.conf\ncorosync_conf=/etc/other.conf'],
  ])('when it has not told the corosync.conf that is meant: it is named %s', async (_, line) => {
    const cluster = await createCluster();
    const read: string[] = [];
    const agent = agentOn(cluster, `${pacemakerInput(monitor)}${line}\n`, here);
    const readCorosyncConf = async (path: string) => {
      read.push(path);
      return '';
    };
    expect(await agent.relayed({ readCorosyncConf })).toBeUndefined();
    expect({ read, ...agent.said }).toEqual({ read: [expect.any(String)], stdout: '', stderr: '', syslog: [] });
  });
});

describe('a line keeper that answers for an agent', () => {
  it.each([
    ['no input', { input: undefined }],
    ['no corosync.conf', { conf: null }],
    ['no addresses', { addresses: undefined }],
  ])('does not answer a call of its version that has %s', async (_, missing) => {
    const cluster = await createCluster();
    const calling = await cluster.pis[0].machine(here).keeper({}, ignored).call();
    const conf = { path: '/etc/corosync/corosync.conf', failed: 'ENOENT' };
    const call = { version, conf, input: 'action=monitor\n', hostname: self, addresses: [], ...missing };
    calling?.send({ ask: 'run', call: call as never, board: {} });
    const event = await cluster.clock.runUntil(calling?.receive() ?? Promise.resolve(undefined));
    if (event?.event === 'answered') expect(event.answer).toMatchObject({ exitStatus: 1, stdout: '' });
    else expect(event).toMatchObject({ event: 'refused' });
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified' });
  });

  it('forgets it when it is gone, and goes on watching and serving meanwhile', async () => {
    const cluster = await createCluster();
    const { clock, pis } = cluster;
    const machine = pis[0].machine(here);
    const calling = await machine.keeper({}, ignored).call();
    const conf = { path: '/etc/corosync/corosync.conf', failed: 'ENOENT' };
    const call = { version, conf, input: 'action=monitor\n', hostname: self, addresses: [] };
    calling?.send({ ask: 'run', call, board: {} });
    await clock.advance(10_000);
    expect(await agentOn(cluster, pacemakerInput(monitor), here).relayed()).toBe(0);
    calling?.close();
    await clock.advance(1000);
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified' });
  });
});

describe('a line keeper of an earlier version', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-relay-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('hangs up at what it does not know, and the agent answers itself', async () => {
    const path = join(directory, 'keeper.sock');
    const server = await listenForAgents<AgentMessage, KeeperEvent>(
      path,
      () => {},
      () => {
        throw new Error('not a message of an agent');
      },
    );
    const cluster = await createCluster();
    const agent = agentOn(cluster, pacemakerInput(monitor), here);
    const { clock, pis } = cluster;
    const host = { clock, writeStdout: async () => {}, writeStderr: () => {}, syslog: () => {} };
    const machine = { ...pis[0].machine(here), callLineKeeper: () => callKeeper<KeeperEvent, AgentMessage>(path) };
    expect(await relay(version, pacemakerInput(monitor), { ...host, machine })).toBeUndefined();
    expect(await agent.byItself()).toBe(0);
    await server.close();
  });
});
