// pcs and Pacemaker look for agents where they are installed, and nowhere else. While tests run that need them, the agents of
// this workspace are there.
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import { acquireFileLock } from '@sleepi3/driver';

const run = promisify(execFile);
const agentPackage = new URL('../../fence-agent', import.meta.url).pathname;
const built = join(agentPackage, 'dist/fence_sleepi3');
/** The agents by where they belong. */
const places = {
  '/usr/sbin/fence_sleepi3': built,
  '/usr/lib/ocf/resource.d/sleepi3/IPaddr2': join(agentPackage, 'ocf/IPaddr2'),
  '/usr/lib/ocf/resource.d/sleepi3/docker': join(agentPackage, 'ocf/docker'),
} as const;

/**
 * For the tests of the block in which it is called, fence_sleepi3, which is built first if need be, and the resource agents are
 * where they belong. One test file at a time has them there.
 */
export function useAgentsInPlace(): void {
  let agents: AsyncDisposable | undefined;
  beforeAll(async () => {
    agents = await agentsInPlace();
  }, 400_000);
  afterAll(() => agents?.[Symbol.asyncDispose]());
}

/** Puts them there, unless they are installed, and holds the lock until the result is disposed of. */
async function agentsInPlace(): Promise<AsyncDisposable> {
  const lock = await acquireFileLock(join(tmpdir(), 'fence_sleepi3-in-place.lock'), { timeout: 300_000 });
  const asRoot = (program: string, ...argv: string[]) =>
    process.getuid?.() === 0 ? run(program, argv) : run('sudo', ['-n', program, ...argv]);
  const put: string[] = [];
  for (const [place, source] of Object.entries(places)) {
    if (await isThere(place)) continue;
    if (!(await isThere(source))) {
      await run(join(agentPackage, '../../node_modules/.bin/tsup'), ['--silent'], { cwd: agentPackage });
    }
    await asRoot('install', '-D', '-m', '755', source, place);
    put.push(place);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      if (put.length > 0) await asRoot('rm', '-f', ...put);
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
