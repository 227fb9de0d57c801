// The READMEs at the top: their examples compile against the sources, the ones that need no board and no cluster run, and
// both languages show the same code.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleFolder } from './support/examples.js';
import { codeBlocksOf } from './support/markdown.js';
import { readText } from './support/repository.js';

const root = join(import.meta.dirname, '../..');

const examplesOf = (file: string) =>
  codeBlocksOf(readText(root, file)).flatMap(({ language, code }) => (language === 'ts' ? [code] : []));

const withoutComments = (code: string) => code.replaceAll(/\s*\/\/.*$/gm, '');

describe('the examples of the README', () => {
  const examples = examplesOf('README.md');
  let folder: ExampleFolder;
  const run = async (what: string, ...words: readonly string[]) => {
    const index = examples.findIndex((code) => code.includes(`@sleepi3/${what}`));
    const { stdout } = await folder.run(`${index}.ts`, ...words);
    return stdout;
  };

  beforeAll(() => {
    folder = new ExampleFolder(Object.fromEntries(examples.map((code, index) => [`${index}.ts`, code])));
  });
  afterAll(() => {
    folder[Symbol.dispose]();
  });

  it('are there for every package, and the same in Japanese', () => {
    expect(examples).toHaveLength(4);
    expect(examplesOf('README.ja.md').map(withoutComments)).toEqual(examples.map(withoutComments));
  });

  it('compile', () => {
    expect(folder.compile()).toBe('');
  });

  it('run: a virtual node is fenced', async () => {
    expect(await run('simulator')).toBe('false\n');
  });

  it('run: the fence agent answers', async () => {
    expect(await run('fence-protocol', '-o', 'status', '-n', '1')).toBe('Status: ON\n');
  });
});
