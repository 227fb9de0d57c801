// A built agent as a process: what it is called by, what it reads, and that all it writes arrives.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pacemakerInput, runLikePacemaker, StandaloneFenced } from '../../src/testing/index.js';
import { bringNode } from '../../../../tools/bring-node.mjs';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { bundle } from './bundle.js';

const python = '/usr/bin/python3';
let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fence-process-'));
  program = await bundle(join(import.meta.dirname, 'process.main.ts'), directory, 'fence_process');
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const run = (words: string[], input = '') => spawnSync(program, words, { input, encoding: 'utf8' });

describe('the process', () => {
  it('answers a request of Pacemaker', async () => {
    const listed = await runLikePacemaker(program, { action: 'list', parameters: { count: '2' } });
    expect(listed).toEqual({ exitStatus: 0, stdout: 'machine-0,\nmachine-1,\n', stderr: '', timedOut: false });
  });

  it('ends although the device left a timer running', async () => {
    expect(await runLikePacemaker(program, { action: 'monitor' })).toMatchObject({ exitStatus: 0, timedOut: false });
  });

  it('fails with one line on stderr and nothing on stdout', async () => {
    const off = await runLikePacemaker(program, { action: 'off', target: 'a', alias: '1', seed: 3 });
    expect(off).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(off.stderr).toMatch(/^[-0-9]+ [:0-9]+,\d{3} ERROR: Failed: it never works\n$/);
  });

  it('goes by the name it was called by, through a link', async () => {
    const link = join(directory, 'fence_other');
    await symlink(program, link);
    const { stdout, status } = spawnSync(link, ['-o', 'metadata'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('<resource-agent name="fence_other"');
  });

  it('writes all of a megabyte into a pipe that is read slowly, before it ends', async () => {
    const child = spawn(program, ['-o', 'list', '--count=60000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let length = 0;
    for await (const chunk of child.stdout) {
      length += (chunk as Buffer).length;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const exitStatus = child.exitCode ?? (await new Promise((resolve) => child.once('close', resolve)));
    expect(exitStatus).toBe(0);
    expect(length).toBe(Array.from({ length: 60_000 }, (_, at) => `machine-${at},\n`).join('').length);
  });

  it('fails when its answer is not taken', () => {
    const script = 'set -o pipefail; "$0" -o list --count=60000 | true';
    expect(spawnSync('bash', ['-c', script, program], { stdio: 'ignore' }).status).toBe(1);
    const full = spawnSync('sh', ['-c', '"$0" -o metadata >/dev/full', program], { encoding: 'utf8' });
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(/ERROR: ENOSPC: no space left on device, write\n$/);
  });

  it('reads its request to the end, however it is cut', async () => {
    const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    for (const part of ['act', 'ion=li', 'st\ncou', 'nt=1']) {
      child.stdin.write(part);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.stdin.end();
    let stdout = '';
    for await (const chunk of child.stdout) stdout += String(chunk);
    expect(stdout).toBe('machine-0,\n');
  });

  it('reads from a file and from nothing at all', async () => {
    const file = join(directory, 'request');
    await writeFile(file, pacemakerInput({ action: 'monitor' }));
    expect(spawnSync('sh', ['-c', '"$0" <"$1"', program, file]).status).toBe(0);
    expect(spawnSync('sh', ['-c', '"$0" </dev/null', program]).status).toBe(1);
    expect(spawnSync('sh', ['-c', '"$0" <&-', program]).status).toBe(1);
  });

  it.runIf(haveRealParts(python))('reads from a descriptor that was made non-blocking', () => {
    const script = [
      'import fcntl, os, subprocess, sys, time',
      'r, w = os.pipe()',
      'fcntl.fcntl(r, fcntl.F_SETFL, fcntl.fcntl(r, fcntl.F_GETFL) | os.O_NONBLOCK)',
      'child = subprocess.Popen([sys.argv[1]], stdin=r)',
      'os.close(r)',
      'time.sleep(0.3)',
      'os.write(w, b"action=monitor\\n")',
      'os.close(w)',
      'sys.exit(child.wait())',
    ].join('\n');
    expect(spawnSync(python, ['-c', script, program]).status).toBe(0);
  });

  it.runIf(haveRealParts('script'))('shows the usage on a terminal, at once', () => {
    const { stdout, status } = spawnSync('script', ['-qec', program, '/dev/null'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^Usage:\r\n/);
  });

  it('writes a debug file that only its owner can read', async () => {
    const file = join(directory, 'debug.log');
    expect(run(['-o', 'off', '-n', '1', '-D', file]).status).toBe(1);
    expect(await readFile(file, 'utf8')).toMatch(/ERROR: Failed: it never works\n[^]*/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(run(['-o', 'off', '-n', '1', '-D', '/proc/no/x']).stderr).toContain('Unable to create file /proc/no/x');
  });
});

describe('a debug file on a full disk', () => {
  const lost =
    / WARNING: Log lines are lost: the debug file cannot be written: ENOSPC: no space left on device, write\n/g;

  it.each([['action=on\nplug=1\nverbose=1'], ['action=monitor\nverbose=1']])('changes no answer of %j', (request) => {
    const { status, stderr } = run([], `${request}\ndebug_file=/dev/full\n`);
    expect([status, stderr.match(lost)?.length]).toEqual([0, 1]);
  });

  it('changes no exit status where stderr is full, too', () => {
    const full = (request: string) =>
      spawnSync('sh', ['-c', 'printf "$1" | "$0" 2>/dev/full', program, `${request}\ndebug_file=/dev/full\n`]).status;
    expect([full('action=monitor\nverbose=1'), full('action=off\nplug=1')]).toEqual([0, 1]);
  });
});

describe('on Node 18', () => {
  it('answers, fails and lists all the same', () => {
    const node = bringNode(18);
    const on18 = (input: string) => spawnSync(node, [program], { input, encoding: 'utf8' });
    expect(on18('action=list\ncount=1\n')).toMatchObject({ status: 0, stdout: 'machine-0,\n', stderr: '' });
    expect(on18('action=off\nplug=1\n')).toMatchObject({ status: 1, stdout: '' });
    expect(on18('action=metadata\n').stdout).toBe(run([], 'action=metadata\n').stdout);
  });
});

// A machine with syslog, made of a mount namespace and a socket: /dev/log is looked for where it always is.
describe.runIf(haveRealParts('logger', python) && StandaloneFenced.isPossible())('syslog', () => {
  it('gets the line of a failure through logger, with the agent’s name and priority', () => {
    const script = [
      'import os, socket, subprocess, sys',
      'os.path.lexists("/dev/log") and os.remove("/dev/log")',
      'log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)',
      'log.bind("/dev/log")',
      'log.settimeout(10)',
      'status = subprocess.run([sys.argv[1], "-o", "off", "-n", "1"], stderr=subprocess.DEVNULL).returncode',
      'print(status, log.recv(65536).decode())',
    ].join('\n');
    const mounted =
      'mount -t tmpfs tmpfs /dev && mknod -m 666 /dev/null c 1 3 && mknod -m 444 /dev/urandom c 1 9 && exec /usr/bin/python3 -c "$0" "$1"';
    const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', mounted, script, program], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toMatch(/^1 <27>.*fence_process\[\d+\]: Failed: it never works/);
  });
});
