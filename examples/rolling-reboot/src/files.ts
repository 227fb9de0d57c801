// Files that are replaced as a whole: a reader, and a power cut, find the old text or the new one.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecordName, Records } from './journal.js';

/** On the disk, with its name, before it resolves. */
export async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

/** The records of this program, as JSON files in a directory that is made when it is first needed. */
export function recordFiles(directory: string): Records {
  const pathOf = (name: RecordName) => join(directory, `${name}.json`);
  return {
    read: async (name) => {
      try {
        return await readFile(pathOf(name), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    replace: async (name, text) => {
      await mkdir(directory, { recursive: true, mode: 0o755 });
      await replaceFile(pathOf(name), text);
    },
    remove: async (name) => {
      await rm(pathOf(name), { force: true });
      await syncDirectory(directory);
    },
  };
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
