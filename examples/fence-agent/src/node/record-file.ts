// A record on the disk.
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RecordFile } from '../line/power-record.js';
import { makeDirectoryOf } from './state.js';

/** A file that is replaced as a whole, and is on the disk before `replace` resolves. Its directory need not be there yet. */
export function recordFile(path: string): RecordFile {
  return {
    // No record, or one that cannot be read: either way nothing is proven.
    read: () => readFile(path, 'utf8').catch(() => undefined),
    replace: async (text) => {
      makeDirectoryOf(path);
      const draft = `${path}.new`;
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
      await synced(dirname(path));
    },
    remove: () => rm(path, { force: true }),
  };
}

/** The new name of a file is on the disk only when its directory is. */
async function synced(directory: string): Promise<void> {
  const file = await open(directory, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
