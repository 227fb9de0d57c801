import { defineConfig } from 'tsup';

// What runs in the guests: one file each, with everything in it but i2c-bus, whose addon is brought beside it.
export default defineConfig({
  entry: { 'bus-contract': 'src/guest-programs/bus-contract.ts' },
  outDir: 'dist',
  format: 'cjs',
  target: 'node18.20',
  platform: 'node',
  noExternal: [/^@sleepi3\//],
  external: ['i2c-bus'],
  esbuildOptions: (options) => {
    options.conditions = ['@sleepi3/source'];
  },
  // node:test has no other name
  removeNodeProtocol: false,
  splitting: false,
  clean: true,
});
