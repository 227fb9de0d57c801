import { defineConfig } from 'tsup';

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
  },
]);
