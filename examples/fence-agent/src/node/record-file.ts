// A record on the disk.
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RecordFile } from '../line/power-record.js';
import { makeDirectoryOf } from './state.js';

/** A record of which it matters whether there is none, or one that cannot be read just now. */
export interface CandidRecordFile extends RecordFile {
  /** The text, or undefined when there is none (ENOENT). Rejects when it cannot be read. */
  readOrFail(): Promise<string | undefined>;
}

/** A file that is replaced as a whole, and is on the disk before `replace` resolves. Its directory need not be there yet. */
export function recordFile(path: string): CandidRecordFile {
  const readOrFail = () =>
    readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
  return {
    // No record, or one that cannot be read: either way nothing is proven.
    read: () => readOrFail().catch(() => undefined),
    readOrFail,
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
