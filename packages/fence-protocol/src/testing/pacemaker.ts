// Agents called as pacemaker-fenced calls them (read in and seen with 2.1.5).
import { spawn } from 'node:child_process';
import { kill } from 'node:process';

/** A call by pacemaker-fenced. */
export interface PacemakerCall {
  readonly action: string;
  /** The node to act on; none for monitor and list. */
  readonly target?: string;
  /** What the target is also said as, by the agent's metadata; default `port`. */
  readonly targetParameter?: 'port' | 'plug' | 'none';
  /** What pcmk_host_map makes of the target for `targetParameter`; default the node's name. */
  readonly alias?: string;
  /** The device's configured parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The order of the lines is random; the same seed gives the same order. Default 1. */
  readonly seed?: number;
}

/** What pacemaker-fenced writes to the agent's stdin: `key=value` lines in random order. */
export function pacemakerInput(call: PacemakerCall): string {
  const { action, target, targetParameter = 'port', alias = target, parameters = {}, seed = 1 } = call;
  const lines = [`action=${action}`, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)];
  if (target !== undefined) {
    lines.push(`nodename=${target}`);
    if (targetParameter !== 'none' && alias !== undefined && parameters[targetParameter] === undefined) {
      lines.push(`${targetParameter}=${alias}`);
    }
  }
  return shuffled(lines, seed).join('\n') + '\n';
}

/** The environment by which an agent sees that Pacemaker calls. */
export const pacemakerEnvironment = { PCMK_service: 'pacemaker-fenced' } as const;

/** How a process ended. */
export interface ProcessResult {
  /** Undefined when it was killed. */
  readonly exitStatus: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The time was up, and the whole process group was killed without warning. */
  readonly timedOut: boolean;
}

/** How {@link runLikePacemaker} starts the program. */
export interface ProcessOptions {
  /** Seconds until SIGKILL; default 20. */
  readonly timeout?: number;
  /** Aborted, it ends the time at once: for a test that waits for what the agent has done rather than for seconds. */
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs an agent's program as pacemaker-fenced does: no arguments, the request on stdin, in a process group of its own,
 * umask 026, PCMK_service set, and SIGKILL to the whole group when the time is up.
 */
export function runLikePacemaker(
  program: string,
  call: PacemakerCall,
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const { timeout = 20, signal, env = {} } = options;
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', 'umask 026; exec "$0"', program], {
      detached: true,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env, ...pacemakerEnvironment },
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // An agent that ends without reading leaves a broken pipe behind: its exit status tells the story.
    child.stdin.on('error', () => undefined);
    child.stdin.end(pacemakerInput(call));
    const endTime = () => {
      timedOut = true;
      killGroup(child.pid);
    };
    const timer = setTimeout(endTime, timeout * 1000);
    signal?.addEventListener('abort', endTime);
    if (signal?.aborted) endTime();
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', endTime);
      resolve({ exitStatus: code ?? undefined, stdout, stderr, timedOut });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Fisher-Yates with a small generator of its own (mulberry32), so that a seed names an order. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const item = result[last] as T;
    result[last] = result[other] as T;
    result[other] = item;
  }
  return result;
}
