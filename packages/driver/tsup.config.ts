import { writeFile } from 'node:fs/promises';
import { defineConfig } from 'tsup';
import { renderManualPage } from '../../examples/program/src/manual-page.js';
import { version } from './package.json';
import { manualPage } from './src/command/manual-page.js';

export default defineConfig([
  {
    entry: { index: 'src/index.ts' },
    format: 'esm',
    target: 'node18',
    dts: true,
    sourcemap: true,
    clean: true,
  },
  {
    // One small file without dependencies: it starts nearly as fast as an empty one.
    entry: { sleepi3: 'src/main.ts' },
    format: 'cjs',
    target: 'node18',
    outExtension: () => ({ js: '.cjs' }),
    banner: { js: '#!/usr/bin/env node' },
    minify: true,
    dts: false,
    splitting: false,
    onSuccess: async () => {
      const epoch = process.env['SOURCE_DATE_EPOCH'];
      const date = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);
      await writeFile('dist/sleepi3.8', renderManualPage(manualPage(version, date)));
    },
  },
]);
