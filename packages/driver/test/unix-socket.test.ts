import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BusError, encodeFrame, openBus, Sleepi3 } from '../src/index.js';
import { MemoryBus } from './memory-bus.js';
import { type Misbehaviour, serveBus, type UnixServer } from './unix-server.js';

let directory: string;
let path: string;
let server: UnixServer | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
  path = join(directory, 'board.sock');
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(directory, { recursive: true });
});

async function serve(bus = new MemoryBus(), misbehaviour?: Misbehaviour) {
  server = await serveBus(bus, path, misbehaviour);
  return server;
}

const open = (options = {}) => openBus(`unix:${path}`, options);
const ops = () => server!.requests.map(({ op }) => op);

describe('a bus in another process', () => {
  it('is not there when nobody serves it', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE', errno: 'ENOENT', path });
    await expect(Sleepi3.open({ bus: `unix:${path}` })).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
  });

  it('passes on the errno of a failure', async () => {
    const memory = new MemoryBus();
    memory.before = () => {
      throw new BusError('EAGAIN', 'arbitration lost');
    };
    await serve(memory);
    const bus = await open();
    await expect(bus.readByte(0x6e, 0)).rejects.toMatchObject({ errno: 'EAGAIN', message: 'arbitration lost' });
    await bus.close();
  });

  it('holds the lock over a read-modify-write, and no longer', async () => {
    await serve();
    const board = await Sleepi3.open({ bus: `unix:${path}`, probe: false });
    await board.set('uvlo', true);
    await board.close();
    expect(ops()).toEqual(['lock', 'readByte', 'readByte', 'writeByte', 'readByte', 'unlock']);
  });

  it('frees the lock when the holder dies', async () => {
    await serve();
    const dying = await open();
    const other = await open();
    const held = dying.withLock(async () => {
      await dying.readByte(0x6e, 0);
      [...server!.sockets][0]!.destroy();
      await dying.readByte(0x6e, 0);
    });
    await expect(held).rejects.toMatchObject({ errno: 'ECONNRESET' });
    expect(await other.withLock(() => other.readByte(0x6e, 0))).toBe(0);
    await other.close();
  });

  it('does not go on under the lock on a new connection, but makes one afterwards', async () => {
    const memory = new MemoryBus();
    await serve(memory);
    const bus = await open();
    await expect(
      bus.withLock(async () => {
        await bus.readByte(0x6e, 0);
        for (const socket of server!.sockets) socket.destroy();
        await bus.readByte(0x6e, 0).catch(() => undefined);
        await bus.writeByte(0x6e, 9, 60);
      }),
    ).rejects.toMatchObject({ errno: 'ECONNRESET' });
    expect(memory.memory[9]).toBe(0);
    await bus.writeByte(0x6e, 9, 60);
    expect(memory.memory[9]).toBe(60);
    await bus.close();
  });

  it('fails everything under a lock that is refused', async () => {
    const memory = new MemoryBus();
    await serve(memory, { lock: () => ({ errno: 'EDEADLK', message: 'refused' }) });
    const bus = await open();
    const refused = { code: 'LOCK_FAILED', errno: 'EDEADLK' };
    await expect(bus.withLock(() => bus.writeByte(0x6e, 9, 60))).rejects.toMatchObject(refused);
    await expect(bus.withLock(() => bus.writeByte(0x6e, 9, 60).catch(() => undefined))).rejects.toMatchObject(refused);
    await expect(bus.withLock(() => Promise.resolve())).rejects.toMatchObject(refused);
    expect(memory.memory[9]).toBe(0);
    await bus.writeByte(0x6e, 9, 61);
    expect(memory.memory[9]).toBe(61);
    await bus.close();
  });

  it('waits for the lock only so long, and leaves the queue for it', async () => {
    await serve();
    const holder = await open();
    const waiting = await open({ lockTimeout: 20 });
    let letGo = () => {};
    const held = holder.withLock(async () => {
      await holder.readByte(0x6e, 0);
      await new Promise<void>((resolve) => (letGo = resolve));
    });
    await holder.readByte(0x6e, 0);
    await expect(waiting.withLock(() => waiting.readByte(0x6e, 0))).rejects.toMatchObject({ code: 'LOCK_BUSY' });
    expect(await waiting.readByte(0x6e, 0)).toBe(0);
    letGo();
    await held;
    expect(await waiting.withLock(() => waiting.readByte(0x6e, 0))).toBe(0);
    await Promise.all([holder.close(), waiting.close()]);
  });

  it('gives up a server that hangs, with everything that waits for it', async () => {
    let hanging = true;
    await serve(new MemoryBus(), {
      answer: (_, honest) => (hanging ? undefined : encodeFrame(honest)),
    });
    const bus = await open({ transferTimeout: 20 });
    const results = await Promise.allSettled([bus.readByte(0x6e, 0), bus.readWord(0x6e, 0)]);
    for (const result of results) expect(result).toMatchObject({ reason: { errno: 'ETIMEDOUT' } });
    hanging = false;
    expect(await bus.readByte(0x6e, 0)).toBe(0);
    await bus.close();
  });

  it.each<[string, NonNullable<Misbehaviour['answer']>, string]>([
    ['no JSON', () => 'hello\n', 'EPROTO'],
    ['the answer to another request', (_, honest) => encodeFrame({ ...honest, id: 99 }), 'EPROTO'],
    ['no value', ({ id }) => encodeFrame({ id }), 'EPROTO'],
    ['a value too large for a byte', ({ id }) => encodeFrame({ id, value: 256 }), 'EPROTO'],
    ['no end of line', () => 'x'.repeat(5000), 'EPROTO'],
    ['half a line and goes', (_, honest, socket) => void socket.end(encodeFrame(honest).slice(0, 5)), 'ECONNRESET'],
  ])('does not believe a server that sends %s', async (_, answer, errno) => {
    await serve(new MemoryBus(), { answer });
    const bus = await open();
    await expect(bus.readByte(0x6e, 0)).rejects.toMatchObject({ name: 'BusError', errno });
    await bus.close();
  });

  it('does not believe an answer that nobody asked for', async () => {
    await serve();
    const bus = await open();
    await bus.readByte(0x6e, 0);
    const [socket] = server!.sockets;
    socket!.write('{"id":5,"value":1}\n');
    await new Promise((resolve) => socket!.once('close', resolve));
    expect(await bus.readByte(0x6e, 0)).toBe(0);
    await bus.close();
  });

  it('says that the process has gone when it does not come back', async () => {
    await serve();
    const board = await Sleepi3.open({ bus: `unix:${path}` });
    await server!.close();
    await expect(board.set('uvlo', true)).rejects.toMatchObject({ code: 'LOCK_FAILED', errno: 'ECONNRESET' });
    await expect(board.set('uvlo', true)).rejects.toMatchObject({ code: 'LOCK_FAILED', errno: 'ENOENT' });
    await expect(board.get('extin')).rejects.toMatchObject({ code: 'TRANSFER_FAILED', errno: 'ENOENT' });
    await board.close();
  });

  it('connects once for concurrent calls after a loss', async () => {
    await serve();
    const bus = await open();
    await bus.readByte(0x6e, 0);
    for (const socket of server!.sockets) socket.destroy();
    await bus.readByte(0x6e, 0).catch(() => undefined);
    expect(await Promise.all([bus.readByte(0x6e, 0), bus.readByte(0x6e, 1)])).toEqual([0, 0]);
    expect(server!.sockets.size).toBe(1);
    await bus.close();
  });

  it('can be closed while it connects again', async () => {
    await serve();
    const bus = await open();
    await bus.readByte(0x6e, 0);
    for (const socket of server!.sockets) socket.destroy();
    await bus.readByte(0x6e, 0).catch(() => undefined);
    const read = bus.readByte(0x6e, 0).catch(() => undefined);
    await bus.close();
    await read;
    await expect(bus.withLock(() => Promise.resolve())).rejects.toMatchObject({ code: 'LOCK_FAILED', errno: 'EBADF' });
  });
});
