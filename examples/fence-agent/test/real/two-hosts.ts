// Two hosts of one cluster on this machine, each of its own name, at an address of its own on loopback, with corosync's key in its
// directory: line keepers as real services can run there and talk over TCP. And whoever else may call, or answer, there.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editDefaults, systemClock } from '@sleepi3/driver';
import { createHarness, serveBoard } from '@sleepi3/simulator';
import { expect } from 'vitest';
import type { Conversation } from '../../src/keeper/messages.js';
import { type Frame, parseFrame, secured } from '../../src/peer/channel.js';
import { aboutQuestion, parsePeerFacts, type PeerFacts } from '../../src/peer/messages.js';
import { callListener } from '../../src/wire-test/socket.js';
import { type Service, startService } from './service.js';
import { until } from './until.js';

const names = ['one', 'two'] as const;
export const addresses = ['127.16.110.1', '127.16.110.2'] as const;
/** corosync's, of the cluster. */
export const key = Buffer.alloc(256, 7);

/** Every frame of a conversation, and what was said. */
interface Overheard {
  readonly asked: Frame[];
  readonly answered: Frame[];
  readonly facts: PeerFacts;
}

/** Makes them, at a port of their own; `program` is the agent as built. */
export async function twoHosts(program: string) {
  const directory = await mkdtemp(join(tmpdir(), 'fence-talk-'));
  const inDirectory = (file: string) => join(directory, file);
  const harness = createHarness({ clock: systemClock, coldRegisters: { inputControl: 0b001 } });
  const servers = await Promise.all(
    harness.boards.map((board, i) => serveBoard(board, { path: inDirectory(`board-${i}`) })),
  );
  const services: Service[] = [];
  const listeners: ChildProcess[] = [];
  const port = await freePort();
  const nodes = names.map((name, i) => `  node {\n    name: ${name}\n    ring0_addr: ${addresses[i]!}\n  }\n`);
  await writeFile(inDirectory('corosync.conf'), `nodelist {\n${nodes.join('')}}\n`);
  await writeFile(inDirectory('sleepi3'), editDefaults('', { EXTIN_FORCED_SHUTDOWN: true }));
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

  /** What `pcs cluster authkey corosync` does to a node. */
  const changeKey = (node: 0 | 1, clusterKey: Buffer) => writeFile(inDirectory(`state-${node}/authkey`), clusterKey);

  /** Starts `fence_sleepi3 wire-listen` on a node that has no service yet. */
  async function listen(node: 0 | 1): Promise<ChildProcess> {
    const state = await prepare(node);
    const words = ['wire-listen', ...wordsOf(node), '--bind', addresses[node], '--port', `${port}`];
    const env = { ...process.env, FENCE_SLEEPI3_DIRECTORY: state };
    const listener = spawn(inDirectory(`host-${node}`), words, { env, stdio: 'ignore' });
    listeners.push(listener);
    await until('wire-listen takes calls', () => takesCalls(addresses[node], port));
    return listener;
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

  return {
    port,
    ...{ start, changeKey, listen, peerFenceable, hearsOfPeer, callNode, overhear, say, impostor },
    [Symbol.asyncDispose]: async () => {
      for (const listener of listeners) listener.kill('SIGKILL');
      await Promise.all(services.map((service) => service.stop()));
      harness.close();
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      await rm(directory, { recursive: true });
    },
  };
}

/** The same conversation, of which each frame is noted. */
export function listeningIn(
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

export async function takesCalls(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, addresses[0]);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
