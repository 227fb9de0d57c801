/**
 * A lock between processes that the kernel releases when its holder dies, however it dies.
 *
 * Node has no flock(2), so flock(1) of util-linux takes it for us: it gets our open file as its descriptor 3, locks
 * that and exits. The lock sits on the open file description, which is still ours; it goes when the last descriptor
 * is closed, by us or by the kernel. It excludes every other user of flock(2) on the same file.
 */
import { close, open } from 'node:fs';
import { promisify } from 'node:util';
import { Sleepi3Error } from '../errors.js';
import type { RunProgram } from './run-program.js';

export interface FileLockOptions {
  /**
   * ms to wait for the lock; 0 tries once without waiting; no limit by default. Waits are as good as flock(1)'s timer.
   */
  readonly timeout?: number;
  /** Gives up the wait when aborted, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** A shared lock, which only excludes exclusive ones; default false. */
  readonly shared?: boolean;
  /** Creates the file (mode 0600) if it is not there; default true. False for devices. */
  readonly create?: boolean;
  /** How programs are run; this machine's by default. */
  readonly run?: RunProgram;
}

/** A lock that is held. */
export interface FileLock {
  readonly path: string;
  /** The open descriptor that carries the lock: a child that inherits it keeps the lock after we are gone. */
  readonly fd: number;
  /** Lets go of the lock. A second call does nothing. */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Exit status that we ask flock(1) for when the lock is taken: its own default, 1, could be any failure. */
const conflictStatus = 201;

/**
 * Takes the lock on `path`.
 *
 * @throws {@link Sleepi3Error} `LOCK_BUSY` when another holder did not let go in time, `LOCK_FAILED` (with `errno` when
 * there is one) when the file cannot be opened or flock(1) cannot be run; the signal's reason when aborted.
 */
export async function acquireFileLock(path: string, options: FileLockOptions = {}): Promise<FileLock> {
  const { timeout, signal, shared = false, create = true } = options;
  signal?.throwIfAborted();
  const run = options.run ?? (await import('./run-program.js')).runProgram;
  const fd = await openFile(path, create ? 'a+' : 'r', 0o600).catch((cause: unknown) => {
    throw lockFailed(path, `cannot open it: ${messageOf(cause)}`, cause);
  });
  try {
    const waiting = timeout === undefined ? [] : timeout <= 0 ? ['-n'] : ['-w', String(timeout / 1000)];
    const args = [shared ? '-s' : '-x', ...waiting, '-E', String(conflictStatus), '3'];
    const result = await run('flock', args, { fileDescriptors: [fd], ...(signal && { signal }) }).catch(
      (cause: unknown) => {
        throw lockFailed(path, `cannot run flock (package util-linux): ${messageOf(cause)}`, cause);
      },
    );
    signal?.throwIfAborted();
    if (result.status === conflictStatus) {
      throw new Sleepi3Error(
        'LOCK_BUSY',
        `${path} is locked by another process${timeout ? ` and was not released within ${timeout} ms` : ''}; ` +
          'wait for it to end, or see who holds it with lslocks',
        { path },
      );
    }
    if (result.status !== 0) {
      const end = result.status === null ? `was killed by ${String(result.signal)}` : `exited ${result.status}`;
      throw lockFailed(path, `flock ${end}: ${result.stderr.trim()}`);
    }
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
  let released: Promise<void> | undefined;
  const release = () => (released ??= closeFile(fd));
  return { path, fd, release, [Symbol.asyncDispose]: release };
}

const openFile = promisify<string, string, number, number>(open);
const closeFile = promisify(close);

function lockFailed(path: string, why: string, cause?: unknown): Sleepi3Error {
  const errno = (cause as NodeJS.ErrnoException | undefined)?.code;
  return new Sleepi3Error('LOCK_FAILED', `cannot lock ${path}: ${why}`, { path, ...(errno && { errno }), cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
