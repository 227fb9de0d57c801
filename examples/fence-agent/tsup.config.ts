import { chmod, rename } from 'node:fs/promises';
import { defineConfig } from 'tsup';

// One executable CommonJS file with everything in it but i2c-bus, whose addon is built on the machine.
export default defineConfig(({ outDir = 'dist' }) => ({
  entry: { fence_sleepi3: 'src/main.ts' },
  outDir,
  format: 'cjs',
  target: 'node18.20',
  platform: 'node',
  banner: { js: '#!/usr/bin/env node' },
  noExternal: [/^@sleepi3\//],
  external: ['i2c-bus'],
  esbuildOptions: (options) => {
    options.conditions = ['@sleepi3/source'];
    // Less to read at every start; the names, by which an error can be traced, are kept.
    options.minifyWhitespace = true;
    options.minifySyntax = true;
  },
  splitting: false,
  clean: true,
  onSuccess: async () => {
    await rename(`${outDir}/fence_sleepi3.js`, `${outDir}/fence_sleepi3`);
    await chmod(`${outDir}/fence_sleepi3`, 0o755);
  },
}));
