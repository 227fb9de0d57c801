// The checks of `npm run lint` that keep the house as it is: doors, circles, and the size of rooms.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crowdedFolders, mostFiles } from '../rooms/crowded.js';

const root = join(import.meta.dirname, '../..');

/** Imports from one file to another, and the rule that forbids it. */
const open = [
  ['packages/simulator/src', 'packages/driver/src'],
  ['packages/driver/src/command', 'examples/program/src'],
  ['examples/x/src', 'examples/program/src'],
  ['examples/x/src', 'packages/pcs/src'],
  ['lab/src', 'examples/x/src'],
  ['packages/pcs/test', 'packages/simulator/src'],
] as const;
const shut = [
  ['packages/driver/src', 'examples/program/src', 'packages-know-no-program'],
  ['packages/driver/src/command', 'examples/x/src', 'sleepi3-is-a-program'],
  ['packages/pcs/src', 'packages/driver/src', 'only-the-simulator-knows-the-driver'],
  ['packages/simulator/src', 'packages/pcs/src', 'packages-know-the-driver-at-most'],
  ['packages/driver/src', 'packages/pcs/src', 'packages-know-the-driver-at-most'],
  ['examples/x/src', 'examples/y/src', 'no-program-in-another'],
  ['examples/program/src', 'examples/y/src', 'no-program-in-another'],
  ['examples/x/src', 'lab/src', 'no-program-in-another'],
  ['tools/x', 'lab/src', 'lab-is-above-all'],
  ['packages/pcs/src', 'packages/pcs/test', 'nothing-shipped-from-tests'],
] as const;

describe('the doors', () => {
  const house = mkdtempSync(join(tmpdir(), 'house-'));
  let broken: readonly { readonly from: string; readonly rule: { readonly name: string } }[] = [];

  /** Writes a file that imports another: `from/N.ts` and `to/of-N.ts`. */
  function connect(from: string, to: string, back = false) {
    const name = fileOf(from, to);
    const target = `${to}/of-${name.replaceAll('/', '-')}`;
    write(name, `import type { a } from '${way(name, target)}';\nexport type b = a;\n`);
    write(target, back ? `export type { b as a } from '${way(target, name)}';\n` : 'export type a = 1;\n');
  }
  const fileOf = (from: string, to: string) => `${from}/to-${to.replaceAll('/', '-')}.ts`;
  const way = (from: string, to: string) => `${'../'.repeat(from.split('/').length - 1)}${to.replace(/ts$/, 'js')}`;
  function write(path: string, text: string) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }

  beforeAll(() => {
    for (const [from, to] of [...open, ...shut]) connect(from, to);
    connect('packages/pcs/src', 'packages/pcs/src/circle', true);
    writeFileSync(join(house, 'tsconfig.base.json'), '{}');
    symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
    const program = join(root, 'node_modules/.bin/depcruise');
    const words = [
      '--config',
      join(root, 'tools/rooms/doors.cjs'),
      '--output-type',
      'json',
      'packages',
      'examples',
      'lab',
      'tools',
    ];
    const { stdout } = spawnSync(program, words, { cwd: house, encoding: 'utf8' });
    broken = (JSON.parse(stdout) as { summary: { violations: typeof broken } }).summary.violations;
  });
  afterAll(() => {
    rmSync(house, { recursive: true });
  });
  const rulesBrokenBy = (file: string) => broken.filter(({ from }) => from === file).map(({ rule }) => rule.name);

  it.each(open)('from %s to %s is open', (from, to) => {
    expect(rulesBrokenBy(fileOf(from, to))).toEqual([]);
  });

  it.each(shut)('from %s to %s is shut', (from, to, rule) => {
    expect(rulesBrokenBy(fileOf(from, to))).toContain(rule);
  });

  it('lead nowhere in a circle, not even one of types', () => {
    const circles = broken.filter(({ rule }) => rule.name === 'no-circle');
    expect(circles.map(({ from }) => from).some((from) => from.includes('circle'))).toBe(true);
    expect(circles.every(({ from }) => from.includes('circle'))).toBe(true);
  });
});

describe('a room', () => {
  const files = (count: number, folder: string) => Array.from({ length: count }, (_, index) => `${folder}/${index}.ts`);

  it('has as many source files as one can take in, and not one more', () => {
    expect(crowdedFolders(files(mostFiles, 'src'))).toEqual([]);
    expect(crowdedFolders(files(mostFiles + 1, 'a/src'))).toEqual([
      'a/src has 16 source files, and 15 are the most: make rooms in it',
    ]);
  });

  it('counts neither tests nor what is no source', () => {
    expect(crowdedFolders([...files(20, 'a/test'), ...files(15, 'a'), 'a/x.d.ts', 'a/x.md'])).toEqual([]);
  });
});
