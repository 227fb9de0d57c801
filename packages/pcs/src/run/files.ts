// The few files a transaction needs.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Temporary files, readable by nobody else: a CIB may hold passwords. */
export interface TemporaryFiles {
  /** A new, empty directory's absolute path. */
  makeDirectory(): Promise<string>;
  /** Writes a file that nobody else can read. */
  write(path: string, text: string): Promise<void>;
  /** The whole file as text. */
  read(path: string): Promise<string>;
  /** Removes a directory with all that is in it. */
  remove(directory: string): Promise<void>;
}

/** {@link TemporaryFiles} in a directory of the system, by default its own for temporary files. */
export function createTemporaryFiles(parent: string = tmpdir()): TemporaryFiles {
  return {
    makeDirectory: () => mkdtemp(join(parent, 'sleepi3-pcs-')),
    write: (path, text) => writeFile(path, text, { mode: 0o600 }),
    read: (path) => readFile(path, 'utf8'),
    remove: (directory) => rm(directory, { recursive: true, force: true }),
  };
}
