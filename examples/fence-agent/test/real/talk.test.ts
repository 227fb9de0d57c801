// Two line keepers as real services that talk over TCP. Each test has hosts of its own, so that they wait side by side.
import { once } from 'node:events';
import { connect } from 'node:net';
import { systemClock } from '@sleepi3/driver';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import type { Conversation } from '../../src/keeper/messages.js';
import { type Frame, secured } from '../../src/peer/channel.js';
import { builtAgent } from './built-agent.js';
import { addresses, key, listeningIn, takesCalls, twoHosts } from './two-hosts.js';
import { timeout, until } from './until.js';

/** More than the time between two questions to the peer, ms. */
const askInterval = 12_000;
/** More than the time between two attempts to listen, ms. */
const listenInterval = 12_000;
/** How long an answer of the peer is believed, ms. */
const longestBelief = 60_000;
const otherKey = Buffer.alloc(256, 8);

describe.runIf(haveRealParts('unshare'))(
  'two line keepers as services',
  { timeout: 4 * timeout * 1000, concurrent: true },
  () => {
    const agent = builtAgent();

    it('with the same key know of each other', async () => {
      await using hosts = await twoHosts(agent.program);
      await hosts.start(1, key);
      await hosts.start(0, key);
      await hosts.hearsOfPeer(0);
      await hosts.hearsOfPeer(1);
    });

    it('with different keys do not, and serve whoever has theirs all the same', async () => {
      await using hosts = await twoHosts(agent.program);
      await hosts.start(1, key);
      await hosts.start(0, otherKey);
      await systemClock.sleep(askInterval);
      expect(await hosts.peerFenceable(0)).toBeUndefined();
      expect(await hosts.peerFenceable(1)).toBeUndefined();
      await hosts.overhear(1);
    });

    it('talk on when the key of the cluster is changed while they run', async () => {
      await using hosts = await twoHosts(agent.program);
      await hosts.start(1, otherKey);
      await hosts.start(0, otherKey);
      await hosts.hearsOfPeer(0);
      await hosts.changeKey(0, key);
      await hosts.changeKey(1, key);
      await hosts.overhear(0);
      await hosts.overhear(1);
      // What was said before the change is believed for a minute.
      await systemClock.sleep(longestBelief + askInterval);
      await hosts.hearsOfPeer(0);
      await hosts.hearsOfPeer(1);
    });

    it('answer nothing that was overheard and is said again, in the same conversation or in another one', async () => {
      await using hosts = await twoHosts(agent.program);
      await hosts.start(1, key);
      const { asked } = await hosts.overhear(1);
      expect(await hosts.say(1, asked)).toEqual([]);
      const conversation = await hosts.callNode(1);
      const frames: Frame[] = [];
      const lines = await secured(listeningIn(conversation, frames), key, 'caller', systemClock);
      lines?.send('{"say":"hello","protocol":1,"node":"one","peer":"two"}');
      conversation.send(frames.at(-1)!); // the very same again, in the place of the next
      expect(await lines?.receive()).toContain('"ready"');
      expect(await lines?.receive()).toBeUndefined();
      await hosts.overhear(1);
    });

    it('believe no answer that was overheard', async () => {
      await using hosts = await twoHosts(agent.program);
      const two = await hosts.start(1, key);
      let answered: readonly Frame[] = [];
      await until('it says that it can be fenced', async () => {
        const overheard = await hosts.overhear(1);
        ({ answered } = overheard);
        return overheard.facts.fenceable === true;
      });
      await two.stop();
      await using replay = await hosts.impostor(1, (socket) => {
        socket.write(answered.map((frame) => `${JSON.stringify(frame)}\n`).join(''));
      });
      await hosts.start(0, key);
      await until('it has asked twice', () => replay.calls.length >= 2);
      await systemClock.sleep(3000);
      expect(await hosts.peerFenceable(0)).toBeUndefined();
    });

    it('are held up by no peer that takes calls and is silent', async () => {
      await using hosts = await twoHosts(agent.program);
      await using silent = await hosts.impostor(1, () => undefined);
      await hosts.start(0, key);
      await until('it has asked twice', () => silent.calls.length >= 2);
      expect(await hosts.peerFenceable(0)).toBeUndefined();
      await hosts.overhear(0);
    });

    it('wait for a port that wire-listen has, say so once and in plain words, and take it when it is free', async () => {
      await using hosts = await twoHosts(agent.program);
      const listener = await hosts.listen(0);
      const one = await hosts.start(0, key);
      await systemClock.sleep(2 * listenInterval);
      expect(one.log.match(/waiting for TCP port \d+.*/g)).toEqual([
        `waiting for TCP port ${hosts.port}, on which the line keepers of other nodes call: another program has it, probably ` +
          'fence_sleepi3 wire-listen (see ss -tlnp)',
      ]);
      expect(one.log).not.toContain('EADDRINUSE');
      listener.kill('SIGTERM');
      await once(listener, 'close');
      await until('it answers there', () => takesCalls(addresses[0], hosts.port));
      await hosts.overhear(0);
      expect(one.log).toContain('listening for the line keepers of other nodes now');
    });

    it('hang up on whoever talks nonsense, and on nobody else', async () => {
      await using hosts = await twoHosts(agent.program);
      await hosts.start(1, key);
      const nonsense = [
        'GET / HTTP/1.1\r\n\r\n',
        '{"nonce":5}\n',
        '[]\n',
        '\0\n',
        `{"nonce":"${'a'.repeat(20_000)}"}\n`,
        '\n',
      ];
      for (const text of nonsense) {
        const conversation = await hosts.callNode(1);
        (conversation as unknown as { send(raw: unknown): void }).send(text); // a JSON text, where an object is due
        expect(await drained(conversation)).toBe('hung up');
        expect(await rawly(addresses[1], hosts.port, text)).toBe('hung up');
      }
      await hosts.overhear(1);
    });
  },
);

async function drained(conversation: Conversation<Frame, Frame>): Promise<'hung up'> {
  while (await conversation.receive());
  return 'hung up';
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
