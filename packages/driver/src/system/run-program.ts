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
  /** ms after which it is killed (SIGKILL); no limit by default. */
  readonly timeout?: number;
  /** Kills it when aborted. */
  readonly signal?: AbortSignal;
  /** Open file descriptors of this process that the program gets as 3, 4 … */
  readonly fileDescriptors?: readonly number[];
  /** What it reads on its standard input; nothing by default. */
  readonly input?: string;
}

/**
 * Runs a program without a shell and waits for its end and its whole output. Rejects with Node's system error when it
 * cannot be started; any exit status resolves.
 */
export type RunProgram = (command: string, args: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>;

/** Runs programs of this machine. */
export const runProgram: RunProgram = async (command, args, { timeout, signal, fileDescriptors = [], input } = {}) => {
  // Only now: a process that runs no program need not load it, which takes longer than a whole transfer.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const stdin = input === undefined ? 'ignore' : 'pipe';
    const child = spawn(command, args, { stdio: [stdin, 'pipe', 'pipe', ...fileDescriptors] });
    child.stdin?.on('error', () => undefined).end(input); // a program need not read it
    const output = { stdout: '', stderr: '' };
    let timedOut = false;
    const kill = () => child.kill('SIGKILL');
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            kill();
          }, timeout);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
    };
    if (signal?.aborted) kill();
    signal?.addEventListener('abort', kill, { once: true });
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
    }
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    // 'close' and not 'exit': only then has all output been read.
    child.once('close', (status, signalName) => {
      settle();
      resolve({ status, signal: signalName, ...output, timedOut });
    });
  });
};
