// The line keeper as a service, supervised by this process as systemd does it: when it ends, the line is released and it is
// started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
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

/** A socket as systemd's socket unit makes it; it listens until it is closed, whoever serves it. */
export async function socketUnit(directory: string) {
  const path = join(directory, 'keeper.sock');
  // Node has no socket on which it only listens: a call that this process gets is to be made again.
  const server = createServer((call) => call.destroy()).listen(path);
  await once(server, 'listening');
  const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
  return { path, fd, [Symbol.asyncDispose]: () => once(server.close(), 'close').then(() => undefined) };
}

/** Starts the line keeper once, as systemd does with the socket of its unit; without one as a person does. */
export function startKeeper(
  program: string,
  directory: string,
  words: readonly string[],
  socket?: { readonly fd: number },
) {
  const asService = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"';
  const keeper = spawn('sh', ['-c', socket ? asService : 'exec "$0" "$@"', program, 'keeper', ...words], {
    stdio: ['ignore', 'ignore', 'pipe', ...(socket ? [socket.fd] : [])],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', FENCE_SLEEPI3_DIRECTORY: directory },
  });
  const ended = once(keeper, 'close') as Promise<[number | null, string | null]>;
  let log = '';
  keeper.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  return {
    pid: keeper.pid ?? Number.NaN,
    ended,
    get log() {
      return log;
    },
    ready: () =>
      until(
        () => `the line keeper is ready: ${log}`,
        () => log.includes('this node'),
      ),
    kill: (signal: NodeJS.Signals) => keeper.kill(signal),
    [Symbol.asyncDispose]: async () => {
      keeper.kill('SIGKILL');
      await ended;
    },
  };
}

/** Of a process, MB that it has in memory. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
