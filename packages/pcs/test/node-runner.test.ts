import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNodeRunner, scrubEnvironment } from '../src/run/node-runner.js';

const runner = createNodeRunner({ graceMs: 200 });
const sh = (script: string, more: object = {}) => runner.run({ program: '/bin/sh', argv: ['-c', script], ...more });

describe('the runner on real processes', () => {
  it('gives back exit code, both outputs and the input it was told', async () => {
    const result = await sh('cat; echo oops >&2; exit 3', { stdin: 'hello' });
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false });
    expect(result.stdout.toString()).toBe('hello');
    expect(result.stderr.toString()).toBe('oops\n');
  });

  it('keeps bytes that are no text, all of them', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
    expect((await sh('cat', { stdin: bytes })).stdout.equals(bytes)).toBe(true);
  });

  it('waits for output that comes after the exit, from a child that still holds the pipe', async () => {
    const result = await sh('(sleep 0.2; echo late) & exit 0');
    expect(result.stdout.toString()).toBe('late\n');
  });

  it('closes the input when there is none, so that nothing waits for it', async () => {
    expect((await sh('cat; echo done', { timeoutMs: 10_000 })).stdout.toString()).toBe('done\n');
  });

  it('does not mind a program that exits without reading its input', async () => {
    expect((await sh('exit 0', { stdin: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  it('tells the signal that ended a program', async () => {
    expect(await sh('kill -KILL $$')).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: false });
  });

  it('ends the program and its children when the time is over', async () => {
    const result = await sh('sleep 60 & echo $!; wait', { timeoutMs: 200 });
    expect(result).toMatchObject({ timedOut: true });
    const child = Number(result.stdout.toString());
    expect(child).toBeGreaterThan(1);
    // A process closes its files a moment before it is gone.
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  it('kills a program that ignores being asked to end', async () => {
    const result = await sh('trap "" TERM; while :; do sleep 0.05; done', { timeoutMs: 100 });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
  });

  it('ends a program that writes without end, and keeps the beginning', async () => {
    const narrow = createNodeRunner({ graceMs: 200, maxOutputBytes: 1_000_000 });
    const result = await narrow.run({ program: '/bin/sh', argv: ['-c', 'echo first; exec cat /dev/zero'] });
    expect(result).toMatchObject({ tooMuchOutput: true, timedOut: false, exitCode: null, signal: 'SIGTERM' });
    expect(result.stdout.subarray(0, 6).toString()).toBe('first\n');
    expect(result.stdout.length).toBeLessThan(100_000);
    expect(result.stderr).toHaveLength(0);
    const within = await narrow.run({ program: '/bin/sh', argv: ['-c', 'head -c 1000000 /dev/zero'] });
    expect(within).not.toHaveProperty('tooMuchOutput');
    expect(within.stdout).toHaveLength(1_000_000);
  });

  it('does not wait for ever for a process that left the group and holds the output', async () => {
    const result = await sh('setsid sleep 30 & echo $!; trap "" TERM; sleep 30', { timeoutMs: 100 });
    expect(result.timedOut).toBe(true);
    const escaped = Number(result.stdout.toString());
    process.kill(escaped, 'SIGKILL');
  });

  it('tells how a process ended whose output another one holds', async () => {
    const result = await sh('setsid sleep 30 & echo $!; trap "exit 3" TERM; while :; do sleep 0.01; done', {
      timeoutMs: 100,
    });
    expect(result).toMatchObject({ timedOut: true, exitCode: 3, signal: null });
    process.kill(Number(result.stdout.toString()), 'SIGKILL');
  });

  it('keeps no more of a program that writes on although it was told to end', async () => {
    const little = createNodeRunner({ maxOutputBytes: 1000, graceMs: 200 });
    const result = await little.run({ program: '/bin/sh', argv: ['-c', 'trap "" TERM; yes'] });
    expect(result).toMatchObject({ tooMuchOutput: true, signal: 'SIGKILL' });
    expect(result.stdout.length).toBeLessThanOrEqual(64 * 1024);
  });

  it('rejects with the reason of the signal when aborted, before and while it runs', async () => {
    const before = new AbortController();
    before.abort(new Error('not today'));
    await expect(sh('exit 0', { signal: before.signal })).rejects.toThrow('not today');
    const during = new AbortController();
    const running = sh('sleep 60', { signal: during.signal });
    during.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  it('rejects with the cause when the program is not there', async () => {
    await expect(runner.run({ program: '/etc/passwd/pcs', argv: [] })).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(runner.run({ program: 'no-such-program', argv: [] })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('lets nothing into the environment that redirects Pacemaker or pcs', async () => {
    const dirty = createNodeRunner({
      env: {
        HOME: '/root',
        CIB_file: '/tmp/x',
        CIB_shadow: 'y',
        PCS_AUTO_COMPLETE: '1',
        COMP_WORDS: 'a',
        LC_ALL: 'ja_JP.UTF-8',
        GONE: undefined,
      },
    });
    const result = await dirty.run({ program: '/usr/bin/env', argv: [], env: { CIB_file: '/tmp/mine' } });
    expect(result.stdout.toString().trim().split('\n').sort()).toEqual([
      'CIB_file=/tmp/mine',
      'HOME=/root',
      'LC_ALL=C',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      'TZ=UTC',
    ]);
    expect(scrubEnvironment({ PATH: '/opt/bin' })['PATH']).toBe('/opt/bin');
  });

  it('starts programs through sudo without asking, and gives what the request adds through env', async () => {
    // sudo is played by a program that prints what it was told.
    const directory = new URL('./fixtures/sudo/', import.meta.url).pathname;
    const sudo = createNodeRunner({ sudo: true, env: { PATH: `${directory}:/usr/bin:/bin` } });
    const plain = await sudo.run({ program: 'pcs', argv: ['--', 'a b'] });
    expect(plain.stdout.toString()).toBe('-n\n--\npcs\n--\na b\n');
    const added = await sudo.run({ program: 'cibadmin', argv: ['-Q'], env: { CIB_file: '/tmp/c' } });
    expect(added.stdout.toString()).toBe('-n\n--\nenv\nCIB_file=/tmp/c\ncibadmin\n-Q\n');
  });

  it('hands every argument over as it is', async () => {
    const words = ['', ' ', '--force', '-f', '$(reboot)', "'", '"', '\\', '*', 'ä 日本', ';', '`id`', 'x=--force'];
    const result = await runner.run({ program: '/usr/bin/printf', argv: ['%s\\0', ...words] });
    expect(result.stdout.toString().split('\0').slice(0, -1)).toEqual(words);
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
