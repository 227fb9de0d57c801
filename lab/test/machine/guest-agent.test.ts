import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '@sleepi3/driver';
import { afterEach, describe, expect, it } from 'vitest';
import { GuestAgent } from '../../src/machine/guest-agent.js';

interface Request {
  readonly id: number;
  readonly execute: string;
  readonly arguments: Record<string, unknown>;
}

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Time that passes only where the test lets it: polls at once, everything longer when told. */
function manualClock() {
  let now = 0;
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        if (milliseconds < 1000) setImmediate(resolve);
        else sleepers.push({ until: now + milliseconds, wake: resolve });
      }),
  };
  return {
    clock,
    pass: (milliseconds: number) => {
      now += milliseconds;
      const due = sleepers.filter(({ until }) => until <= now);
      sleepers = sleepers.filter((one) => !due.includes(one));
      for (const { wake } of due) wake();
    },
  };
}

/** QEMU's side of the port: answers as the test says. */
async function guest(answer: (request: Request, reply: (text: string) => void, socket: Socket) => void) {
  const directory = mkdtempSync(join(tmpdir(), 'lab-agent-'));
  const path = join(directory, 'agent.socket');
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', (line) => {
      answer(
        JSON.parse(line) as Request,
        (text) => {
          socket.write(text);
        },
        socket,
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  const { clock, pass } = manualClock();
  const agent = await GuestAgent.connect('raspberrypi-1', path, clock);
  cleanUps.push(() => {
    agent.close();
    server.close();
    rmSync(directory, { recursive: true });
  });
  return { agent, pass };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A guest in which each program ends at its third look. */
function working(request: Request, reply: (text: string) => void, looks: { count: number }): void {
  const { id, execute } = request;
  const say = (value: unknown) => {
    reply(`${JSON.stringify({ id, return: value })}\n`);
  };
  if (execute === 'guest-exec') say({ pid: 42 });
  else if (execute === 'guest-exec-status') {
    looks.count += 1;
    say(
      looks.count < 3
        ? { exited: false }
        : { exited: true, exitcode: 3, 'out-data': base64('half done, ünicode\n'), 'err-data': base64('why\n') },
    );
  } else say({});
}

describe('commands in a guest', () => {
  it('give output, complaints and exit status when the program has ended', async () => {
    const looks = { count: 0 };
    const { agent } = await guest((request, reply) => {
      working(request, reply, looks);
    });
    expect(await agent.exec(['make', 'half'])).toEqual({ stdout: 'half done, ünicode\n', stderr: 'why\n', status: 3 });
  });

  it('pass the program, its arguments and its input on as they are', async () => {
    const seen: Request[] = [];
    const { agent } = await guest((request, reply) => {
      seen.push(request);
      working(request, reply, { count: 2 });
    });
    await agent.exec(['sh', '-c', 'cat; echo "$0"'], { input: 'ü\n' });
    expect(seen[0]?.arguments).toMatchObject({
      path: 'sh',
      arg: ['-c', 'cat; echo "$0"'],
      'input-data': base64('ü\n'),
    });
  });

  it('are understood in whatever pieces the answers arrive, with the remains of older answers between them', async () => {
    const looks = { count: 0 };
    const { agent } = await guest((request, reply) => {
      const pieces: string[] = [];
      working(request, (text) => pieces.push(text), looks);
      const text = `{"torn": \n{"return": {"pid": 1}, "id": 999}\n{"error": {"desc": "older"}}\n${pieces.join('')}`;
      for (const character of text) reply(character);
    });
    expect((await agent.exec(['true'])).status).toBe(3);
  });

  it('fail with what the guest says', async () => {
    const { agent } = await guest(({ id }, reply) => {
      reply(`${JSON.stringify({ id, error: { class: 'GenericError', desc: 'no such program' } })}\n`);
    });
    await expect(agent.exec(['nosuch'])).rejects.toMatchObject({ code: 'MACHINE', message: /no such program/ });
  });

  it('do not wait for ever for a guest that hangs, and work again when it answers again', async () => {
    let dead = true;
    const looks = { count: 2 };
    let asked: () => void = () => {};
    const { agent, pass } = await guest((request, reply) => {
      if (!dead) working(request, reply, looks);
      asked();
    });
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    const failing = expect(agent.exec(['true'])).rejects.toMatchObject({ code: 'TIMEOUT' });
    await arrived;
    pass(10_000);
    await failing;
    dead = false;
    expect((await agent.exec(['true'])).status).toBe(3);
  });

  it('wait longer for a guest that is busy with a command that may take long', async () => {
    let asked: () => void = () => {};
    const { agent, pass } = await guest(() => {
      asked();
    });
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    let failed = false;
    const exec = agent.exec(['pcs'], { timeout: 600_000 }).catch((error: unknown) => {
      failed = true;
      throw error;
    });
    const failing = expect(exec).rejects.toMatchObject({ code: 'TIMEOUT' });
    await arrived;
    pass(59_999);
    await new Promise(setImmediate);
    expect(failed).toBe(false);
    pass(1);
    await failing;
  });

  it('end at once when the power is cut, those that wait and those that come', async () => {
    const { agent } = await guest((_request, _reply, socket) => {
      socket.destroy();
    });
    await expect(agent.exec(['true'])).rejects.toMatchObject({ code: 'MACHINE', message: /no power/ });
    await expect(agent.exec(['true'])).rejects.toMatchObject({ code: 'MACHINE', message: /no power/ });
    expect(await agent.answers()).toBe(false);
  });

  it('take turns: one request at a time is under way', async () => {
    let underWay = 0;
    let most = 0;
    const { agent } = await guest((request, reply) => {
      underWay += 1;
      most = Math.max(most, underWay);
      setImmediate(() => {
        underWay -= 1;
        working(request, reply, { count: 2 });
      });
    });
    await Promise.all([agent.exec(['a']), agent.exec(['b']), agent.exec(['c']), agent.answers()]);
    expect(most).toBe(1);
  });
});
