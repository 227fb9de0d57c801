import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const tsup = join(import.meta.dirname, '../../node_modules/.bin/tsup');

/**
 * Bundles the program of an example, as its tsup.config.ts says.
 *
 * @param home - The example's folder.
 * @param directory - Where the program goes, and `metafile-cjs.json`, which says what is in it. Nothing else is left there.
 */
export function bundleProgram(home: string, directory: string): void {
  execFileSync(tsup, ['--silent', '--out-dir', directory], { cwd: home });
}
