// The runner on real child processes.
import { spawn, type ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { kill } from 'node:process';
import type { RawResult, Runner, RunRequest } from './runner.js';

/** See {@link NodeRunnerOptions.graceMs}. */
const GRACE_MS = 2_000;

/** See {@link NodeRunnerOptions.maxOutputBytes}. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** How much is kept of an output that was too much, to show where it came from. */
const KEPT_OF_TOO_MUCH = 64 * 1024;

export interface NodeRunnerOptions {
  /**
   * What the programs inherit, for example `process.env`. Without it they get a fixed PATH alone; pcs finds its files
   * without more. `CIB_*`, `PCS_AUTO_COMPLETE` and `COMP_*` never pass: a stray `CIB_file` silently redirects every
   * Pacemaker tool to another configuration (observed).
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Start everything with `sudo -n`, which fails instead of asking. A program that sudo started cannot be signalled by
   * an ordinary user: on a timeout the call ends, the program may not.
   */
  readonly sudo?: boolean;
  /** Milliseconds from SIGTERM to SIGKILL, and from there until the call ends without the output; default 2000. */
  readonly graceMs?: number;
  /**
   * Bytes that a program may write, to both outputs together; default 64 MiB, thirty times the status of the largest clusters. One
   * that writes more is ended, so that it does not take this process's memory with it.
   */
  readonly maxOutputBytes?: number;
}

/** A {@link Runner} that starts real programs, each in a process group of its own and without a shell. */
export function createNodeRunner(options: NodeRunnerOptions = {}): Runner {
  const base = scrubEnvironment(options.env ?? {});
  return {
    run: (request) => {
      const [program, argv] = options.sudo
        ? ['sudo', ['-n', '--', ...withEnvironment(request)]]
        : [request.program, request.argv];
      return runProgram({ ...request, program, argv, env: { ...base, ...request.env } }, options);
    },
  };
}

/** The environment without the variables that change what pcs and Pacemaker's tools do, in the C locale and UTC. */
export function scrubEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const scrubbed: Record<string, string> = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !/^(?:CIB_|COMP_|PCS_AUTO_COMPLETE$)/.test(name)) scrubbed[name] = value;
  }
  return { ...scrubbed, LC_ALL: 'C', TZ: 'UTC' };
}

/** sudo drops the environment except what it checks itself (LC_*, TZ); what the request adds goes through env(1). */
function withEnvironment({ program, argv, env = {} }: RunRequest): readonly string[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return variables.length === 0 ? [program, ...argv] : ['env', ...variables, program, ...argv];
}

function runProgram(
  request: RunRequest,
  { graceMs = GRACE_MS, maxOutputBytes = MAX_OUTPUT_BYTES }: NodeRunnerOptions,
): Promise<RawResult> {
  return new Promise((resolve, reject) => {
    const { signal: abort } = request;
    if (abort?.aborted) {
      reject(abort.reason as Error);
      return;
    }
    const started = performance.now();
    const child = spawn(request.program, request.argv, {
      cwd: request.cwd,
      env: request.env,
      // A group of its own, so that a timeout ends pcs together with the tools it is waiting for.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let written = 0;
    let tooMuch = false;
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      written += chunk.length;
      if (tooMuch) return;
      into.push(chunk);
      if (written <= maxOutputBytes) return;
      tooMuch = true;
      end();
    };
    child.stdout.on('data', collect(stdout));
    child.stderr.on('data', collect(stderr));
    // A program may exit without reading its input: EPIPE there says nothing that its exit code does not.
    child.stdin.on('error', () => undefined);
    child.stdin.end(request.stdin);

    let timedOut = false;
    const timers: NodeJS.Timeout[] = [];
    const end = () => {
      signalGroup(child, 'SIGTERM');
      timers.push(
        setTimeout(() => {
          signalGroup(child, 'SIGKILL');
        }, graceMs),
        // A grandchild may hold the pipes for ever: give up on the output, not on the caller.
        setTimeout(() => {
          // What cannot be signalled, because sudo started it, counts as killed.
          settle(child.exitCode, child.exitCode === null ? (child.signalCode ?? 'SIGKILL') : null);
        }, 2 * graceMs),
      );
    };
    if (request.timeoutMs !== undefined) {
      timers.push(
        setTimeout(() => {
          timedOut = true;
          end();
        }, request.timeoutMs),
      );
    }
    abort?.addEventListener('abort', end, { once: true });

    const release = () => {
      timers.forEach(clearTimeout);
      abort?.removeEventListener('abort', end);
    };
    const settle = (exitCode: number | null, signal: NodeJS.Signals | null) => {
      release();
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      if (abort?.aborted) {
        reject(abort.reason as Error);
        return;
      }
      const kept = (chunks: readonly Buffer[]) => {
        const whole = Buffer.concat(chunks);
        return tooMuch ? Buffer.from(whole.subarray(0, KEPT_OF_TOO_MUCH)) : whole;
      };
      resolve({
        exitCode,
        signal,
        stdout: kept(stdout),
        stderr: kept(stderr),
        durationMs: performance.now() - started,
        timedOut,
        ...(tooMuch && { tooMuchOutput: true }),
      });
    };
    child.on('error', (error) => {
      if (child.pid !== undefined) return; // a failed kill: the exit still comes
      release();
      reject(error);
    });
    // 'close', not 'exit': only then has all output arrived.
    child.on('close', settle);
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) kill(-child.pid, signal);
  } catch {
    // Already gone, or started by sudo: the timers above end the call either way.
  }
}
