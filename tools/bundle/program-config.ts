// How the program of an example becomes one executable CommonJS file.
import { chmod, rename } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';

/**
 * The tsup configuration of a program: everything is in the file but i2c-bus, whose addon is built on the machine.
 *
 * @param name - Of the program, and so of the file.
 * @param minify - What of it is made shorter, where a quick start matters.
 */
export function programConfig(
  name: string,
  minify: Pick<Options, 'minifyIdentifiers' | 'minifySyntax' | 'minifyWhitespace'> = {},
): ReturnType<typeof defineConfig> {
  return defineConfig(({ outDir = 'dist' }) => ({
    entry: { [name]: 'src/main.ts' },
    outDir,
    format: 'cjs',
    target: 'node18.20',
    platform: 'node',
    banner: { js: '#!/usr/bin/env node' },
    noExternal: [/^(?!i2c-bus$)/],
    external: ['i2c-bus'],
    esbuildOptions: (options) => {
      options.conditions = ['@sleepi3/source'];
    },
    ...minify,
    splitting: false,
    // What is in it, for the licences.
    metafile: true,
    clean: true,
    onSuccess: async () => {
      await rename(`${outDir}/${name}.js`, `${outDir}/${name}`);
      await chmod(`${outDir}/${name}`, 0o755);
    },
  }));
}
