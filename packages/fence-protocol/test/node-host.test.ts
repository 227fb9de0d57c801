// What of the real process's host can be seen from inside. The rest is tested with whole processes, under test/real.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { nodeHost, systemClock } from '../src/index.js';

const host = nodeHost({ argv: ['/usr/bin/node', '/usr/sbin/fence_x', '-o', 'off'], env: { A: '1' }, pid: 7 });

describe('nodeHost', () => {
  it('has the name, the arguments and the environment of the process', () => {
    expect(host).toMatchObject({ name: 'fence_x', argv: ['-o', 'off'], env: { A: '1' }, clock: systemClock });
    expect(Math.abs(host.date().getTime() - Date.now())).toBeLessThan(60_000);
    expect(nodeHost({ argv: ['node'], env: {}, pid: 7 }).name).toBe('fence');
  });

  it('appends to a debug file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'node-host-'));
    const file = join(directory, 'log');
    host.openDebugFile(file)('one\n');
    host.openDebugFile(file)('two\n');
    expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
    expect(() => host.openDebugFile(directory)).toThrow(/EISDIR/);
    await rm(directory, { recursive: true });
  });

  it('knows whether a person sits at stdin, and writes nothing when there is nothing to write', async () => {
    expect(await host.stdinIsTerminal()).toBe(isatty(0));
    await host.writeStdout('');
    host.writeStderr('');
  });

  it('logs to syslog, or nowhere on a machine without, and knows when the line is on its way', async () => {
    host.syslog('debug', 'a line of the tests of nodeHost');
    await expect(host.finish?.()).resolves.toBeUndefined();
  });

  it('lives on when logger cannot be started, as for want of memory', async () => {
    // No program can be given such a name: that, too, fails at once.
    const unlucky = nodeHost({ argv: ['/usr/bin/node', '/usr/sbin/fence_\0'], env: {}, pid: 7 });
    unlucky.syslog('debug', 'a line of the tests of nodeHost');
    unlucky.syslog('debug', 'and another one');
    await expect(unlucky.finish?.()).resolves.toBeUndefined();
  });

  it('runs a script with its arguments', async () => {
    expect(await host.runScript('printf "a b\\n\\n"')).toBe('a b');
    await expect(host.runScript('exit 3')).rejects.toThrow();
  });
});

describe('the clock of this machine', () => {
  it('goes forward and sleeps', async () => {
    const before = systemClock.now();
    await systemClock.sleep(5);
    expect(systemClock.now()).toBeGreaterThan(before);
  });

  it('wakes up when the signal aborts, and does not fall asleep when it has', async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(new Error('wake up'));
    await expect(sleeping).rejects.toThrow('wake up');
    await expect(systemClock.sleep(60_000, controller.signal)).rejects.toThrow('wake up');
    await systemClock.sleep(1, new AbortController().signal);
  });
});
