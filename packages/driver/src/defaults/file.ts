/** /etc/default/sleepi3 on disk: read, and edited so that a reader sees the old file or the new one, never a part. */
import { constants, promises as fs, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Defaults } from './settings.js';
import { editDefaults, type ParsedDefaults, parseDefaults, planReapplication, type Reapplication } from './text.js';
import { Sleepi3Error } from '../errors.js';
import { acquireFileLock, type FileLockOptions } from '../system/file-lock.js';

/** Where the vendor's package keeps it. */
export const defaultsFilePath = '/etc/default/sleepi3';

/**
 * Reads a defaults file. Bad lines do not make it fail; they stand in `problems`.
 *
 * @throws {@link Sleepi3Error} `DEFAULTS_FILE_UNREADABLE` with `errno`.
 */
export function readDefaultsFile(path: string = defaultsFilePath): Promise<ParsedDefaults> {
  return new Promise((resolve) => {
    resolve(parseDefaults(readBytes(path)));
  });
}

/** What an edit did. */
export interface DefaultsEdit extends Reapplication {
  readonly before: Defaults;
  readonly after: Defaults;
}

/**
 * Changes settings in a defaults file and mends what is wrong with it, as {@link editDefaults} does: atomically, its owner
 * and its mode kept, and under a lock between processes that edit it this way.
 *
 * @throws {@link Sleepi3Error} as {@link editDefaults}; `DEFAULTS_FILE_UNREADABLE`, `DEFAULTS_FILE_UNWRITABLE` with
 * `errno`; `LOCK_BUSY`, `LOCK_FAILED`. In every case the file is as it was.
 */
export async function editDefaultsFile(
  path: string,
  changes: Partial<Defaults>,
  options: Pick<FileLockOptions, 'timeout' | 'run' | 'signal'> = {},
): Promise<DefaultsEdit> {
  editDefaults('', changes); // A bad value is refused before anything is touched.
  const target = await fs.realpath(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  // The lock is on the directory: the file itself is replaced.
  const lock = await acquireFileLock(dirname(target), { timeout: 5000, ...options, create: false });
  try {
    const oldBytes = readBytes(target);
    const newBytes = editDefaults(oldBytes, changes);
    const before = parseDefaults(oldBytes).values;
    const after = parseDefaults(newBytes).values;
    if (!oldBytes.equals(newBytes)) {
      await replaceFile(target, newBytes).catch((cause: unknown) => {
        const { code: errno = 'EIO', message } = cause as NodeJS.ErrnoException;
        throw new Sleepi3Error(
          'DEFAULTS_FILE_UNWRITABLE',
          `cannot write ${path}: ${message}; nothing was changed${advice(errno)}`,
          { path, errno, cause },
        );
      });
    }
    return { before, after, ...planReapplication(before, after) };
  } finally {
    await lock.release();
  }
}

/**
 * By a plain call: a script's `sleepi3 get` would feel `fs.promises`
 * being loaded, and the threads of an asynchronous call being started, for a file of one page.
 */
function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): Sleepi3Error {
  const { code: errno = 'EIO', message } = cause as NodeJS.ErrnoException;
  const remedy =
    errno === 'ENOENT' ? "; install the vendor's sleepi3-utils, or name the bus and the address" : advice(errno);
  return new Sleepi3Error('DEFAULTS_FILE_UNREADABLE', `cannot read ${path}: ${message}${remedy}`, {
    path,
    errno,
    cause,
  });
}

function advice(errno: string): string {
  return errno === 'EACCES' || errno === 'EPERM' ? '; run as root' : '';
}

/** Writes a new file beside the old one, onto the disk, and puts it in the old one's place. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const { mode, uid, gid } = await fs.stat(path);
  const temporary = `${path}.${Math.random().toString(36).slice(2)}`;
  try {
    const file = await fs.open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      await file.writeFile(bytes);
      await file.chown(uid, gid);
      await file.chmod(mode & 0o7777);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  const directory = await fs.open(dirname(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
