// How the program of an example becomes one executable CommonJS file.
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';
import { evaluated, opening } from './front.js';
import { inOneFile, secondPartLoader } from './second-part.js';

/** Programs are made of the packages' sources. */
const conditions = ['@sleepi3/source'];

interface Shape extends Pick<Options, 'minifyIdentifiers' | 'minifySyntax' | 'minifyWhitespace'> {
  /** The module of `src` that only some calls need: `import('./NAME.js')` in main.ts loads it. */
  readonly secondPart?: string;
  /** The module of `src` whose default export, evaluated when the program is bundled, is what sh does before Node starts. */
  readonly front?: string;
}

/**
 * The tsup configuration of a program: everything is in the file but i2c-bus, whose addon is built on the machine.
 *
 * @param name - Of the program, and so of the file.
 * @param shape - What of it is made shorter, compiled later or done by sh, where a quick start matters.
 */
export function programConfig(
  name: string,
  { secondPart, front, ...minify }: Shape = {},
): ReturnType<typeof defineConfig> {
  const parts = [secondPart, front].filter((part) => part !== undefined);
  return defineConfig(({ outDir = 'dist' }) => ({
    entry: { [name]: 'src/main.ts', ...Object.fromEntries(parts.map((part) => [part, `src/${part}.ts`])) },
    outDir,
    format: 'cjs',
    target: 'node18.20',
    platform: 'node',
    noExternal: [/^(?!i2c-bus$)/],
    external: ['i2c-bus'],
    esbuildOptions: (options) => {
      options.conditions = conditions;
      // Each import() that is left becomes a require(): to get the loader of ES modules ready takes 2 ms.
      options.supported = { 'dynamic-import': false };
    },
    ...minify,
    esbuildPlugins: secondPart === undefined ? [] : [secondPartLoader(secondPart)],
    splitting: false,
    // What is in it, for the licences.
    metafile: true,
    clean: true,
    onSuccess: async () => {
      const [program, bundle] = [`${outDir}/${name}`, (part: string) => `${outDir}/${part}.js`];
      const sh = front === undefined ? undefined : await evaluated(bundle(front));
      const code =
        secondPart === undefined
          ? await readFile(bundle(name), 'utf8')
          : await inOneFile(bundle(name), bundle(secondPart));
      await writeFile(program, opening(sh) + code);
      await chmod(program, 0o755);
      await Promise.all([name, ...parts].map((part) => rm(bundle(part))));
    },
  }));
}
