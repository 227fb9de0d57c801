import { adviceFor } from './bus-advice.js';
import { Sleepi3Error } from '../errors.js';
import { acquireFileLock } from '../system/file-lock.js';
import { Mutex } from '../system/mutex.js';
import type { RunProgram } from '../system/run-program.js';

/** {@link Bus.withLock} for a real bus: a file lock on its device node, behind a mutex within this process. */
export class DeviceLock {
  readonly #mutex = new Mutex();

  /** @param timeout - ms to wait for other processes. */
  constructor(
    private readonly path: string,
    private readonly timeout: number,
    private readonly run: RunProgram | undefined,
  ) {}

  withLock<T>(body: () => Promise<T>): Promise<T> {
    return this.#mutex.run(async () => {
      const { path, timeout, run } = this;
      const lock = await acquireFileLock(path, { timeout, create: false, ...(run && { run }) }).catch(withAdvice);
      try {
        return await body();
      } finally {
        await lock.release();
      }
    });
  }
}

/** What cannot be opened to be locked cannot be used either: the same advice holds. */
function withAdvice(error: unknown): never {
  if (!(error instanceof Sleepi3Error)) throw error;
  const { code, message, path = '', errno } = error;
  const advice = adviceFor(errno);
  if (errno === undefined || advice === undefined) throw error;
  throw new Sleepi3Error(code, `${message}; ${advice}`, { path, errno, cause: error.cause });
}
