// The line keeper as a service, supervised by this process as systemd does it: when it ends, the line is released and it is
// started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.js';

export interface Service {
  /** What callers need in their environment to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** The keeper's process. */
  readonly pid: number;
  /** What it said. */
  readonly log: string;
  /** SIGTERM, to a keeper that is stopped too, and no new start. */
  stop(): Promise<void>;
}

/** Starts it; its socket and all that it keeps are in `directory`, `words` are its options. Resolves when it listens. */
export async function startService(program: string, directory: string, ...words: string[]): Promise<Service> {
  const env = { FENCE_SLEEPI3_DIRECTORY: directory };
  const socket = join(directory, 'keeper.sock');
  let log = '';
  let stopping = false;
  let keeper: ChildProcess;
  const run = (command: string) => {
    const child = spawn(program, [command, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    return child;
  };
  const supervise = () => {
    keeper = run('keeper');
    keeper.once('exit', () => {
      if (stopping) return;
      void once(run('release'), 'exit').then(() => {
        if (!stopping) supervise();
      });
    });
  };
  supervise();
  await until(
    () => `the line keeper listens: ${log}`,
    () => existsSync(socket) && isReady(),
  );
  function isReady(): boolean {
    return log.includes('this node');
  }
  return {
    env,
    get pid() {
      return keeper.pid ?? Number.NaN;
    },
    get log() {
      return log;
    },
    stop: async () => {
      stopping = true;
      const ended = keeper.exitCode === null && keeper.signalCode === null ? once(keeper, 'exit') : undefined;
      keeper.kill('SIGTERM');
      keeper.kill('SIGCONT'); // a test that failed may have left it stopped
      await ended;
    },
  };
}

/** Of a process, MB that it has in memory. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
