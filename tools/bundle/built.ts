// `import text from './MODULE.js?built'`: what the module exports by default, evaluated when the program is bundled. Only the
// text is in the program.
import { Module } from 'node:module';
import { dirname, join } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** @param conditions - By which the module's own imports are resolved. */
export function builtTexts(conditions: readonly string[]): Plugin {
  const namespace = 'built';
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /\?built$/ }, ({ path, importer }) => ({
        path: join(dirname(importer), path.replace(/\.js\?built$/, '.ts')),
        namespace,
      }));
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const { outputFiles } = await build.esbuild.build({
          ...{ entryPoints: [path], bundle: true, write: false, platform: 'node', format: 'cjs' },
          conditions: [...conditions],
        });
        const evaluated = new Module(path) as Module & { _compile(code: string, path: string): void };
        evaluated._compile(outputFiles[0]?.text ?? '', path);
        const { default: text } = evaluated.exports as { readonly default: string };
        return { contents: text, loader: 'text' };
      });
    },
  };
}
