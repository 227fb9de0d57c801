// A program in two parts, in one file: what most calls need, which Node compiles at every start, and the second part, which is
// compiled when it is asked for. To read and compile the line keeper at each start would take longer than `metadata` does.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Stands for what tells this second part from those of other versions, until it is known. */
const placeholder = '@second-part@';
/** What each line of the second part begins with: to the first one they are comments, which Node skips. */
const margin = '//|';

/** In the place of the module: reads its own file again and compiles what the comments hold. */
const loader = String.raw`
const { readFileSync } = require('node:fs');
const { compileFunction } = require('node:vm');
const text = readFileSync(__filename, 'utf8');
const found = /^\/\/ The second part, (\w+):\n\/\/\|/m.exec(text);
if (found?.[1] !== '${placeholder}') throw new Error(__filename + ' was replaced while it started: call it again');
const code = text.slice(found.index + found[0].length).replaceAll('\n${margin}', '\n');
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
  const code = (await readFile(second, 'utf8')).trimEnd();
  if (/[\r\u2028\u2029]/.test(code)) throw new Error(`${second} ends a line by something else than a line feed`);
  const id = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const own = (await readFile(first, 'utf8')).trimEnd().replaceAll(placeholder, id);
  return `${own}\n// The second part, ${id}:\n${code.replaceAll(/^/gm, margin)}\n`;
}
