import { chmod, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'tsup';

/** Bundles a test's main file into one executable CommonJS file and gives its path. */
export async function bundle(entry: string, outDir: string, name: string): Promise<string> {
  // An entry's own first line `#!…` is kept.
  const hasShebang = (await readFile(entry, 'utf8')).startsWith('#!');
  await build({
    entry: { [name]: entry },
    outDir,
    format: 'cjs',
    target: 'node18',
    platform: 'node',
    config: false,
    silent: true,
    clean: false,
    noExternal: [/^@sleepi3\//],
    esbuildOptions(options) {
      options.conditions = ['@sleepi3/source'];
    },
    banner: hasShebang ? {} : { js: '#!/usr/bin/env node' },
  });
  const path = join(outDir, name);
  await rename(`${path}.cjs`, path).catch(() => rename(`${path}.js`, path));
  await chmod(path, 0o755);
  return path;
}
