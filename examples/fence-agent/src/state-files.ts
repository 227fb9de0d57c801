// Where the agent keeps what must outlive a single run: one lock, one keeper's socket and one record for each board.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { getuid } from 'node:process';
import type { RecordFile } from './power-record.js';

/** Gone at the next boot, as everything in it should be. */
export const defaultStateDirectory = '/run/fence_sleepi3';
/** Where, with the default state directory, what outlives a boot is kept. A directory of the user's own has it all. */
const keptDirectory = '/var/lib/fence_sleepi3';

/** Which board, in the driver's words. */
export interface BoardName {
  /** A bus spec such as `1`, `i2c-tools:1` or `unix:/path`. */
  readonly bus: string;
  readonly address: number;
}

export interface StateFiles {
  readonly directory: string;
  /** Whoever holds the lock on it owns the line. */
  readonly lock: string;
  /** The process that last had the lock as a keeper. */
  readonly keeper: string;
  readonly socket: string;
  readonly record: string;
  /** What the last wire test found; outlives a boot. */
  readonly wireTest: string;
  /** The registers found at a boot; outlives a boot. */
  readonly observation: string;
}

/** The files of one board. Which back end reaches it makes no difference: it is the same board. */
export function stateFiles(directory: string, { bus, address }: BoardName): StateFiles {
  const place = bus.replace(/^i2c-tools:/, '');
  const readable = /^\d+$/.test(place) ? `i2c-${place}` : createHash('sha256').update(place).digest('hex').slice(0, 12);
  const name = `${readable}-${address.toString(16)}`;
  const base = join(directory, name);
  const kept = join(directory === defaultStateDirectory ? keptDirectory : directory, name);
  return {
    directory,
    lock: `${base}.lock`,
    keeper: `${base}.pid`,
    socket: `${base}.sock`,
    record: `${base}.off`,
    wireTest: `${kept}.wire-test`,
    observation: `${kept}.observed`,
  };
}

/**
 * Makes the directory if it is not there, for this user alone. One that others may write to is refused: whoever can put a
 * socket there can answer in the line keeper's place.
 */
export async function makeStateDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(
      `the state directory ${directory} cannot be made (${String(error)}): run as root, or set state_dir to one that this user may write`,
      { cause: error },
    );
  }
  const { uid, mode } = await stat(directory);
  if ((mode & 0o022) !== 0 || (uid !== 0 && uid !== getuid?.())) {
    throw new Error(
      `the state directory ${directory} can be written by others: chmod 700 and chown it, or set state_dir to another`,
    );
  }
}

/** A file that is replaced as a whole, and is on the disk before `replace` resolves. */
export function recordFile(path: string): RecordFile {
  return {
    // No record, or one that cannot be read: either way nothing is proven.
    read: () => readFile(path, 'utf8').catch(() => undefined),
    replace: async (text) => {
      const draft = `${path}.new`;
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    },
    remove: () => rm(path, { force: true }),
  };
}
