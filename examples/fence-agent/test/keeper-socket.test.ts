// The socket between agent and keeper, against whoever may be at its other end.
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentMessage, Conversation, KeeperEvent } from '../src/keeper-messages.js';
import { callKeeper, listenForAgents } from '../src/keeper-socket.js';

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
      call.send({ event: 'busy', with: 'off' });
      call.close();
    });
    const agent = await callKeeper<KeeperEvent, AgentMessage>(path);
    await server.close();
    expect(await agent?.receive()).toEqual({ event: 'busy', with: 'off' });
    expect(await agent?.receive()).toBeUndefined();
  });

  it('leaves a socket that only its user could reach', async () => {
    const server = await listenForAgents(path, () => undefined);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await server.close();
  });
});
