// A file that is replaced as a whole: a reader, and a power cut, find the old text or the new one.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file. Its text is on the disk, with its name, before this resolves.
 *
 * @param mode - Of the file, whatever the umask.
 */
export async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  // A new file of a name that nobody can know: the directory may be another user's, whose link would lead the text elsewhere.
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(draft, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** The names in a directory are on the disk before this resolves. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
