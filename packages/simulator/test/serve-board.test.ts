import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { encodeFrame, maxLineLength, openBus, Sleepi3, type UnixRequest, type UnixResponse } from '@sleepi3/driver';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeBusContract } from '../../driver/test/bus-contract.js';
import { type BoardServer, serveBoard, VirtualBoard } from '../src/index.js';

const address = 0x6e;
const watchdog = 0x09;

let directory: string;
let path: string;
let board: VirtualBoard;
let server: BoardServer;
const clients: Socket[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
  path = join(directory, 'board');
  board = new VirtualBoard();
  server = await serveBoard(board, { path });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server.close();
  await rm(directory, { recursive: true });
});

describeBusContract(
  'a virtual board behind a socket',
  () => Promise.resolve({ open: () => openBus(`unix:${path}`), address, absentAddress: 0x6f }),
  { describe, it },
);

/** A client that says exactly what it is told to. */
function rawClient() {
  const socket = createConnection(path);
  clients.push(socket);
  const answers: UnixResponse[] = [];
  createInterface({ input: socket }).on('line', (line) => answers.push(JSON.parse(line) as UnixResponse));
  socket.on('error', () => {});
  return {
    socket,
    answers,
    send: (...requests: UnixRequest[]) => socket.write(requests.map(encodeFrame).join('')),
    closed: once(socket, 'close'),
    answered: async (count: number) => {
      await until(() => answers.length >= count);
      return answers;
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const lock = (id: number): UnixRequest => ({ id, op: 'lock' });
const unlock = (id: number): UnixRequest => ({ id, op: 'unlock' });
const read = (id: number): UnixRequest => ({ id, op: 'readByte', address, register: watchdog });
const write = (id: number, value: number): UnixRequest => ({ id, op: 'writeByte', address, register: watchdog, value });

describe('a served board', () => {
  it('answers in order what came in one piece, with values, errnos and nothing else', async () => {
    const client = rawClient();
    client.send(
      write(1, 60),
      read(2),
      { id: 3, op: 'readWord', address: 0x6f, register: 0 },
      { id: 4, op: 'writeWord', address, register: 4, value: 300 },
      { id: 5, op: 'readWord', address, register: 4 },
    );
    expect(await client.answered(5)).toEqual([
      { id: 1 },
      { id: 2, value: 60 },
      { id: 3, error: { errno: 'EREMOTEIO', message: 'no acknowledge from 0x6f' } },
      { id: 4 },
      { id: 5, value: 300 },
    ]);
    expect(server.clients).toBe(1);
  });

  it('passes the faults of its bus on with their errno', async () => {
    board.faults.add({ kind: 'EAGAIN' });
    const bus = await openBus(`unix:${path}`);
    await expect(bus.readByte(address, watchdog)).rejects.toMatchObject({ name: 'BusError', errno: 'EAGAIN' });
    await bus.close();
  });

  it('is opened by the driver as any board', async () => {
    board.faults.add({ kind: 'EREMOTEIO', rate: 0.1, seed: 7 });
    const sleepi3 = await Sleepi3.open({ bus: `unix:${path}` });
    await sleepi3.set('watchdog-timeout', 42);
    expect(await sleepi3.get('watchdog-timeout')).toBe(42);
    expect(board.peek('watchdogTimeout')).toBe(42);
    expect(await sleepi3.get('wakeup-flag')).toEqual(['poweron']);
    await sleepi3.close();
  });

  it('lends the lock to one client at a time, and holds the requests of those who wait', async () => {
    const [first, second] = [rawClient(), rawClient()];
    first.send(lock(1));
    await first.answered(1);
    second.send(lock(1), write(2, 9), unlock(3));
    first.send(read(2), unlock(3), unlock(4));
    expect(await first.answered(4)).toEqual([{ id: 1 }, { id: 2, value: 0 }, { id: 3 }, { id: 4 }]);
    expect(await second.answered(3)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(board.peek('watchdogTimeout')).toBe(9);
  });

  it('shares the lock with its own process', async () => {
    const client = rawClient();
    let answersUnderLock = -1;
    await board.bus.withLock(async () => {
      client.send(read(1), lock(2));
      await client.answered(1);
      answersUnderLock = client.answers.length;
    });
    expect(answersUnderLock).toBe(1);
    expect(await client.answered(2)).toEqual([{ id: 1, value: 0 }, { id: 2 }]);
  });

  it('takes the lock back from a client that closes, is destroyed or dies while it holds it', async () => {
    for (const leave of [(socket: Socket) => socket.end(), (socket: Socket) => socket.destroy()]) {
      const holder = rawClient();
      holder.send(lock(1));
      await holder.answered(1);
      leave(holder.socket);
      const next = rawClient();
      next.send(lock(1), unlock(2));
      expect(await next.answered(2)).toEqual([{ id: 1 }, { id: 2 }]);
    }
    const script = `
      const socket = require('node:net').createConnection(process.argv[1], () => socket.write('{"id":1,"op":"lock"}\\n'));
      socket.on('data', (answer) => process.stdout.write(answer));
    `;
    const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    const next = rawClient();
    next.send(lock(1));
    expect(await next.answered(1)).toEqual([{ id: 1 }]);
  });

  it('passes over a client that has gone while it waited for the lock, and carries out nothing of its', async () => {
    const [holder, waiting, last] = [rawClient(), rawClient(), rawClient()];
    holder.send(lock(1));
    await holder.answered(1);
    waiting.send(read(1), lock(2), write(3, 99));
    await waiting.answered(1);
    waiting.socket.end();
    await waiting.closed;
    last.send(lock(1));
    holder.send(unlock(2));
    expect(await last.answered(1)).toEqual([{ id: 1 }]);
    expect(board.peek('watchdogTimeout')).toBe(0);
  });

  it('refuses a second lock of one connection, and with it what was sent under it', async () => {
    const client = rawClient();
    client.send(lock(1), lock(2), write(3, 7), unlock(4), write(5, 8), unlock(6), lock(7));
    const answers = await client.answered(7);
    expect(answers.map(({ id, error }) => [id, error?.errno])).toEqual([
      [1, undefined],
      [2, 'EDEADLK'],
      [3, 'ENOLCK'],
      [4, undefined],
      [5, undefined],
      [6, undefined],
      [7, undefined],
    ]);
    expect(board.peek('watchdogTimeout')).toBe(8);
  });

  it('answers all that a client sent before it said that it had no more, then hangs up', async () => {
    const client = rawClient();
    await once(client.socket, 'connect');
    client.socket.end([write(1, 5), read(2)].map(encodeFrame).join(''));
    await client.closed;
    expect(client.answers).toEqual([{ id: 1 }, { id: 2, value: 5 }]);
  });

  it.each([
    ['no JSON', 'hello\n', 0],
    ['no object', '[1]\n', 0],
    ['no request, but an id', '{"id":7,"op":"reboot"}\n', 7],
    ['a bad id', '{"id":-7,"op":"lock"}\n', 0],
    ['a value out of range', '{"id":8,"op":"writeByte","address":110,"register":9,"value":256}\n', 8],
    ['an endless line', 'x'.repeat(maxLineLength + 2), 0],
  ])('answers a line that is %s with EPROTO in its turn, and hangs up', async (_, line, id) => {
    const client = rawClient();
    client.socket.write(encodeFrame(write(1, 5)) + line + (line.endsWith('\n') ? encodeFrame(write(2, 6)) : ''));
    await client.closed;
    expect(client.answers.map((answer) => [answer.id, answer.error?.errno])).toEqual([
      [1, undefined],
      [id, 'EPROTO'],
    ]);
    expect(board.peek('watchdogTimeout')).toBe(5);
    const other = rawClient();
    other.send(read(1));
    expect(await other.answered(1)).toEqual([{ id: 1, value: 5 }]);
  });

  it('drops what a client that has gone was still to be answered', async () => {
    const client = rawClient();
    let transfers = 0;
    board.on('transfer', () => {
      transfers++;
    });
    await board.bus.withLock(async () => {
      client.send(lock(1), write(2, 9));
      await until(() => server.clients === 1);
      client.socket.destroy();
      await until(() => server.clients === 0);
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(transfers).toBe(0);
  });

  it('removes its socket when it is closed, disconnects its clients, and can be closed twice', async () => {
    const client = rawClient();
    await until(() => server.clients === 1);
    await server.close();
    await client.closed;
    expect(existsSync(path)).toBe(false);
    await server.close();
    await server[Symbol.asyncDispose]();
    server = await serveBoard(board, { path });
    expect(server.path).toBe(path);
  });
});

describe('serving at a path', () => {
  it('takes the place of a socket whose server has died', async () => {
    const stale = join(directory, 'stale');
    const script = `require('node:net').createServer().listen(process.argv[1], () => console.log('listening'))`;
    const child = spawn(process.execPath, ['-e', script, stale], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(stale)).toBe(true);
    const second = await serveBoard(board, { path: stale });
    const bus = await openBus(`unix:${stale}`);
    expect(await bus.readByte(address, watchdog)).toBe(0);
    await bus.close();
    await second.close();
  });

  it('leaves a living server alone', async () => {
    await expect(serveBoard(board, { path })).rejects.toMatchObject({ name: 'SimulatorError', code: 'ADDRESS_IN_USE' });
    const client = rawClient();
    client.send(read(1));
    expect(await client.answered(1)).toEqual([{ id: 1, value: 0 }]);
  });

  it('leaves alone what is no socket', async () => {
    const file = join(directory, 'file');
    await writeFile(file, 'precious');
    await expect(serveBoard(board, { path: file })).rejects.toMatchObject({ code: 'NOT_A_SOCKET' });
    expect(existsSync(file)).toBe(true);
  });

  it('leaves alone a server that does not let us in', async () => {
    const closed = join(directory, 'closed');
    const other = createServer().listen(closed);
    await once(other, 'listening');
    await chmod(closed, 0);
    await chmod(directory, 0o777);
    // Root is let in everywhere: it is nobody for this.
    const user = process.geteuid?.();
    if (user === 0) process.seteuid?.(65_534);
    try {
      await expect(serveBoard(board, { path: closed })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    } finally {
      if (user === 0) process.seteuid?.(0);
    }
    other.close();
  });

  it('refuses a path that is too long or not to be had, and says why', async () => {
    await expect(serveBoard(board, { path: join(directory, 'x'.repeat(108)) })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(serveBoard(board, { path: join(directory, 'none', 'board') })).rejects.toMatchObject({
      code: 'NOT_SERVED',
      cause: expect.objectContaining({ syscall: 'listen' }) as unknown,
    });
  });
});
