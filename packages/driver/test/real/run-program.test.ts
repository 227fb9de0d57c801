// Programs that do not end as they should, as real processes.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { kill } from 'node:process';
import { describe, expect, it } from 'vitest';
import { type ProgramOptions, runProgram } from '../../src/index.js';

/** ms that a starved machine may add; far less than the programs below would take by themselves. */
const slack = 15_000;

/** Runs a script with sh, and tells how long that took, ms. */
async function sh(script: string, options?: ProgramOptions) {
  const begun = performance.now();
  const result = await runProgram('sh', ['-c', script], options);
  return { ...result, took: performance.now() - begun };
}

describe('the time limit of a program', () => {
  it('holds when a child of it hangs, and ends that child, too', async () => {
    const { took, ...result } = await sh('sleep 60 & echo $!; wait; true', { timeout: 300 });
    expect(result).toMatchObject({ status: null, signal: 'SIGKILL', timedOut: true });
    expect(took).toBeLessThan(slack);
    await expect.poll(() => isAlive(Number(result.stdout))).toBe(false);
  });

  it('ends grandchildren and those in a session of their own', async () => {
    const { stdout, timedOut, took } = await sh(`setsid sh -c 'echo $$; sh -c "echo \\$\\$; sleep 60; true"; true'`, {
      timeout: 500,
    });
    expect(timedOut).toBe(true);
    expect(took).toBeLessThan(slack);
    const started = stdout.trim().split('\n').map(Number);
    expect(started).toHaveLength(2);
    for (const pid of started) await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('holds when what keeps its output cannot be found any more', async () => {
    const { stdout, timedOut, took } = await sh('(sleep 60 & echo $!); sleep 60', { timeout: 300 });
    expect(timedOut).toBe(true);
    expect(took).toBeLessThan(slack);
    kill(Number(stdout), 'SIGKILL');
  });

  it('keeps what was printed until then', async () => {
    expect(await sh('echo here; echo there >&2; sleep 60; true', { timeout: 500 })).toMatchObject({
      stdout: 'here\n',
      stderr: 'there\n',
    });
  });
});

describe('a program that is aborted', () => {
  it('ends with its children', async () => {
    const stop = new AbortController();
    const running = sh('sleep 60 & echo $!; wait', { signal: stop.signal });
    setTimeout(() => {
      stop.abort();
    }, 300);
    const { took, ...result } = await running;
    expect(result).toMatchObject({ signal: 'SIGKILL', timedOut: false });
    expect(took).toBeLessThan(slack);
    await expect.poll(() => isAlive(Number(result.stdout))).toBe(false);
  });

  it('ends at once when it was aborted before, and one that cannot be started is still an error', async () => {
    const signal = AbortSignal.abort();
    expect(await sh('sleep 60', { signal })).toMatchObject({ signal: 'SIGKILL' });
    await expect(runProgram('/no/such/program', [], { signal })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a program that has ended', () => {
  it('is not waited for because of what it left in the background, which goes on', async () => {
    const { took, ...result } = await sh('sleep 60 & echo $!; exit 3', { timeout: 50_000 });
    expect(result).toMatchObject({ status: 3, signal: null, timedOut: false });
    expect(took).toBeLessThan(slack);
    const left = Number(result.stdout);
    expect(isAlive(left)).toBe(true);
    kill(left, 'SIGKILL');
  });

  it('has what comes from the background a moment later in its output', async () => {
    expect((await sh('(sleep 0.1; echo late) & exit 0')).stdout).toBe('late\n');
  });

  it('has all of its output, however busy this process was', async () => {
    const running = sh('head -c 60000 /dev/zero; sleep 60 & echo $! >&2');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const busyUntil = performance.now() + 2000;
    while (performance.now() < busyUntil);
    const { stdout, stderr } = await running;
    expect(stdout).toHaveLength(60_000);
    kill(Number(stderr), 'SIGKILL');
  });

  it('has an output that is larger than a pipe, and what it was given to read', async () => {
    const input = 'x'.repeat(3_000_000);
    expect((await sh('cat', { input })).stdout).toBe(input);
  });
});

describe('a program of a process that is interrupted', () => {
  it('ends with it, as the group of processes that a terminal or Pacemaker ends', async () => {
    const script = `
      import { runProgram } from './packages/driver/src/system/run-program.ts';
      await runProgram('sh', ['-c', 'echo $$ >&3; sleep 60; true'], { timeout: 50_000, fileDescriptors: [1] });
    `;
    const root = new URL('../../../../', import.meta.url).pathname;
    const caller = spawn('node', ['--import', 'tsx', '--input-type=module', '--eval', script], {
      ...{ cwd: root, detached: true },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const started = await new Promise<number>((resolve) => {
      caller.stdout.once('data', (text: Buffer) => {
        resolve(Number(text.toString()));
      });
    });
    expect(isAlive(started)).toBe(true);
    kill(-caller.pid!, 'SIGINT');
    await expect.poll(() => isAlive(started)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    // A dead process that nobody has waited for yet is a zombie.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
