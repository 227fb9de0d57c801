// ESLint's cache, which knows a file and not what the file depends on.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lintFiles } from '../lint/lint.js';

/** A rule that says of each file what stands in another one. */
const config = `
import { readFileSync } from 'node:fs';
const other = new URL('other.txt', import.meta.url);
const rule = {
  create: (context) => ({
    Program(node) {
      const text = readFileSync(other, 'utf8');
      if (text !== '') context.report({ node, message: text });
    },
  }),
};
export default [{ files: ['*.js'], ignores: ['eslint.config.mjs'], plugins: { of: { rules: { other: rule } } }, rules: { 'of/other': 'error' } }];
`;

it('does not go on finding fault with a file for what was mended in another one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lint-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const say = (text: string) => writeFile(join(directory, 'other.txt'), text);
  const lint = () => lintFiles(directory, join(directory, 'cache'));
  await writeFile(join(directory, 'eslint.config.mjs'), config);
  await writeFile(join(directory, 'one.js'), 'export const one = 1;\n');
  await say('the type of one is an error');
  expect(await lint()).toEqual({ ok: false, text: expect.stringContaining('the type of one is an error') });
  await say('');
  expect(await lint()).toEqual({ ok: true, text: '' });
  expect(await lint()).toEqual({ ok: true, text: '' });
});
