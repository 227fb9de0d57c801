// The repository's own files, as tests that look at the whole of it need them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Made by tools, not kept. */
const notKept = new Set(['node_modules', 'dist', 'out', 'coverage']);

/** Files whose name ends with `ending`, from the root of the repository; folders that begin with a dot are left out. */
export function filesUnder(root: string, ending: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return notKept.has(entry.name) || entry.name.startsWith('.') ? [] : filesUnder(root, ending, path);
      }
      return entry.isFile() && entry.name.endsWith(ending) ? [path] : [];
    })
    .sort();
}

export function readText(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
