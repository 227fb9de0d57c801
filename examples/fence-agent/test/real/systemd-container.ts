// A copy of this machine that systemd boots: its root file system under an overlay in memory, in a container. What happens
// in it happens to nobody else, and all of it is gone when it is closed.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { until } from './until.js';

export interface SystemdContainer {
  /** Runs a shell script in it; resolves to how it ended, with its output. */
  run(script: string): Promise<{ readonly status: number; readonly output: string }>;
  close(): Promise<void>;
}

/** Whether this user may do so: root on a machine, but not in every container. */
export function canBootSystemd(): boolean {
  if (spawnSync('systemd-nspawn', ['--version'], { stdio: 'ignore' }).status !== 0) return false;
  return spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0;
}

/**
 * @param files Copied to /root in it.
 * @param shared Directories of this machine, and where they are in it.
 */
export async function bootContainer(
  files: readonly string[],
  shared: Readonly<Record<string, string>>,
): Promise<SystemdContainer> {
  const directory = mkdtempSync(join(tmpdir(), 'systemd-container-'));
  const [root, upper, work] = ['root', 'memory/upper', 'memory/work'].map((name) => join(directory, name));
  const memory = join(directory, 'memory');
  mkdirSync(memory);
  mustRun('mount', '-t', 'tmpfs', 'tmpfs', memory);
  for (const path of [root!, upper!, work!]) mkdirSync(path);
  mustRun('mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=/,upperdir=${upper},workdir=${work}`, root!);
  rmSync(join(root!, 'etc/machine-id'), { force: true });
  for (const file of files) cpSync(file, join(root!, 'root', basename(file)));
  for (const place of Object.values(shared)) mkdirSync(join(root!, place), { recursive: true });
  const binds = Object.entries(shared).map(([from, to]) => `--bind=${from}:${to}`);
  // Nothing of this machine is started in it.
  writeFileSync(join(root!, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const container = spawn(
    'systemd-nspawn',
    [
      ...['--quiet', '--register=no', '--keep-unit', `--machine=${basename(directory)}`, `--directory=${root}`],
      ...['--private-network', '--console=pipe', ...binds, '--boot', 'systemd.unit=basic.target'],
    ],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const ended = once(container, 'exit');
  const leader = () =>
    readFileSync(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8').trim().split(' ')[0];
  const enter = () => ['--target', leader() ?? '', '--all', 'sh', '-c'];
  const run = (script: string) =>
    new Promise<{ status: number; output: string }>((resolve) => {
      execFile('nsenter', [...enter(), script], { env: environment, encoding: 'utf8' }, (error, stdout, stderr) => {
        resolve({ status: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      });
    });
  await until('the container runs', () => existsSync(`/proc/${container.pid}`) && leader() !== '');
  await until('the container has booted', async () => (await run('systemctl is-active basic.target')).status === 0);
  return {
    run,
    close: async () => {
      container.kill('SIGKILL');
      const pid = leader();
      if (pid) spawnSync('kill', ['-KILL', pid]);
      await ended;
      for (const mount of [root!, memory]) spawnSync('umount', ['--lazy', mount]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
};

function mustRun(program: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
}
