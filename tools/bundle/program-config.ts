// How the program of an example becomes one executable CommonJS file.
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';
import { builtTexts } from './built.js';
import { inOneFile, secondPartLoader } from './second-part.js';

/** Programs are made of the packages' sources. */
const conditions = ['@sleepi3/source'];

interface Shape extends Pick<Options, 'minifyIdentifiers' | 'minifySyntax' | 'minifyWhitespace'> {
  /** The module of `src` that only some calls need: `import('./NAME.js')` in main.ts loads it. */
  readonly secondPart?: string;
  /** A condition of sh under which a call comes to nothing: sh, which starts the program then, spares it a Node. */
  readonly nothingToDoIf?: string;
}

/** What the program begins with. A file of both languages: to sh `:` is a command that does nothing, to Node a string. */
const opening = (nothingToDoIf: string | undefined) =>
  nothingToDoIf === undefined
    ? '#!/usr/bin/env node'
    : `#!/bin/sh\n':' //; ${nothingToDoIf} && exit 0; exec node "$0" "$@"`;

/**
 * The tsup configuration of a program: everything is in the file but i2c-bus, whose addon is built on the machine.
 *
 * @param name - Of the program, and so of the file.
 * @param shape - What of it is made shorter, and what is compiled later, where a quick start matters.
 */
export function programConfig(
  name: string,
  { secondPart, nothingToDoIf, ...minify }: Shape = {},
): ReturnType<typeof defineConfig> {
  return defineConfig(({ outDir = 'dist' }) => ({
    entry: { [name]: 'src/main.ts', ...(secondPart !== undefined && { [secondPart]: `src/${secondPart}.ts` }) },
    outDir,
    format: 'cjs',
    target: 'node18.20',
    platform: 'node',
    banner: { js: opening(nothingToDoIf) },
    noExternal: [/^(?!i2c-bus$)/],
    external: ['i2c-bus'],
    esbuildOptions: (options) => {
      options.conditions = conditions;
      // Each import() that is left becomes a require(): to get the loader of ES modules ready takes 2 ms.
      options.supported = { 'dynamic-import': false };
    },
    ...minify,
    esbuildPlugins: [builtTexts(conditions), ...(secondPart === undefined ? [] : [secondPartLoader(secondPart)])],
    splitting: false,
    // What is in it, for the licences.
    metafile: true,
    clean: true,
    onSuccess: async () => {
      const [program, bundle] = [`${outDir}/${name}`, `${outDir}/${name}.js`];
      if (secondPart === undefined) await rename(bundle, program);
      else {
        const second = `${outDir}/${secondPart}.js`;
        await writeFile(program, await inOneFile(bundle, second));
        await Promise.all([rm(bundle), rm(second)]);
      }
      await chmod(program, 0o755);
    },
  }));
}
