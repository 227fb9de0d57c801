import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireFileLock, type ProgramResult, type RunProgram, runProgram } from '../src/index.js';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
  path = join(directory, 'lock');
});
afterEach(() => rm(directory, { recursive: true }));

const busy = { name: 'Sleepi3Error', code: 'LOCK_BUSY' };
const ended = (result: Partial<ProgramResult>): ProgramResult => ({
  status: 0,
  signal: null,
  stdout: '',
  stderr: '',
  timedOut: false,
  ...result,
});

const odd = 'odd' as unknown as Error;

describe('a lock between processes', () => {
  it('is held by one holder at a time, and tells busy apart from failed', async () => {
    const first = await acquireFileLock(path);
    await expect(acquireFileLock(path, { timeout: 0 })).rejects.toMatchObject({ ...busy, path });
    await first.release();
    await first.release();
    const second = await acquireFileLock(path, { timeout: 0 });
    await second.release();
    await expect(acquireFileLock(join(directory, 'no', 'file'), { timeout: 0 })).rejects.toMatchObject({
      code: 'LOCK_FAILED',
      errno: 'ENOENT',
    });
  });

  it('makes its file, for its owner only, unless told not to', async () => {
    await expect(acquireFileLock(path, { create: false })).rejects.toMatchObject({ code: 'LOCK_FAILED' });
    {
      await using lock = await acquireFileLock(path);
      expect((await stat(lock.path)).mode & 0o777).toBe(0o600);
    }
    await (await acquireFileLock(path, { create: false, timeout: 0 })).release();
  });

  it('is waited for', async () => {
    const first = await acquireFileLock(path);
    let got = false;
    const second = acquireFileLock(path, { timeout: 20_000 }).then((lock) => {
      got = true;
      return lock;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(got).toBe(false);
    await first.release();
    await (await second).release();
  });

  it('is waited for only so long', async () => {
    await using _ = await acquireFileLock(path);
    await expect(acquireFileLock(path, { timeout: 10 })).rejects.toMatchObject({
      ...busy,
      message: expect.stringContaining('10 ms') as string,
    });
  });

  it('is no longer waited for once that is aborted', async () => {
    const first = await acquireFileLock(path);
    const abort = new AbortController();
    const second = acquireFileLock(path, { signal: abort.signal });
    const reason = new Error('changed my mind');
    abort.abort(reason);
    await expect(second).rejects.toBe(reason);
    await expect(acquireFileLock(path, { signal: abort.signal })).rejects.toBe(reason);
    await first.release();
    await (await acquireFileLock(path, { timeout: 0 })).release();
  });

  it('is not kept when it was granted in the moment of the abort', async () => {
    const abort = new AbortController();
    const run: RunProgram = async (...args) => {
      const result = await runProgram(args[0], args[1], { fileDescriptors: args[2]!.fileDescriptors! });
      abort.abort();
      return result;
    };
    await expect(acquireFileLock(path, { run, signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
    await (await acquireFileLock(path, { timeout: 0 })).release();
  });

  it('can be shared, against exclusive holders only', async () => {
    await using _one = await acquireFileLock(path, { shared: true });
    await using _two = await acquireFileLock(path, { shared: true, timeout: 0 });
    await expect(acquireFileLock(path, { timeout: 0 })).rejects.toMatchObject(busy);
  });

  it('excludes flock(1) of a shell and is excluded by it', async () => {
    await using _ = await acquireFileLock(path);
    expect(await runProgram('flock', ['-n', path, 'true'])).toMatchObject({ status: 1 });
  });

  it('is released by the kernel when its holder is killed', async () => {
    // The holder takes the lock as we do, then hangs.
    const holder = spawn('sh', ['-c', `exec 3>>"${path}"; flock -x 3; echo held; exec sleep 600`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(acquireFileLock(path, { timeout: 0 })).rejects.toMatchObject(busy);
    holder.kill('SIGKILL');
    await (await acquireFileLock(path, { timeout: 20_000 })).release();
  });

  it('stays with a child that inherited its descriptor', async () => {
    const lock = await acquireFileLock(path);
    const keeper = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore', lock.fd] });
    await new Promise((resolve) => keeper.once('spawn', resolve));
    await lock.release();
    await expect(acquireFileLock(path, { timeout: 0 })).rejects.toMatchObject(busy);
    keeper.kill('SIGKILL');
    await (await acquireFileLock(path, { timeout: 20_000 })).release();
  });

  it.each<[string, RunProgram, string]>([
    ['flock is not installed', () => Promise.reject(new Error('spawn flock ENOENT')), 'util-linux'],
    ['flock fails', () => Promise.resolve(ended({ status: 71, stderr: 'flock: 3: No locks available\n' })), 'No locks'],
    [
      'flock exits as for a conflict of its own',
      () => Promise.resolve(ended({ status: 1, stderr: 'odd' })),
      'exited 1',
    ],
    ['flock is killed', () => Promise.resolve(ended({ status: null, signal: 'SIGTERM' })), 'SIGTERM'],
    ['the runner breaks', () => Promise.reject(odd), 'odd'],
  ])('fails, and never seems held or busy, when %s', async (_, run, part) => {
    await writeFile(path, '');
    await expect(acquireFileLock(path, { run })).rejects.toMatchObject({
      code: 'LOCK_FAILED',
      message: expect.stringContaining(part) as string,
    });
  });
});

describe('running a program', () => {
  it('gives its status and its whole output', async () => {
    expect(await runProgram('sh', ['-c', 'echo out; echo err >&2; exit 3'])).toEqual(
      ended({ status: 3, stdout: 'out\n', stderr: 'err\n' }),
    );
  });

  it('rejects when it cannot be started', async () => {
    await expect(runProgram(join(directory, 'none'), [])).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('kills it after the time limit', async () => {
    expect(await runProgram('sleep', ['600'], { timeout: 5 })).toMatchObject({ signal: 'SIGKILL', timedOut: true });
  });

  it('kills it when aborted, even before it started', async () => {
    const signal = AbortSignal.abort();
    expect(await runProgram('sleep', ['600'], { signal })).toMatchObject({ signal: 'SIGKILL', timedOut: false });
  });
});
