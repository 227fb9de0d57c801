// npm pack and npm publish of a package that was not built are refused: such a tarball installs, and has nothing in it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problemsOfPacking } from '../check-before-pack.mjs';

const root = join(import.meta.dirname, '../..');
const names = ['driver', 'simulator', 'fence-protocol', 'pcs'];
const npm = 'npm/10.8.2 node/v20.20.2 linux x64';
const pnpm = 'pnpm/10.34.9 npm/? node/v20.20.2 linux x64';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'packing-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, file), text);
}

describe('before a package is packed', () => {
  it.each(names)('%s has itself looked at', (name) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['prepack']).toBe('node ../../tools/check-before-pack.mjs');
  });

  it.each(names)(
    '%s has a version from 0.1.0 on: below it a range such as ^0.0.1 means that one version alone',
    (name) => {
      const manifest = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
      const [, major = '', minor = ''] = /"version": "(\d+)\.(\d+)\./.exec(manifest) ?? [];
      expect(Number(major) * 1000 + Number(minor)).toBeGreaterThanOrEqual(1);
    },
  );

  it.each(names)('%s without what is built is refused, and with it is not', (name) => {
    write('package.json', readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    const [problem = '', ...more] = problemsOfPacking(directory, pnpm);
    expect(more).toEqual([]);
    expect(problem).toMatch(/^\.\/dist\/index\.d\.ts, .* missing: npm run build, at the top of the repository$/);
    const files = problem.replace(/ missing: .*$/, '').split(', ');
    for (const file of files) write(file, '');
    expect(problemsOfPacking(directory, pnpm)).toEqual([]);
  });

  it('what npm would leave out of the manifest is told, with what packs it whole', () => {
    const manifest = { name: '@a/b', exports: {}, dependencies: { '@a/c': 'workspace:^' } };
    write('package.json', JSON.stringify(manifest));
    expect(problemsOfPacking(directory, npm)).toEqual([expect.stringContaining('--filter b pack')]);
    expect(problemsOfPacking(directory, pnpm)).toEqual([]);
    write('package.json', JSON.stringify({ ...manifest, dependencies: {} }));
    expect(problemsOfPacking(directory, npm)).toEqual([]);
  });
});
