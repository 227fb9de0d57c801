// The socket between agent and keeper, against whoever may be at its other end.
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentMessage, type Conversation, type KeeperEvent, parseAgentMessage } from '../src/keeper/messages.js';
import type { PulseRequest } from '../src/line/act.js';
import { listenForAgents } from '../src/keeper/socket.js';
import { callKeeper } from '../src/node/line-keeper.js';
import { requestOf } from '../virtual/virtual-cluster.js';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keeper-socket-'));
  path = join(directory, 'board.sock');
});
afterEach(() => rm(directory, { recursive: true }));

/** A client that neither reads nor closes, as one that was stopped. */
async function stoppedClient(): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

describe('a keeper that ends', () => {
  it('does not wait for an agent that was stopped and never hangs up', async () => {
    const calls: Conversation<AgentMessage, KeeperEvent>[] = [];
    const server = await listenForAgents<AgentMessage, KeeperEvent>(path, (call) => calls.push(call));
    const stopped = await stoppedClient();
    await expect.poll(() => calls.length).toBe(1);
    calls[0]!.send({ event: 'alive' });
    calls[0]!.close();
    await server.close();
    stopped.destroy();
    expect(await callKeeper(path)).toBeUndefined();
  });

  it('has its last word heard by an agent that reads', async () => {
    const server = await listenForAgents<AgentMessage, KeeperEvent>(path, (call) => {
      call.send({ event: 'waiting', for: 'off' });
      call.close();
    });
    const agent = await callKeeper<KeeperEvent, AgentMessage>(path);
    await server.close();
    expect(await agent?.receive()).toEqual({ event: 'waiting', for: 'off' });
    expect(await agent?.receive()).toBeUndefined();
  });

  it('leaves a socket that only its user could reach', async () => {
    const server = await listenForAgents(path, () => undefined);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await server.close();
  });
});

describe('what an agent may say', () => {
  const request = requestOf(0);
  const act = (changed: Partial<PulseRequest>): AgentMessage => ({
    ask: 'act',
    request: { ...request, ...changed },
    timeout: 60_000,
    board: {},
  });
  const conf = { path: '/etc/corosync/corosync.conf', failed: 'ENOENT' };
  const call = { version: '1.0.0', input: 'action=monitor\n', conf, hostname: 'a', addresses: ['192.0.2.1'] };
  const run: AgentMessage = { ask: 'run', call, board: {} };
  const wrong = (changed: object) => JSON.stringify({ ...act({}), request: { ...request, ...changed } });

  it.each<[string, AgentMessage]>([
    ['an off', act({})],
    ['a reboot', act({ action: 'reboot' })],
    ['the shortest off', act({ hold: 12_000 })],
    ['the shortest reboot', act({ action: 'reboot', hold: 12_000, wakeDelay: 0 })],
    ['an on', act({ action: 'on' })],
    ['a test pulse', act({ action: 'test', hold: 900 })],
    ['a pulse of characterize', act({ action: 'test', hold: 4200 })],
    ['that it is no longer wanted', { cancel: true }],
    ['a question for the status', { ask: 'status', target: 'x', board: { address: 0x6e } }],
    ['a question for a report', { ask: 'report', board: { bus: '1', defaultsFile: '/etc/default/sleepi3' } }],
    ['that the target is awake', { ask: 'forget', board: {} }],
    ['that a boot is to be done', { ask: 'boot', timeout: 1000, board: {} }],
    ['a request to be answered in its place', run],
    ['what it was asked', { told: { to: 1, found: ['192.0.2.1'] } }],
    ['why it cannot tell what it was asked', { told: { to: 1, failed: 'ENOENT' } }],
  ])('is %s', (_, message) => {
    expect(parseAgentMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each([
    ['nothing', 'null'],
    ['a number', '1'],
    ['half a message', '{"request":{"action":"off",'],
    ['no request', JSON.stringify({ ...act({}), request: null })],
    ['no act', wrong({ action: 'toString' })],
    ['no target', wrong({ target: '' })],
    ['an off without end', wrong({ hold: null })],
    ['an off too short to cut', wrong({ hold: 9000 })],
    ['a test pulse long enough to cut', wrong({ action: 'test' })],
    ['a reboot too short to cut', wrong({ action: 'reboot', hold: 10_999 })],
    ['a test pulse of negative length', wrong({ action: 'test', hold: -1 })],
    ['a hold in words', wrong({ hold: '12000' })],
    ['an act without an end', wrong({ holdTimeout: undefined })],
    ['a wake pulse in the past', wrong({ wakeDelay: -1 })],
    ['an act without a name', wrong({ action: undefined })],
    ['a target that is a number', wrong({ target: 1 })],
    ['a text', JSON.stringify({ ...act({}), request: 'off' })],
    ['an act without arbitration', wrong({ preferred: undefined })],
    ['an act that waits for ever', JSON.stringify({ ...act({}), timeout: null })],
    ['an act on no board', JSON.stringify({ ...act({}), board: undefined })],
    ['an act on a board in numbers', JSON.stringify({ ...act({}), board: { bus: 1 } })],
    ['a question that nobody knows', JSON.stringify({ ask: 'fire', board: {} })],
    ['the status of nobody', JSON.stringify({ ask: 'status', board: {} })],
    ['no request to be answered', JSON.stringify({ ...run, call: null })],
    ['a request of no version', JSON.stringify({ ...run, call: { ...call, version: undefined } })],
    ['an answer to nothing', JSON.stringify({ told: { found: 'answers' } })],
  ])('is not %s: that ends the conversation, and the keeper goes on', async (_, garbage) => {
    const received: unknown[] = [];
    let ended: Promise<void> | undefined;
    const server = await listenForAgents<AgentMessage, KeeperEvent>(
      path,
      (call) => {
        ended = (async () => {
          for (let message = await call.receive(); message; message = await call.receive()) received.push(message);
        })();
      },
      parseAgentMessage,
    );
    const stranger = await stoppedClient();
    stranger.write(`${garbage}\n${JSON.stringify(act({}))}\n`);
    await expect.poll(() => ended !== undefined).toBe(true);
    await ended;
    expect(received).toEqual([]);
    stranger.destroy();
    await server.close();
  });
});
