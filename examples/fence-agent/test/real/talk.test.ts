// Two line keepers as real services that talk over TCP: each a host of its own name, at an address of its own on loopback, with
// corosync's key in its directory. And whoever else may call, or answer, there.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editDefaults, systemClock } from '@sleepi3/driver';
import { createHarness, type Harness, serveBoard } from '@sleepi3/simulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import type { Conversation } from '../../src/keeper/messages.js';
import { type Frame, parseFrame, secured } from '../../src/peer/channel.js';
import { aboutQuestion, parsePeerFacts, type PeerFacts } from '../../src/peer/messages.js';
import { callListener } from '../../src/wire-test/socket.js';
import { buildAgent } from './live-cluster.js';
import { type Service, startService } from './service.js';
import { timeout, until } from './until.js';

const names = ['one', 'two'] as const;
const addresses = ['127.16.110.1', '127.16.110.2'] as const;
/** More than the time between two questions to the peer, ms. */
const askInterval = 12_000;
/** More than the time between two attempts to listen, ms. */
const listenInterval = 12_000;
const key = Buffer.alloc(256, 7);
const otherKey = Buffer.alloc(256, 8);

/** Every frame of a conversation, and what was said. */
interface Overheard {
  readonly asked: Frame[];
  readonly answered: Frame[];
  readonly facts: PeerFacts;
}

describe.runIf(haveRealParts('unshare'))('two line keepers as services', { timeout: 4 * timeout * 1000 }, () => {
  let built: string;
  let program: string;
  let directory: string;
  let harness: Harness;
  let servers: AsyncDisposable[];
  let services: Service[];
  let listeners: ChildProcess[];
  let port: number;

  beforeAll(async () => {
    built = await mkdtemp(join(tmpdir(), 'fence-built-'));
    program = buildAgent(built);
  });
  afterAll(() => rm(built, { recursive: true }));
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-talk-'));
    harness = createHarness({ clock: systemClock, coldRegisters: { inputControl: 0b001 } });
    servers = await Promise.all(
      harness.boards.map((board, i) => serveBoard(board, { path: inDirectory(`board-${i}`) })),
    );
    services = [];
    listeners = [];
    port = await freePort();
    const nodes = names.map((name, i) => `  node {\n    name: ${name}\n    ring0_addr: ${addresses[i]!}\n  }\n`);
    await writeFile(inDirectory('corosync.conf'), `nodelist {\n${nodes.join('')}}\n`);
    await writeFile(inDirectory('sleepi3'), editDefaults('', { EXTIN_FORCED_SHUTDOWN: true }));
  });
  afterEach(async () => {
    for (const listener of listeners) listener.kill('SIGKILL');
    await Promise.all(services.map((service) => service.stop()));
    harness.close();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    await rm(directory, { recursive: true });
  });

  const inDirectory = (file: string) => join(directory, file);
  const wordsOf = (node: 0 | 1) => [
    ...['--bus', `unix:${inDirectory(`board-${node}`)}`, '--defaults-file', inDirectory('sleepi3')],
    ...['--corosync-conf', inDirectory('corosync.conf')],
  ];

  /** Makes the host of a node and its directory, with the key of its cluster in it. */
  async function prepare(node: 0 | 1, clusterKey: Uint8Array = key): Promise<string> {
    const state = inDirectory(`state-${node}`);
    await mkdir(state, { mode: 0o700, recursive: true });
    await writeFile(join(state, 'authkey'), clusterKey);
    // Who a node is cannot be told to it: it has a name of its own.
    const host = inDirectory(`host-${node}`);
    await writeFile(
      host,
      `#!/bin/sh\nexec unshare --uts sh -c 'hostname ${names[node]}; exec "$@"' sh ${program} "$@"\n`,
    );
    await chmod(host, 0o755);
    return state;
  }

  /** Starts the service of a node whose cluster has that key. */
  async function start(node: 0 | 1, clusterKey: Buffer): Promise<Service> {
    const state = await prepare(node, clusterKey);
    const host = inDirectory(`host-${node}`);
    const service = await startService(host, state, ...wordsOf(node), '--bind', addresses[node], '--port', `${port}`);
    services.push(service);
    await until('it takes calls of its peer', () => takesCalls(addresses[node], port));
    return service;
  }

  /** What a node's `check --json` says of its peer: undefined when the peer has said nothing. */
  async function peerFenceable(node: 0 | 1): Promise<unknown> {
    const env = { ...process.env, FENCE_SLEEPI3_DIRECTORY: inDirectory(`state-${node}`) };
    const check = spawn(inDirectory(`host-${node}`), ['check', '--json', ...wordsOf(node)], { env });
    let text = '';
    check.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(check, 'close');
    return (JSON.parse(text) as { readonly peerFenceable?: unknown }).peerFenceable;
  }

  const hearsOfPeer = (node: 0 | 1) =>
    until(`node ${names[node]} hears of its peer`, async () => (await peerFenceable(node)) === true);

  /** Calls the line keeper of a node, as the other one does. */
  const callNode = (node: 0 | 1) =>
    callListener<Frame, Frame>({ host: addresses[node], port, timeout: 5000 }, parseFrame);

  /** Asks the line keeper of a node about itself with the key, and resolves to every frame that went either way. */
  async function overhear(node: 0 | 1): Promise<Overheard> {
    const conversation = await callNode(node);
    const asked: Frame[] = [];
    const answered: Frame[] = [];
    const lines = await secured(listeningIn(conversation, asked, answered), key, 'caller', systemClock);
    lines?.send(aboutQuestion);
    const facts = parsePeerFacts((await lines?.receive()) ?? '');
    expect(facts).toMatchObject({ node: names[node], peer: names[1 - node] });
    return { asked, answered, facts };
  }

  /** Says frames to a node; resolves to what it answers after its nonce until it hangs up. */
  async function say(node: 0 | 1, frames: readonly Frame[]): Promise<Frame[]> {
    const conversation = await callNode(node);
    for (const frame of frames) conversation.send(frame);
    const heard: Frame[] = [];
    for (let frame = await conversation.receive(); frame; frame = await conversation.receive()) heard.push(frame);
    return heard.filter((frame) => !('nonce' in frame));
  }

  /** Somebody else at the address of a node. */
  async function impostor(node: 0 | 1, onCall: (socket: Socket) => void) {
    const calls: Socket[] = [];
    const server = createServer((socket) => {
      calls.push(socket);
      socket.on('error', () => undefined);
      onCall(socket);
    });
    server.listen(port, addresses[node]);
    await once(server, 'listening');
    return {
      calls,
      [Symbol.asyncDispose]: async () => {
        for (const socket of calls) socket.destroy();
        server.close();
        await once(server, 'close');
      },
    };
  }

  it('with the same key know of each other', async () => {
    await start(1, key);
    await start(0, key);
    await hearsOfPeer(0);
    await hearsOfPeer(1);
  });

  it('with different keys do not, and serve whoever has theirs all the same', async () => {
    await start(1, key);
    await start(0, otherKey);
    await systemClock.sleep(askInterval);
    expect(await peerFenceable(0)).toBeUndefined();
    expect(await peerFenceable(1)).toBeUndefined();
    await overhear(1);
  });

  it('answer nothing that was overheard and is said again, in the same conversation or in another one', async () => {
    await start(1, key);
    const { asked } = await overhear(1);
    expect(await say(1, asked)).toEqual([]);
    const conversation = await callNode(1);
    const frames: Frame[] = [];
    const lines = await secured(listeningIn(conversation, frames), key, 'caller', systemClock);
    lines?.send('{"say":"hello","protocol":1,"node":"one","peer":"two"}');
    conversation.send(frames.at(-1)!); // the very same again, in the place of the next
    expect(await lines?.receive()).toContain('"ready"');
    expect(await lines?.receive()).toBeUndefined();
    await overhear(1);
  });

  it('believe no answer that was overheard', async () => {
    const two = await start(1, key);
    let answered: readonly Frame[] = [];
    await until('it says that it can be fenced', async () => {
      const overheard = await overhear(1);
      ({ answered } = overheard);
      return overheard.facts.fenceable === true;
    });
    await two.stop();
    await using replay = await impostor(1, (socket) => {
      socket.write(answered.map((frame) => `${JSON.stringify(frame)}\n`).join(''));
    });
    await start(0, key);
    await until('it has asked twice', () => replay.calls.length >= 2);
    await systemClock.sleep(3000);
    expect(await peerFenceable(0)).toBeUndefined();
  });

  it('are held up by no peer that takes calls and is silent', async () => {
    await using silent = await impostor(1, () => undefined);
    await start(0, key);
    await until('it has asked twice', () => silent.calls.length >= 2);
    expect(await peerFenceable(0)).toBeUndefined();
    await overhear(0);
  });

  it('wait for a port that wire-listen has, say so once and in plain words, and take it when it is free', async () => {
    const state = await prepare(0);
    const listener = spawn(
      inDirectory('host-0'),
      ['wire-listen', ...wordsOf(0), '--bind', addresses[0], '--port', `${port}`],
      { env: { ...process.env, FENCE_SLEEPI3_DIRECTORY: state }, stdio: 'ignore' },
    );
    listeners.push(listener);
    await until('wire-listen takes calls', () => takesCalls(addresses[0], port));
    const one = await start(0, key);
    await systemClock.sleep(2 * listenInterval);
    expect(one.log.match(/waiting for TCP port \d+.*/g)).toEqual([
      `waiting for TCP port ${port}, on which the line keepers of other nodes call: another program has it, probably ` +
        'fence_sleepi3 wire-listen (see ss -tlnp)',
    ]);
    expect(one.log).not.toContain('EADDRINUSE');
    listener.kill('SIGTERM');
    await once(listener, 'close');
    await until('it answers there', () => takesCalls(addresses[0], port));
    await overhear(0);
    expect(one.log).toContain('listening for the line keepers of other nodes now');
  });

  it('hang up on whoever talks nonsense, and on nobody else', async () => {
    await start(1, key);
    const nonsense = [
      'GET / HTTP/1.1\r\n\r\n',
      '{"nonce":5}\n',
      '[]\n',
      '\0\n',
      `{"nonce":"${'a'.repeat(20_000)}"}\n`,
      '\n',
    ];
    for (const text of nonsense) {
      const conversation = await callNode(1);
      (conversation as unknown as { send(raw: unknown): void }).send(text); // a JSON text, where an object is due
      expect(await drained(conversation)).toBe('hung up');
      expect(await rawly(addresses[1], port, text)).toBe('hung up');
    }
    await overhear(1);
  });
});

/** The same conversation, of which each frame is noted. */
function listeningIn(
  conversation: Conversation<Frame, Frame>,
  sent: Frame[],
  received: Frame[] = [],
): Conversation<Frame, Frame> {
  return {
    send: (frame) => {
      sent.push(frame);
      conversation.send(frame);
    },
    receive: async () => {
      const frame = await conversation.receive();
      if (frame) received.push(frame);
      return frame;
    },
    close: () => {
      conversation.close();
    },
  };
}

async function drained(conversation: Conversation<Frame, Frame>): Promise<'hung up'> {
  while (await conversation.receive());
  return 'hung up';
}

async function takesCalls(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}

/** Sends bytes as they are. */
async function rawly(host: string, port: number, text: string): Promise<'hung up'> {
  const socket = connect({ host, port });
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.write(text);
  if (!socket.closed) await once(socket, 'close');
  return 'hung up';
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, addresses[0]);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
