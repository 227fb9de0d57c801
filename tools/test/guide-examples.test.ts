// The programs in the guides compile, and run: the first steps on virtual boards, the recipes for pcs against a fake cluster.
// The fence agent has guide-agent.test.ts.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleFolder } from './support/examples.js';
import { codeBlocksOf, sectionsOf } from './support/markdown.js';
import { haveRealParts } from './support/real-parts.js';
import { readText } from './support/repository.js';

const root = join(import.meta.dirname, '../..');
const blocksOf = (file: string) => typescriptOf(readText(root, file));
const typescriptOf = (text: string) =>
  codeBlocksOf(text).flatMap(({ language, code }) => (language === 'ts' ? [code] : []));

const [start = ''] = blocksOf('docs/guide/start.md');
const recipes = sectionsOf(readText(root, 'docs/guide/pcs-cookbook.md')).flatMap(({ heading, text }) =>
  typescriptOf(text).map((code) => ({ heading, code })),
);
const nameOf = (index: number) => `recipe-${String(index).padStart(2, '0')}.ts`;

let folder: ExampleFolder;
beforeAll(() => {
  folder = new ExampleFolder({
    'start.ts': start,
    ...Object.fromEntries(recipes.map(({ code }, index) => [`pcs/${nameOf(index)}`, code])),
  });
});
afterAll(() => {
  folder[Symbol.dispose]();
});

describe('the programs in the guides', () => {
  it('are found', () => {
    expect(start).toContain('createHarness');
    expect(recipes.length).toBeGreaterThan(8);
  });

  it('compile', () => {
    expect(folder.compile()).toBe('');
  });

  it('fence a virtual node in the first five minutes', async () => {
    const { stdout } = await folder.run('start.ts');
    expect(stdout).toContain('raspberrypi-2 has power: false\n');
    expect(stdout).toContain('{ start: 0, end: 12000, open: false }');
  });

  it('are the same in Japanese', () => {
    const withoutComments = (code: string) => code.replaceAll(/\s*\/\/.*$/gm, '');
    expect(blocksOf('docs/guide/ja/start.md').map(withoutComments)).toEqual([withoutComments(start)]);
  });
});

describe.runIf(haveRealParts('pcs', 'crm_simulate', 'crm_mon', 'cibadmin'))('the recipes for pcs', () => {
  it('run one after the other on a fake cluster', async () => {
    folder.write({
      'pcs/package.json': '{ "type": "module" }\n',
      'pcs/fake.ts': fakePcs,
      'pcs/run.ts': runRecipes,
      ...Object.fromEntries(
        recipes.map(({ code }, index) => [
          `pcs/${nameOf(index)}`,
          code
            .replace(/from '@sleepi3\/pcs'/, "from './fake.js'")
            .replace("readFile('/root/hacluster.password', 'utf8')", "Promise.resolve('secret\\n')")
            // The one that Debian has: pcs asks an agent for its metadata.
            .replaceAll("'fence_sleepi3'", "'fence_dummy'"),
        ]),
      ),
    });
    const { stdout } = await folder.run('pcs/run.ts', ...recipes.map((_, index) => nameOf(index)));
    for (const line of [
      'pushed as one difference',
      'moved',
      'raspberrypi-2 is empty',
      'pcs -- node standby raspberrypi-1',
    ]) {
      expect(stdout.split('\n')).toContain(line);
    }
    expect(stdout).toMatch(/^well$/m);
    expect(stdout.split('\n').filter((line) => line.startsWith('ran '))).toHaveLength(recipes.length);
  });
});

/** A Pcs that finds the fake cluster wherever it is made. */
const fakePcs = `
import { Pcs as RealPcs, type PcsOptions } from '@sleepi3/pcs';
import { FakeCluster } from '@sleepi3/pcs/testing';
export * from '@sleepi3/pcs';
export const cluster = await FakeCluster.create({ nodes: ['raspberrypi-1', 'raspberrypi-2'] });
export class Pcs extends RealPcs {
  constructor(options: PcsOptions = {}) {
    super({ ...options, runner: cluster });
  }
}
`;

const runRecipes = `
import { cluster } from './fake.js';
await using _ = cluster;
for (const name of process.argv.slice(2)) {
  await import('./' + name);
  console.log('ran ' + name);
}
`;
