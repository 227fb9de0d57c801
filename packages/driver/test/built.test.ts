// The built package as its users get it, on the Node 18 of Debian 12 too.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringNode } from '../../../tools/bring-node.mjs';
import { acquireFileLock } from '../src/index.js';
import { MemoryBus } from './memory-bus.js';
import { serveBus, type UnixServer } from './unix-server.js';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
const command = join(packageDirectory, 'dist', 'sleepi3.cjs');
const library = pathToFileURL(join(packageDirectory, 'dist', 'index.js')).href;
const built = existsSync(command) && existsSync(fileURLToPath(library));
if (!built && process.env['CI'] === 'true') throw new Error('the driver has to be built before its tests');

/** Runs a program to its end without blocking this process, which serves the board. */
function run(program: string, args: readonly string[]) {
  return new Promise<{ status: number | null; out: string; err: string }>((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { out: '', err: '' };
    child.stdout.on('data', (text: Buffer) => (output.out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (output.err += text.toString()));
    child.once('error', reject).once('close', (status) => {
      resolve({ status, ...output });
    });
  });
}

describe.runIf(built).each([
  ['this Node', () => process.execPath],
  ['Node 18', () => bringNode(18)],
])('the built package on %s', (_, bring) => {
  let node: string;
  let directory: string;
  let path: string;
  let server: UnixServer;
  const memory = new MemoryBus();
  beforeAll(async () => {
    node = bring();
    directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
    path = join(directory, 'board.sock');
    server = await serveBus(memory, path);
  });
  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  it('drives a board as a library', async () => {
    const program = join(directory, 'program.mjs');
    await writeFile(
      program,
      `import { Sleepi3 } from ${JSON.stringify(library)};
       const board = await Sleepi3.open({ bus: ${JSON.stringify(`unix:${path}`)} });
       await board.set('watchdog-timeout', 42);
       console.log(process.version, (await board.snapshot())['watchdog-timeout']);
       await board[Symbol.asyncDispose]();`,
    );
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    expect(await run(node, [program])).toEqual({ status: 0, out: `${version} 42\n`, err: '' });
  });

  it('lets go of a lock when it is killed', async () => {
    const lock = join(directory, 'lock');
    const program = join(directory, 'holder.mjs');
    await writeFile(
      program,
      `import { acquireFileLock } from ${JSON.stringify(library)};
       await acquireFileLock(${JSON.stringify(lock)});
       console.log('held');
       setInterval(() => {}, 1000);`,
    );
    const holder = spawn(node, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(acquireFileLock(lock, { timeout: 0 })).rejects.toMatchObject({ code: 'LOCK_BUSY' });
    holder.kill('SIGKILL');
    await (await acquireFileLock(lock, { timeout: 20_000 })).release();
  });

  it('drives a board as a command', async () => {
    memory.memory.fill(0);
    const sleepi3 = (...args: string[]) => run(node, [command, '--bus', `unix:${path}`, ...args]);
    expect(await sleepi3('set', 'extout', '1')).toEqual({ status: 0, out: '', err: '' });
    expect(await sleepi3('get', 'extout')).toEqual({ status: 0, out: '1\n', err: '' });
    expect(await sleepi3('set', 'watchdog-timeout', '256')).toMatchObject({ status: 1, out: '' });
    expect(await sleepi3()).toMatchObject({ status: 2, err: '' });
    expect(memory.memory[9]).toBe(0);
  });

  it('says what to do where a real bus cannot be opened', async () => {
    const result = await run(node, [command, '--bus', '4242', 'get', 'extin']);
    expect(result).toMatchObject({ status: 1, out: '' });
    expect(result.err).toMatch(/^sleepi3: [^\n]+(?:i2c-tools:4242|i2c_arm)[^\n]*\n$/);
    const tools = await run(node, [command, '--bus', 'i2c-tools:4242', 'get', 'extin']);
    expect(tools).toMatchObject({ status: 1, out: '' });
    expect(tools.err).toMatch(/^sleepi3: [^\n]+\n$/);
  });

  it('ends quietly when nobody reads on', async () => {
    const result = await run('sh', ['-c', `"${node}" "${command}" help | true`]);
    expect(result).toEqual({ status: 0, out: '', err: '' });
  });

  it('watches until interrupted', async () => {
    const child = spawn(node, [command, '--bus', `unix:${path}`, '--interval', '0.1', 'watch'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });
});

describe.runIf(built)('the built command', () => {
  it('is one executable file', () => {
    expect(statSync(command).mode & 0o111).toBe(0o111);
  });
});
