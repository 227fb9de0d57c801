// What the line keeper's process lives through: a full disk, no processes left, an agent that is gone.
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import type { AgentMessage, KeeperEvent } from '../src/keeper/messages.js';
import { callKeeper } from '../src/keeper/socket.js';
import { runLineKeeper } from '../src/keeper/line-processes.js';
import { stateFiles } from '../src/node/state.js';
import { requestOf } from '../virtual/virtual-cluster.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'line-keeper-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A keeper of a board that is not there, in this process. */
function keeper(output: Writable, logs: string[] = [], execPath = '/bin/true') {
  return runLineKeeper(
    {
      program: '/dev/null',
      execPath,
      pid: 4711,
      words: ['unix:/dev/null/board', '110', directory],
      stop: new AbortController().signal,
      log: (message) => logs.push(message),
    },
    output,
  );
}

const files = () => stateFiles(directory, { bus: 'unix:/dev/null/board', address: 110 });

/** Asks the keeper for an act and waits for its answer; the keeper ends then. */
async function askForAct(): Promise<unknown> {
  const agent = await callKeeper<KeeperEvent, AgentMessage>(files().socket);
  agent?.send({ request: requestOf(0) });
  expect(await agent?.receive()).toEqual({ event: 'accepted', joined: false });
  let event = await agent?.receive();
  while (event?.event === 'alive') event = await agent?.receive(); // it tries to open the board for a while
  agent?.close();
  return event;
}

const noBoard = { event: 'result', outcome: { kind: 'failed', reason: expect.stringContaining('cannot connect') } };

describe.runIf(haveRealParts('flock'))('a line keeper', () => {
  it('works although its process id cannot be written', async () => {
    await mkdir(files().keeper);
    const logs: string[] = [];
    const output = new Words();
    const ended = keeper(output, logs);
    await output.said('ready\n');
    expect(await askForAct()).toEqual(noBoard);
    expect(await ended).toBe(0);
    expect(logs).toEqual([expect.stringContaining('process id could not be written')]);
  });

  it('works, and says so, although its guard cannot be started', async () => {
    const logs: string[] = [];
    const output = new Words();
    const ended = keeper(output, logs, '/bin/no\0file'); // fails at once, as for want of memory
    await output.said('ready\n');
    expect(await askForAct()).toEqual(noBoard);
    expect(await ended).toBe(0);
    expect(logs).toEqual([expect.stringContaining('held without a guard')]);
  });

  it('works although somebody talks nonsense to it', async () => {
    const output = new Words();
    const ended = keeper(output);
    await output.said('ready\n');
    for (const nonsense of ['null', '{"request":null}', '{"request":{"action":"off"}}', '7']) {
      const stranger = await callKeeper<KeeperEvent, never>(files().socket);
      stranger?.send(JSON.parse(nonsense) as never);
      expect(await stranger?.receive()).toBeUndefined();
    }
    expect(await askForAct()).toEqual(noBoard);
    expect(await ended).toBe(0);
  });

  it('works although whoever started it no longer listens', async () => {
    const output = new Writable({
      write: (_chunk, _encoding, done) => {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const ended = keeper(output);
    await expect.poll(() => readdir(directory)).toContainEqual(expect.stringMatching(/sock$/));
    expect(await askForAct()).toEqual(noBoard);
    expect(await ended).toBe(0);
  });
});

class Words extends Writable {
  #text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#text += chunk.toString();
    this.emit('said');
    done();
  }

  async said(text: string): Promise<void> {
    while (!this.#text.includes(text)) await once(this, 'said');
  }
}
