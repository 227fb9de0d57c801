// The records of this program on the disk.
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { replaceFile, syncDirectory } from '@sleepi3/program';
import { RollError } from '../errors.js';
import type { RecordName, Records } from '../journal.js';

/** The records of this program, as JSON files in a directory that is made when it is first needed. */
export function recordFiles(directory: string): Records {
  const pathOf = (name: RecordName) => join(directory, `${name}.json`);
  return {
    read: async (name) => {
      try {
        await refuseForeign(directory);
        return await readFile(pathOf(name), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    replace: async (name, text) => {
      await makeStateDirectory(directory);
      await replaceFile(pathOf(name), text);
    },
    remove: async (name) => {
      await rm(pathOf(name), { force: true });
      await syncDirectory(directory);
    },
  };
}

/**
 * Makes the directory if it is not there.
 *
 * @throws RollError `BAD_SETTING` when others can write to it.
 */
export async function makeStateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await refuseForeign(directory);
}

/** Whoever can put a journal there says which process is ended, and what is undone, by root. */
async function refuseForeign(directory: string): Promise<void> {
  const { uid, mode } = await stat(directory);
  if ((mode & 0o022) === 0 && (uid === 0 || uid === getuid?.())) return;
  throw new RollError(
    'BAD_SETTING',
    `state-dir: ${directory} can be written by others: chmod 755 and chown it, or use another`,
  );
}
