import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BusOptions, openBus, Sleepi3 } from '../src/index.js';
import { loadI2cBus, packagedI2cBus } from '../src/bus/load-i2c-bus.js';
import { createFakeI2cBus } from './fake-i2c-bus.js';

const enoent = () => {
  throw Object.assign(new Error("ENOENT: no such file or directory, open '/dev/i2c-1'"), {
    code: 'ENOENT',
    errno: -2,
    syscall: 'open',
  });
};

describe('a bus of the i2c-bus addon', () => {
  it('opens without a device, so opening a board reads from it', async () => {
    const fake = createFakeI2cBus({ open: enoent });
    await openBus(1, { loadI2cBus: fake.load });
    await expect(Sleepi3.open({ bus: 1, loadI2cBus: fake.load })).rejects.toMatchObject({
      code: 'TRANSFER_FAILED',
      errno: 'ENOENT',
      tries: 1,
      bus: '1',
    });
  });

  it('throws the handle away when the address cannot be set, and so never talks to the wrong board', async () => {
    let busy = true;
    const fake = createFakeI2cBus({ setAddress: () => (busy ? 16 : undefined) });
    const bus = await openBus(1, { loadI2cBus: fake.load });
    await expect(bus.writeByte(0x6e, 9, 60)).rejects.toMatchObject({ errno: 'EBUSY' });
    await expect(bus.writeByte(0x6e, 9, 60)).rejects.toMatchObject({ errno: 'EBUSY' });
    expect(fake.files.size).toBe(0);
    busy = false;
    await bus.writeByte(0x6e, 9, 60);
    expect(fake.boards.get(0x6e)![9]).toBe(60);
    expect(fake.opened).toEqual([1, 1, 1]);
    await bus.close();
    expect(fake.files.size).toBe(0);
  });

  it('reports why the handle could not be thrown away', async () => {
    const fake = createFakeI2cBus({
      setAddress: () => 16,
      close: () => Object.assign(new Error('EIO: i/o error, close'), { code: 'EIO', errno: -5 }),
    });
    const bus = await openBus(1, { loadI2cBus: fake.load });
    await expect(bus.readByte(0x6e, 9)).rejects.toMatchObject({ errno: 'EIO' });
  });

  it('keeps concurrent first calls apart', async () => {
    const fake = createFakeI2cBus();
    const bus = await openBus('1', { loadI2cBus: fake.load });
    fake.boards.get(0x6e)!.fill(7);
    expect(await Promise.all(Array.from({ length: 8 }, (_, i) => bus.readByte(0x6e, i)))).toEqual(Array(8).fill(7));
    expect(fake.files.size).toBe(1);
    await bus.close();
  });

  it.each([
    [121, 'EREMOTEIO'],
    [110, 'ETIMEDOUT'],
    [6, 'ENXIO'],
    [11, 'EAGAIN'],
    [999, 'errno 999'],
  ])('tells errno %i by its number, as %s', async (errno, name) => {
    const fake = createFakeI2cBus({ transfer: () => errno });
    const bus = await openBus(1, { loadI2cBus: fake.load });
    const error: unknown = await bus.readWord(0x6e, 0).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'BusError', errno: name });
    expect((error as Error).message).toContain(`text of ${errno}`);
    expect((error as Error).message).not.toMatch(/^,/);
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  it('closes the handle once only', async () => {
    const fake = createFakeI2cBus();
    const bus = await openBus(1, { loadI2cBus: fake.load });
    await bus.readByte(0x6e, 0);
    await Promise.all([bus.close(), bus.close()]);
    await bus.close();
  });

  it('lets a transfer that is under way end before it closes', async () => {
    const fake = createFakeI2cBus();
    const bus = await openBus(1, { loadI2cBus: fake.load });
    fake.boards.get(0x6e)![3] = 9;
    const read = bus.readByte(0x6e, 3);
    await bus.close();
    expect(await read).toBe(9);
  });

  it.each<[string, Error, string]>([
    ['is not installed', new Error("Cannot find package 'i2c-bus'\nRequire stack: …"), 'npm install i2c-bus'],
    [
      'was built for another Node.js',
      new Error('The module x.node\nwas compiled against a different Node.js version'),
      'npm rebuild',
    ],
    ['was loaded by another thread', new Error("Module did not self-register: 'i2c.node'."), 'one thread'],
    ['fails in a way of its own', 'odd' as unknown as Error, 'odd'],
  ])('names the remedy when the addon %s', async (_, failure, part) => {
    const loadI2cBus: BusOptions['loadI2cBus'] = () => Promise.reject(failure);
    const error: unknown = await Sleepi3.open({ bus: 3, loadI2cBus }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'BUS_UNAVAILABLE', bus: '3', cause: failure });
    expect((error as Error).message).toContain(part);
    expect((error as Error).message).toContain('i2c-tools:3');
    expect((error as Error).message).not.toContain('\n');
  });

  it('locks the device node, and cannot without one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
    const devicePath = join(directory, 'i2c-1');
    const fake = createFakeI2cBus();
    const bus = await openBus(1, { loadI2cBus: fake.load, devicePath });
    await expect(bus.withLock(() => bus.readByte(0x6e, 0))).rejects.toMatchObject({
      code: 'LOCK_FAILED',
      errno: 'ENOENT',
      path: devicePath,
    });
    await writeFile(devicePath, '');
    expect(await bus.withLock(() => bus.readByte(0x6e, 0))).toBe(0);
    await rm(directory, { recursive: true });
  });
});

describe('where i2c-bus comes from', () => {
  const notInstalled = () => Promise.reject(new Error("Cannot find package 'i2c-bus' imported from driver"));
  const wrongNode = new Error('The module i2c.node was compiled against a different Node.js version');
  let directory: string;
  const packaged = async (content: string) => {
    await mkdir(join(directory, 'node_modules/i2c-bus'), { recursive: true });
    await writeFile(join(directory, 'node_modules/i2c-bus/index.js'), content);
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("is the driver's own dependency, where that loads", async () => {
    await packaged("module.exports = 'packaged'");
    expect(await loadI2cBus(directory, () => Promise.resolve('own'))).toBe('own');
  });

  it.each([
    ['is not installed', notInstalled],
    ['was built for another Node.js', () => Promise.reject(wrongNode)],
  ])("is Debian's package when the driver's own %s", async (_, own) => {
    await packaged("module.exports = 'packaged'");
    expect(await loadI2cBus(directory, own)).toBe('packaged');
  });

  it.each([
    ['the one that is there and does not load', () => Promise.reject(wrongNode), undefined, /different Node.js/],
    ["Debian's when it alone is there", notInstalled, "require('./abi-0/i2c.node')", /abi-0/],
    ["the driver's own when both fail", () => Promise.reject(wrongNode), "throw new Error('x')", /different Node.js/],
    ["the driver's own when there is none", notInstalled, undefined, /imported from driver/],
  ])('else the error is that of %s', async (_, own, content, expected) => {
    if (content !== undefined) await packaged(content);
    await expect(loadI2cBus(directory, own)).rejects.toThrow(expected);
  });

  it('is looked for where the Debian package fence-sleepi3 has it', () => {
    expect(packagedI2cBus).toBe('/usr/lib/fence-sleepi3');
  });
});

describe('the real addon, where it is installed', () => {
  const packageName = 'i2c-bus' as string;
  const installed = (): Promise<unknown> => import(packageName);

  it('fails on a bus that is not there as the fake does', async (context) => {
    if (
      !(await installed().then(
        () => true,
        () => false,
      ))
    )
      context.skip();
    const bus = await openBus(4242);
    await expect(bus.readByte(0x6e, 0)).rejects.toMatchObject({ name: 'BusError', errno: 'ENOENT' });
    await bus.close();
  });

  it('does not load in a worker after the main thread, and the error then says so', async (context) => {
    if (
      !(await installed().then(
        () => true,
        () => false,
      ))
    )
      context.skip();
    await installed();
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       try { require(workerData); parentPort.postMessage('loaded'); } catch (error) { parentPort.postMessage(error.message); }`,
      { eval: true, workerData: createRequire(import.meta.url).resolve('i2c-bus') },
    );
    const message = await new Promise<string>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
    await worker.terminate();
    expect(message).toContain('did not self-register');
  });
});
