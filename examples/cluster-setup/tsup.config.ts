import { chmod, rename } from 'node:fs/promises';
import { defineConfig } from 'tsup';

// One executable CommonJS file with everything in it but i2c-bus, whose addon is built on the machine.
export default defineConfig(({ outDir = 'dist' }) => ({
  entry: { 'cluster-setup': 'src/main.ts' },
  outDir,
  format: 'cjs',
  target: 'node18.20',
  platform: 'node',
  banner: { js: '#!/usr/bin/env node' },
  noExternal: [/^@sleepi3\//, 'yaml', 'saxes', 'xmlchars'],
  external: ['i2c-bus'],
  esbuildOptions: (options) => {
    options.conditions = ['@sleepi3/source'];
  },
  splitting: false,
  clean: true,
  onSuccess: async () => {
    await rename(`${outDir}/cluster-setup.js`, `${outDir}/cluster-setup`);
    await chmod(`${outDir}/cluster-setup`, 0o755);
  },
}));
