import { readdirSync, readFileSync } from 'node:fs';
import { kill } from 'node:process';

/** How a program ended and what it printed. */
export interface ProgramResult {
  /** Its exit status, or null when a signal ended it. */
  readonly status: number | null;
  /** The signal that ended it, or null. */
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** True when it was killed because `timeout` had passed. */
  readonly timedOut: boolean;
}

export interface ProgramOptions {
  /** ms after which it is killed (SIGKILL) with all that descends from it; no limit by default. */
  readonly timeout?: number;
  /** Kills it in the same way when aborted. */
  readonly signal?: AbortSignal;
  /** Open file descriptors of this process that the program gets as 3, 4 … */
  readonly fileDescriptors?: readonly number[];
  /** What it reads on its standard input; nothing by default. */
  readonly input?: string;
}

/**
 * Runs a program without a shell and waits for its end and its whole output. Rejects with Node's system error when it
 * cannot be started; any exit status resolves.
 *
 * What the program leaves in the background keeps nobody waiting: its output is taken for half a second more. One that
 * was killed and does not die, because the kernel holds it, is given up after two seconds as ended by SIGKILL.
 */
export type RunProgram = (command: string, args: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>;

/** ms that the output of a program that has ended may still take: what it left in the background may hold it for ever. */
const lateOutputMs = 500;

/** ms that a killed program may take to die: the kernel waits a second for a transfer on a hung I2C bus. */
const dyingMs = 2000;

/**
 * Runs programs of this machine. They stay in the process group of this process: what ends that ends them, too, be it Ctrl-C
 * at a terminal or Pacemaker, whose agents run out of time by group.
 */
export const runProgram: RunProgram = async (command, args, { timeout, signal, fileDescriptors = [], input } = {}) => {
  // Only now: a process that runs no program need not load it, which takes longer than a whole transfer.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const stdin = input === undefined ? 'ignore' : 'pipe';
    const child = spawn(command, args, { stdio: [stdin, 'pipe', 'pipe', ...fileDescriptors] });
    child.stdin?.on('error', () => undefined).end(input); // a program need not read it
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
    }
    let timedOut = false;
    const timers: NodeJS.Timeout[] = [];
    const after = (milliseconds: number, act: () => void) => timers.push(setTimeout(act, milliseconds));
    const release = () => {
      timers.forEach(clearTimeout);
      signal?.removeEventListener('abort', end);
    };
    const settle = (status: number | null, signalName: string | null) => {
      release();
      for (const stream of child.stdio) stream?.destroy();
      child.unref();
      resolve({ status, signal: signalName, ...output, timedOut });
    };
    const end = () => {
      if (child.pid === undefined) return; // it could not be started: the error is on its way
      killTree(child.pid);
      after(dyingMs, () => {
        settle(null, 'SIGKILL');
      });
    };
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('exit', (status, signalName) => {
      // From here on its number may be another process's.
      release();
      // All that the program itself printed is in the pipes by now, and is read before the immediate comes.
      after(lateOutputMs, () => setImmediate(settle, status, signalName));
    });
    child.once('close', settle);
    if (timeout !== undefined) {
      after(timeout, () => {
        timedOut = true;
        end();
      });
    }
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
};

/** Kills a process and all that descends from it, in whatever group or session. */
function killTree(root: number): void {
  const tree = [root];
  for (const pid of tree) {
    // Stopped first: what is stopped starts nothing while its children are looked for.
    send('SIGSTOP', pid);
    tree.push(...childrenOf(pid));
  }
  for (const pid of tree) send('SIGKILL', pid);
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    kill(pid, signal);
  } catch {
    // It has ended, or has become another user's.
  }
}

/** The processes whose parent is `parent`, by /proc/PID/stat: PID (NAME) STATE PARENT … (proc(5)); NAME may be anything. */
function childrenOf(parent: number): readonly number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && parentOf(pid) === parent);
  } catch {
    return []; // without /proc the process alone is killed
  }
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/.*\) . (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it has ended meanwhile
  }
}
