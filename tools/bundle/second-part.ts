// A program in two parts, in one file: what most calls need, which Node compiles at every start, and the second part, which is
// compiled when it is asked for. To read and compile the line keeper at each start would take longer than `metadata` does.
import { readFile } from 'node:fs/promises';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** What the last line of the file begins with; to the first part it is a comment. */
const mark = '\n// The second part: ';

/** In the place of the module: reads its own file again and compiles the last line of it. */
const loader = `
const { readFileSync } = require('node:fs');
const { compileFunction } = require('node:vm');
const text = readFileSync(__filename, 'utf8');
const code = JSON.parse(text.slice(text.lastIndexOf(${JSON.stringify(mark)}) + ${mark.length}));
compileFunction(code, ['module', 'exports', 'require'], { filename: __filename + ', second part' })(module, exports, require);
`;

/** Lets `import('./NAME.js')` of a program's first part load its second one. */
export function secondPartLoader(name: string): Plugin {
  const namespace = 'second-part';
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: new RegExp(`/${name}\\.js$`) }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path, namespace } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace }, () => ({ contents: loader }));
    },
  };
}

/** The one file of two bundles, both of them CommonJS. */
export async function inOneFile(first: string, second: string): Promise<string> {
  const code = (await readFile(second, 'utf8')).replace(/^#!.*\n/, '');
  return `${(await readFile(first, 'utf8')).trimEnd()}${mark}${JSON.stringify(code)}\n`;
}
