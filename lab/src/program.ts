// Running other programs: one door, so that tests can stand in it.
import { spawn } from 'node:child_process';
import { LabError } from './errors.js';

/** How a program that was run to its end came out. */
export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status; undefined when a signal ended it. */
  readonly status: number | undefined;
}

export interface ProgramOptions {
  /** Written to standard input, which is closed then. */
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each piece of standard output and standard error, for a log. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a program to its end. */
export type RunProgram = (words: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>;

/** Runs a program of this machine and waits until its output is complete. Rejects when it cannot be started. */
export const runProgram: RunProgram = (words, options = {}) =>
  new Promise((resolve, reject) => {
    const [program = '', ...rest] = words;
    const child = spawn(program, rest, { cwd: options.cwd, env: options.env, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onOutput?.(text);
    });
    child.on('error', (cause) => {
      reject(new LabError('REQUIREMENT', `${program} could not be started: ${cause.message}`, { cause }));
    });
    child.on('close', (status) => {
      resolve({ stdout, stderr, status: status ?? undefined });
    });
    // A program that ends without reading its input is judged by its status, not by the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });

/** Runs a program that must succeed, and gives its standard output. */
export async function mustRun(run: RunProgram, words: readonly string[], options?: ProgramOptions): Promise<string> {
  const result = await run(words, options);
  if (result.status === 0) return result.stdout;
  const why = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-8).join('\n');
  throw new LabError('PROGRAM', `${words.join(' ')} ended with status ${String(result.status)}:\n${why}`);
}
