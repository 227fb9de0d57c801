// What an import costs whoever bundles it: all that is loaded with it at once, minified and zipped. The packages as a whole
// have their limits in .size-limit.json.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What a bundler tells of what it wrote (esbuild's metafile). */
interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly imports: readonly { readonly path: string; readonly kind: string }[] }>
  >;
}

describe('an import', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'import-cost-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  // A little more than was reached when the limit was set. The back ends of a bus are loaded when one is opened.
  it.each([
    ['driver', 'Sleepi3', 9_950],
    ['driver', 'openBus', 3_050],
    ['driver', 'parseDefaults', 5_250],
    ['driver', 'judgeHealth', 5_350],
    ['simulator', 'VirtualBoard', 8_250],
    ['fence-protocol', 'runFenceAgent', 7_100],
    // All that pcs can do hangs on it: its commands are half of this.
    ['pcs', 'Pcs', 47_000],
    ['pcs', 'Scheduler', 10_950],
    ['pcs', 'parseClusterConfiguration', 10_400],
    ['pcs', 'parseClusterStatus', 7_600],
    ['pcs', 'parseCorosyncConf', 1_100],
  ])(
    'from @sleepi3/%s, %s, brings no more than %i bytes with it',
    { timeout: 120_000 },
    async (module, name, limit) => {
      expect(await costOf(module, name)).toBeLessThanOrEqual(limit);
    },
  );

  async function costOf(module: string, name: string): Promise<number> {
    const entry = join(directory, `${name}.ts`);
    const outDir = join(directory, name);
    await writeFile(entry, `export { ${name} } from '${root}/packages/${module}/src/index.ts';\n`);
    await build({
      ...{ entry: [entry], outDir, config: false, silent: true, metafile: true, clean: false, dts: false },
      ...{ format: 'esm', target: 'node18', platform: 'node', minify: true, splitting: true },
      external: ['saxes', 'i2c-bus'],
      esbuildOptions: (options) => {
        options.conditions = ['@sleepi3/source'];
      },
    });
    const { outputs } = JSON.parse(await readFile(join(outDir, 'metafile-esm.json'), 'utf8')) as Metafile;
    const loaded = new Set([`${name}.js`]);
    for (const file of loaded) {
      const own = Object.entries(outputs).find(([path]) => basename(path) === file)?.[1];
      if (own === undefined) continue;
      for (const { path, kind } of own.imports) {
        if (kind === 'import-statement' && path.endsWith('.js')) loaded.add(basename(path));
      }
    }
    const sizes = [...loaded].map(async (file) => gzipSync(await readFile(join(outDir, file)), { level: 9 }).length);
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }
});
