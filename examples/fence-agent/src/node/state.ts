// Where the agent keeps what must outlive a single run: one lock, one keeper's socket and one record for each board.
import { close, fsync, lstatSync, mkdirSync, open, readFileSync, rename, rm, writeFile } from 'node:fs';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { promisify } from 'node:util';
import type { RecordFile } from '../line/power-record.js';

// What every monitor and status does is done by plain calls: node:fs/promises and the threads behind asynchronous calls
// take longer to get ready than the rest of the work. What only happens in a hold must not stop its clock, and is
// asynchronous.
const fs = {
  close: promisify(close),
  fsync: promisify(fsync),
  open: promisify<string, string, number, number>(open),
  rename: promisify(rename),
  rm: promisify(rm),
  writeFile: promisify(writeFile),
};

/** Gone at the next boot, as everything in it should be. */
export const defaultStateDirectory = '/run/fence_sleepi3';
/** Where an act that cannot use its state directory, or the default one, is carried out from. In memory, as /run is. */
const emergencyDirectory = '/dev/shm/fence_sleepi3';
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
  /** The one that was configured, when it could not be used. */
  readonly configured: string;
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

/**
 * The files of one board. Which back end reaches it makes no difference: it is the same board.
 *
 * @param configured Where they would be if its disk were sound.
 */
export function stateFiles(directory: string, { bus, address }: BoardName, configured = directory): StateFiles {
  const place = bus.replace(/^i2c-tools:/, '');
  const readable = /^\d+$/.test(place) ? `i2c-${place}` : fingerprint(place);
  const name = `${readable}-${address.toString(16)}`;
  const base = join(directory, name);
  const kept = join(directory === defaultStateDirectory ? keptDirectory : directory, name);
  return {
    directory,
    configured,
    lock: `${base}.lock`,
    keeper: `${base}.pid`,
    socket: `${base}.sock`,
    record: `${base}.off`,
    wireTest: `${kept}.wire-test`,
    observation: `${kept}.observed`,
  };
}

/** Stands for the path of a socket, which is longer than the name of a file may be: FNV-1a, 64 bits. */
function fingerprint(path: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(path)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/**
 * Makes the directory if it is not there, for this user alone. One that others may write to is refused: whoever can put a
 * socket there can answer in the line keeper's place.
 */
export function makeStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(
      `the state directory ${directory} cannot be made (${String(error)}): run as root, or set state_dir to one that this user may write`,
      { cause: error },
    );
  }
  if (!isOurs(directory)) {
    throw new Error(
      `the state directory ${directory} can be written by others: chmod 700 and chown it, or set state_dir to another`,
    );
  }
}

/** Whether nobody else can write there. Throws when it is not there. */
function isOurs(directory: string): boolean {
  // Of a link it is the link that is judged: where everybody may make one it could lead anywhere.
  const found = lstatSync(directory);
  const { uid, mode } = found;
  return found.isDirectory() && (mode & 0o022) === 0 && (uid === 0 || uid === getuid?.());
}

/** Where an act is tried when `directory` cannot be used: a disk that is full or failing must not prevent fencing. */
export function otherDirectories(directory: string): string[] {
  return [defaultStateDirectory, emergencyDirectory].filter((other) => other !== directory);
}

/** The same board's files wherever else an act may have gone, as far as those directories are there and can be trusted. */
export function filesElsewhere({ directory, configured }: StateFiles, board: BoardName): StateFiles[] {
  return [configured, ...otherDirectories(configured)]
    .filter((other) => {
      if (other === directory) return false;
      try {
        return isOurs(other);
      } catch {
        return false; // no act was ever carried out from there
      }
    })
    .map((other) => stateFiles(other, board));
}

/** Whether it is the disk that is to blame for an error about the state directory, and not who configured it. */
export function isDiskFault(error: unknown): boolean {
  // ENOENT is what Node's mkdir says of a read-only disk when it may make the directories above, too.
  const { code, cause } = error as NodeJS.ErrnoException;
  return (
    ['EROFS', 'ENOENT', 'ENOSPC', 'EDQUOT', 'EIO'].includes(code ?? '') ||
    (cause instanceof Error && isDiskFault(cause))
  );
}

/** A file that is replaced as a whole, and is on the disk before `replace` resolves. */
export function recordFile(path: string): RecordFile {
  return {
    // No record, or one that cannot be read: either way nothing is proven.
    read: () => {
      try {
        return Promise.resolve(readFileSync(path, 'utf8'));
      } catch {
        return Promise.resolve(undefined);
      }
    },
    replace: async (text) => {
      const draft = `${path}.new`;
      const file = await fs.open(draft, 'w', 0o600);
      try {
        await fs.writeFile(file, text);
        await fs.fsync(file);
      } finally {
        await fs.close(file);
      }
      await fs.rename(draft, path);
    },
    remove: () => fs.rm(path, { force: true }),
  };
}
