// The agent as Pacemaker meets it, with the real line keeper, on virtual boards and a virtual clock.
import { readFileSync } from 'node:fs';
import { editDefaults, parseDefaults } from '@sleepi3/driver';
import type { FenceHost } from '@sleepi3/fence-protocol';
import { pacemakerEnvironment, pacemakerInput } from '@sleepi3/fence-protocol/testing';
import { describe, expect, it } from 'vitest';
import { version } from '../package.json';
import type { KeeperConversation } from '../src/keeper/ask.js';
import type { KeeperEvent } from '../src/keeper/messages.js';
import type { PulseOutcome } from '../src/line/act.js';
import { relay } from '../src/relay/ask.js';
import { runAgent } from '../src/run-agent.js';
import type { Ask } from '../src/target/silence.js';
import { createCluster, type VirtualCluster } from '../virtual/virtual-cluster.js';

interface Call {
  readonly action: string;
  readonly target?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly defaults?: string;
  readonly ask?: Ask;
  readonly hostname?: string;
  readonly addresses?: readonly string[];
  readonly corosyncConf?: string;
  /** Answers in the place of the real one. */
  readonly keeper?: KeeperConversation;
}

/** Runs the agent on the first Pi of the cluster until it has answered. */
async function call(cluster: VirtualCluster, request: Call) {
  const { action, target, parameters, defaults, ask, keeper, corosyncConf } = request;
  const { clock, pis } = cluster;
  const result = { exitStatus: -1, stdout: '', stderr: '' };
  const input = pacemakerInput({
    action,
    ...(target !== undefined && { target }),
    parameters: { self: 'raspberrypi-1', peer: 'raspberrypi-2', ...parameters },
  });
  const host: FenceHost = {
    name: 'fence_sleepi3',
    argv: [],
    env: pacemakerEnvironment,
    clock,
    date: () => new Date(clock.now()),
    stdinIsTerminal: async () => false,
    readStdin: async () => input,
    writeStdout: async (text) => {
      result.stdout += text;
    },
    writeStderr: (text) => {
      result.stderr += text;
    },
    openDebugFile: () => () => {},
    syslog: () => {},
    runScript: async () => '',
  };
  if (defaults !== undefined) pis[0].defaults = parseDefaults(defaults);
  const machine = pis[0].machine({
    hostname: request.hostname ?? 'raspberrypi-1',
    ...(corosyncConf !== undefined && { corosyncConf }),
    network: { ask: ask ?? silent, ownAddresses: () => request.addresses ?? [] },
  });
  const asked: typeof machine.keeper = (...board) => ({
    ...machine.keeper(...board),
    ...(keeper && { call: () => Promise.resolve(keeper) }),
  });
  const run = async () => {
    const { call: callLineKeeper } = machine.keeper({}, { log: () => {}, stop: new AbortController().signal });
    const relayed = keeper
      ? undefined
      : await relay(version, input, { ...host, machine: { ...machine, callLineKeeper } });
    return relayed ?? runAgent(host, { ...machine, keeper: asked });
  };
  result.exitStatus = await clock.runUntil(run());
  return result;
}

const silent: Ask = async () => 'silent';
const sound = { EXTIN_FORCED_SHUTDOWN: true, HEARTBEAT_TIMEOUT: 0 };
const soundDefaults = editDefaults('', sound);
const target = 'raspberrypi-2';

/** A call on pi-a of a cluster with two links. */
const twoLinks = {
  target: 'pi-b',
  hostname: 'pi-a',
  addresses: ['192.168.11.211', '10.0.1.211'],
  corosyncConf: readFileSync(new URL('fixtures/corosync-two-links.conf', import.meta.url), 'utf8'),
  parameters: { self: 'pi-a', peer: 'pi-b' },
};

/** A peer that answers as long as it has power. */
function answersWhilePowered({ harness }: VirtualCluster): Ask {
  return async () => (harness.boards[1].powered ? 'answers' : 'silent');
}

describe('an off', () => {
  it('says success after the hold, without waiting for anything else', async () => {
    const cluster = await createCluster();
    expect(await call(cluster, { action: 'off', target })).toEqual({
      exitStatus: 0,
      stdout: 'Success: Powered OFF\n',
      stderr: '',
    });
    expect(cluster.clock.now()).toBeLessThan(12_300);
    expect(await call(cluster, { action: 'status', target })).toMatchObject({ exitStatus: 2, stdout: 'Status: OFF\n' });
  });

  it('is no success when the peer still answers at the end of the hold: the wire is broken, or EIPDE is not set there', async () => {
    const cluster = await createCluster();
    cluster.harness.wires[1].state = 'open';
    const ask = answersWhilePowered(cluster);
    const parameters = { peer_address: '192.0.2.2' };
    expect(await call(cluster, { action: 'off', target, parameters, ask })).toMatchObject({
      exitStatus: 1,
      stdout: '',
      stderr: expect.stringContaining('raspberrypi-2 still answers at 192.0.2.2'),
    });
    expect(await call(cluster, { action: 'status', target })).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
  });

  it('asks the peer when it must be off, and no earlier', async () => {
    const cluster = await createCluster({ boards: [{}, { extinPhase: 1000 }] });
    const asked: number[] = [];
    const ask: Ask = (...question) => {
      asked.push(cluster.clock.now());
      return answersWhilePowered(cluster)(...question);
    };
    const parameters = { peer_address: '192.0.2.2' };
    expect(await call(cluster, { action: 'off', target, parameters, ask })).toMatchObject({ exitStatus: 0 });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toBeGreaterThanOrEqual(11_200);
    expect(cluster.clock.now()).toBeLessThan(12_300);
  });

  it('does not need an answer to its question: silence and ignorance are alike', async () => {
    for (const answer of ['silent', { unasked: 'there is no ping' }] as const) {
      const cluster = await createCluster();
      const parameters = { peer_address: '192.0.2.2' };
      expect(await call(cluster, { action: 'off', target, parameters, ask: async () => answer })).toMatchObject({
        exitStatus: 0,
      });
    }
  });

  it('asks nobody when told so', async () => {
    const cluster = await createCluster();
    const parameters = { peer_address: 'NONE' };
    const ask: Ask = () => Promise.reject(new Error('was asked'));
    expect(await call(cluster, { action: 'off', target, parameters, ask })).toMatchObject({ exitStatus: 0 });
  });

  it.each<[string, PulseOutcome]>([
    ['that a wake pulse was given', { kind: 'woken' }],
    ['of a shorter hold', { kind: 'verified', held: 11_000, samples: 50, restarts: 0, released: true }],
    ['something unheard of', { kind: 'done' } as never],
  ])('is no success when its keeper tells it %s', async (_, outcome) => {
    const cluster = await createCluster();
    const events: KeeperEvent[] = [
      { event: 'accepted', joined: false },
      { event: 'result', outcome },
    ];
    const keeper = { send: () => {}, receive: async () => events.shift(), close: () => {} };
    expect(await call(cluster, { action: 'off', target, keeper })).toMatchObject({
      exitStatus: 1,
      stdout: '',
      stderr: expect.stringContaining('off of raspberrypi-2'),
    });
  });

  it.each([
    ['no target', {}],
    ['this node itself', { target: 'raspberrypi-1' }],
    ['a stranger', { target: 'raspberrypi-9' }],
    ['contradictory targets', { target, parameters: { plug: 'raspberrypi-1' } }],
  ])('is refused for %s, and the line is not touched', async (_, request) => {
    const cluster = await createCluster();
    let edges = 0;
    cluster.harness.boards[0].on('extout', () => edges++);
    expect(await call(cluster, { action: 'off', ...request })).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(edges).toBe(0);
  });
});

describe('what the last test of the wire found', () => {
  it.each(['open', 'unfenceable', 'looped', 'short', 'stuck', 'unsteady'])(
    'when it was %s, makes monitor fail, and off, whose peer is merely silent',
    async (verdict) => {
      const cluster = await createCluster();
      cluster.pis[0].kept.wireTest = `2026-01-02T03:04:05.000Z ${verdict}\n`;
      const failure = { exitStatus: 1, stdout: '', stderr: expect.stringContaining(`2026-01-02 found: ${verdict}`) };
      expect(await call(cluster, { action: 'monitor' })).toMatchObject(failure);
      for (const action of ['off', 'reboot']) expect(await call(cluster, { action, target })).toMatchObject(failure);
      expect(await call(cluster, { action: 'status', target })).toMatchObject({ stdout: 'Status: ON\n' });
    },
  );

  it('voids a proof of old that the peer is off', async () => {
    const cluster = await createCluster();
    expect(await call(cluster, { action: 'off', target })).toMatchObject({ exitStatus: 0 });
    cluster.pis[0].kept.wireTest = '2026-01-02T03:04:05.000Z open\n';
    expect(await call(cluster, { action: 'status', target })).toMatchObject({ stdout: 'Status: ON\n' });
  });

  it('is missed by monitor when there was none, which only warns', async () => {
    const cluster = await createCluster();
    cluster.pis[0].kept.wireTest = undefined;
    expect(await call(cluster, { action: 'monitor' })).toMatchObject({
      exitStatus: 0,
      stderr: expect.stringContaining('never been tested; to mend it: fence_sleepi3 wire-test'),
    });
  });
});

describe('the peer of a cluster with two links', () => {
  it.each(['192.168.11.179', '10.0.1.179'])('that answers at %s alone is not off', async (address) => {
    const cluster = await createCluster();
    cluster.harness.wires[1].state = 'open';
    const ask: Ask = async (asked) => (asked === address ? 'answers' : 'silent');
    expect(await call(cluster, { ...twoLinks, action: 'off', ask })).toMatchObject({
      exitStatus: 1,
      stdout: '',
      stderr: expect.stringContaining(`pi-b still answers at ${address}`),
    });
    expect(await call(cluster, { ...twoLinks, action: 'status', ask })).toMatchObject({ stdout: 'Status: ON\n' });
  });

  it('that cannot be asked is told by off and by monitor', async () => {
    const cluster = await createCluster();
    const ask: Ask = async () => ({ unasked: 'ping cannot be run' });
    const told = { exitStatus: 0, stderr: expect.stringContaining('ping cannot be run') };
    expect(await call(cluster, { ...twoLinks, action: 'monitor', ask })).toMatchObject(told);
    expect(await call(cluster, { ...twoLinks, action: 'off', ask })).toMatchObject(told);
  });

  it('whose peer_address is a list is asked at each of it', async () => {
    const cluster = await createCluster();
    cluster.harness.wires[1].state = 'open';
    const asked = new Set<string>();
    const ask: Ask = async (address, packets) => {
      if (packets === 3) asked.add(address);
      return 'silent';
    };
    const parameters = { peer_address: '192.0.2.2, 192.0.2.3', self: 'pi-a', peer: 'pi-b' };
    await call(cluster, { ...twoLinks, action: 'off', parameters, ask });
    expect([...asked]).toEqual(['192.0.2.2', '192.0.2.3']);
  });

  it('whose peer_address is this node itself is asked where corosync.conf has it', async () => {
    const cluster = await createCluster();
    cluster.harness.wires[1].state = 'open';
    const ask: Ask = async (address) => (address === '10.0.1.179' ? 'answers' : 'silent');
    const parameters = { peer_address: '192.168.11.211', self: 'pi-a', peer: 'pi-b' };
    const result = await call(cluster, { ...twoLinks, action: 'off', parameters, ask });
    expect(result).toMatchObject({ exitStatus: 1, stderr: expect.stringContaining('still answers at 10.0.1.179') });
  });
});

describe('options that can never be right', () => {
  it.each([
    [{ self: 'pi-a', peer: 'pi-c' }, 'peer=pi-c is not a node of corosync.conf, which has pi-a, pi-b'],
    [{ self: 'pi-a', peer: 'pi-b', preferred: 'pi-c' }, 'preferred=pi-c is not a node of corosync.conf'],
    [{ self: 'pi-a', peer: 'pi-b', peer_address: '10.0.1.179,192.168.11.211' }, 'peer_address=192.168.11.211 is this'],
    [{ self: 'pi-a', peer: 'pi-b', peer_address: '127.0.0.1' }, 'peer_address=127.0.0.1 is this node itself'],
  ])('%j are found by validate-all and by monitor', async (parameters, reason) => {
    const cluster = await createCluster();
    for (const action of ['validate-all', 'monitor']) {
      const result = await call(cluster, { ...twoLinks, action, target: 'node1', parameters });
      expect(result).toMatchObject({ exitStatus: 1, stdout: '', stderr: expect.stringContaining(reason) });
    }
  });

  it('are not the own addresses of the node that the device is for, where validate-all may run, too', async () => {
    const parameters = { self: 'pi-b', peer: 'pi-a', peer_address: '192.168.11.211' };
    const result = await call(await createCluster(), { ...twoLinks, action: 'validate-all', parameters });
    expect(result).toEqual({ exitStatus: 0, stdout: '', stderr: '' });
  });
});

describe('status', () => {
  it('is ON for the peer until its power-off was verified, and ON again once it was woken', async () => {
    const cluster = await createCluster();
    expect(await call(cluster, { action: 'status', target })).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
    await call(cluster, { action: 'off', target });
    expect(await call(cluster, { action: 'status', target })).toMatchObject({ exitStatus: 2 });
    expect(await call(cluster, { action: 'on', target })).toMatchObject({
      exitStatus: 0,
      stdout: 'Success: Powered ON\n',
    });
    expect(await call(cluster, { action: 'status', target })).toMatchObject({ exitStatus: 0 });
    expect(cluster.harness.boards[1].powered).toBe(true);
  });
});

describe('status of a peer that was powered off', () => {
  it('is ON again when the line was found asserted: that was an edge, which wakes', async () => {
    const cluster = await createCluster();
    await call(cluster, { action: 'off', target });
    await cluster.clock.advance(2000);
    cluster.harness.boards[0].poke('ioStatus', 1);
    await cluster.clock.advance(1000);
    expect(cluster.harness.boards[1].powered).toBe(true);
    expect(await call(cluster, { action: 'status', target })).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
    expect(cluster.harness.boards[0].extout).toBe(false);
  });

  it('is ON again as soon as the peer answers, whoever powered it on', async () => {
    const cluster = await createCluster();
    const parameters = { peer_address: '192.0.2.2' };
    const ask = answersWhilePowered(cluster);
    await call(cluster, { action: 'off', target, parameters, ask });
    expect(await call(cluster, { action: 'status', target, parameters, ask })).toMatchObject({ exitStatus: 2 });
    cluster.harness.boards[1].setSwitch(true);
    await cluster.clock.advance(5000);
    expect(cluster.harness.boards[1].powered).toBe(true);
    expect(await call(cluster, { action: 'status', target, parameters, ask })).toMatchObject({ exitStatus: 0 });
  });
});

describe('list', () => {
  it('names the one node that can be fenced', async () => {
    expect(await call(await createCluster(), { action: 'list' })).toMatchObject({
      exitStatus: 0,
      stdout: 'raspberrypi-2,\n',
    });
  });
});

describe('validate-all', () => {
  it('refuses no target', async () => {
    const cluster = await createCluster();
    for (const made of ['node1', 'raspberrypi-1', 'raspberrypi-2']) {
      expect(await call(cluster, { action: 'validate-all', target: made })).toEqual({
        exitStatus: 0,
        stdout: '',
        stderr: '',
      });
    }
  });

  it.each([
    [{ hold: '11' }, 'hold'],
    [{ hold: '20', hold_timeout: '15' }, 'hold_timeout'],
    [{ address: '0x6f' }, '0x6e, 0x6d or 0x6b'],
    [{ preferred: 'raspberrypi-9' }, 'not raspberrypi-1 or raspberrypi-2'],
    [{ peer: 'raspberrypi-1' }, 'both raspberrypi-1'],
  ])('refuses %j and says why', async (parameters, reason) => {
    const result = await call(await createCluster(), { action: 'validate-all', parameters });
    expect(result).toMatchObject({ exitStatus: 1, stdout: '', stderr: expect.stringContaining(reason) });
  });
});

describe('monitor', () => {
  it('is content with a sound node and writes nothing', async () => {
    expect(await call(await createCluster(), { action: 'monitor' })).toEqual({ exitStatus: 0, stdout: '', stderr: '' });
  });

  it.each([
    ['EIPDE is 0', 0b000, soundDefaults, 'to mend it: fence_sleepi3 boot'],
    ['EITRG is level', 0b011, soundDefaults, 'to mend it: fence_sleepi3 boot'],
    ['the next boot would clear EIPDE', undefined, editDefaults('', { HEARTBEAT_TIMEOUT: 0 }), 'after its next boot'],
    [
      'the boot is retried without a time-out',
      undefined,
      editDefaults('', { ...sound, BOOT_TIMEOUT: 0 }),
      'RETRY_BOOT=1 contradicts BOOT_TIMEOUT=0',
    ],
    [
      'the watchdog is not as configured',
      undefined,
      editDefaults('', { ...sound, HEARTBEAT_TIMEOUT: 60 }),
      'sleepi3ctl set watchdog-timeout 60',
    ],
  ])('fails with the remedy when %s', async (_, inputControl, defaults, remedy) => {
    const cluster = await createCluster();
    if (inputControl !== undefined) cluster.harness.boards[0].poke('inputControl', inputControl);
    const result = await call(cluster, { action: 'monitor', defaults });
    expect(result).toMatchObject({ exitStatus: 1, stdout: '', stderr: expect.stringContaining(remedy) });
  });

  it.each([
    ['EIPDE', 'inputControl', 0b001],
    ['EITRG', 'inputControl', 0b010],
    ['the time-out of the watchdog', 'watchdogTimeout', 0b100],
    ['EXTIN', 'ioStatus', 0b010],
    ['EXTOUT', 'ioStatus', 0b001],
  ] as const)('does not believe a single reading of %s that was garbled', async (_, register, bits) => {
    for (let at = 1; at <= 4; at++) {
      const cluster = await createCluster();
      cluster.harness.boards[0].faults.add({ kind: 'bit-flip', op: 'read', register, bits, at });
      expect(await call(cluster, { action: 'monitor' }), `reading ${at}`).toEqual({
        exitStatus: 0,
        stdout: '',
        stderr: '',
      });
    }
  });

  it.each([
    ['EIPDE is 0', 0b000, 0b001],
    ['EITRG is 1', 0b011, 0b010],
  ])('finds that %s although a reading that says otherwise was garbled', async (_, inputControl, bits) => {
    for (let at = 1; at <= 4; at++) {
      const cluster = await createCluster();
      cluster.harness.boards[0].poke('inputControl', inputControl);
      cluster.harness.boards[0].faults.add({ kind: 'bit-flip', op: 'read', register: 'inputControl', bits, at });
      expect(await call(cluster, { action: 'monitor' }), `reading ${at}`).toMatchObject({
        exitStatus: 1,
        stderr: expect.stringContaining('this node cannot be fenced'),
      });
    }
  });

  it('fails, and says why, on a board that reads differently each time', async () => {
    const cluster = await createCluster();
    // EIPDE in every other reading.
    const at = [1, 3, 5, 7, 9, 11];
    cluster.harness.boards[0].faults.add({ kind: 'bit-flip', op: 'read', register: 'inputControl', bits: 0b001, at });
    expect(await call(cluster, { action: 'monitor' })).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining('read differently each time'),
    });
  });

  it('fails when EXTIN is stuck, and only warns while it may be a shot', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[0].poke('inputControl', 0);
    cluster.harness.wires[0].state = 'stuck-high';
    await cluster.clock.advance(5000);
    const early = await call(cluster, { action: 'monitor' });
    expect(early.stderr).toContain('the other node is fencing this one, or testing the wire');
    expect(early.stderr).not.toContain('shorted');
    await cluster.clock.advance(30_000);
    expect((await call(cluster, { action: 'monitor' })).stderr).toContain('the wire is shorted');
  });

  it('releases an EXTOUT that nobody owns, says so once, and is content then', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[0].poke('ioStatus', 1);
    expect(await call(cluster, { action: 'monitor' })).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining('EXTOUT was asserted with no owner, and has been released'),
    });
    expect(await call(cluster, { action: 'monitor' })).toMatchObject({ exitStatus: 0, stderr: '' });
  });

  it('leaves an EXTOUT alone that a keeper owns', async () => {
    const cluster = await createCluster();
    const { outcome } = cluster.pis[0].runAgent({
      action: 'off',
      target,
      hold: 12_000,
      holdTimeout: 40_000,
      wakeDelay: 2000,
      preferred: true,
    });
    await cluster.clock.advance(3000);
    expect(await call(cluster, { action: 'monitor' })).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(await cluster.clock.runUntil(outcome)).toMatchObject({ kind: 'verified', restarts: 0 });
  });
});
