// pcs and Pacemaker look for fence agents in /usr/sbin alone. While tests run that need it, the agent of this workspace is there.
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acquireFileLock } from '@sleepi3/driver';

const run = promisify(execFile);
const place = '/usr/sbin/fence_sleepi3';
const agentPackage = new URL('../../fence-agent', import.meta.url).pathname;
const built = join(agentPackage, 'dist/fence_sleepi3');

/**
 * Puts the built fence_sleepi3 into /usr/sbin, unless one is installed there, and builds it first if need be. One test file at a
 * time: the lock is held until the result is disposed of.
 */
export async function agentInPlace(): Promise<AsyncDisposable> {
  const lock = await acquireFileLock(join(tmpdir(), 'fence_sleepi3-in-place.lock'), { timeout: 300_000 });
  const asRoot = (program: string, ...argv: string[]) =>
    process.getuid?.() === 0 ? run(program, argv) : run('sudo', ['-n', program, ...argv]);
  const installed = await isThere(place);
  if (!installed) {
    if (!(await isThere(built))) {
      await run(join(agentPackage, '../../node_modules/.bin/tsup'), ['--silent'], { cwd: agentPackage });
    }
    await asRoot('install', '-m', '755', built, place);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      if (!installed) await asRoot('rm', '-f', place);
      await lock.release();
    },
  };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
