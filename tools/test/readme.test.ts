// The READMEs at the top: their examples compile against the sources, the ones that need no board and no cluster run, and
// both languages show the same code.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);

function examplesOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
}

const withoutComments = (code: string) => code.replaceAll(/\s*\/\/.*$/gm, '');

describe('the examples of the README', () => {
  const examples = examplesOf('README.md');
  let directory: string;
  const fileOf = (what: string) => {
    const index = examples.findIndex((code) => code.includes(`@sleepi3/${what}`));
    expect(index).toBeGreaterThanOrEqual(0);
    return join(directory, `${index}.mts`);
  };
  const run = (file: string, ...words: string[]) =>
    execFileSync(bin('tsx'), ['--tsconfig', join(directory, 'tsconfig.json'), file, ...words], { encoding: 'utf8' });

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'readme-'));
    examples.forEach((code, index) => {
      writeFileSync(join(directory, `${index}.mts`), code);
    });
    const source = (name: string) => [`@sleepi3/${name}`, [join(root, `packages/${name}/src/index.ts`)]];
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.base.json'),
        compilerOptions: {
          paths: Object.fromEntries(['driver', 'fence-protocol', 'pcs', 'simulator'].map(source)),
          typeRoots: [join(root, 'node_modules/@types')],
        },
        include: ['*.mts'],
      }),
    );
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('are there for every package, and the same in Japanese', () => {
    expect(examples).toHaveLength(4);
    expect(examplesOf('README.ja.md').map(withoutComments)).toEqual(examples.map(withoutComments));
  });

  it('compile', () => {
    expect(spawnSync(bin('tsc'), ['--noEmit', '-p', directory], { encoding: 'utf8' }).stdout).toBe('');
  });

  it('run: a virtual node is fenced', () => {
    expect(run(fileOf('simulator'))).toBe('false\n');
  });

  it('run: the fence agent answers', () => {
    expect(run(fileOf('fence-protocol'), '-o', 'status', '-n', '1')).toBe('Status: ON\n');
  });
});
