import { chmod, rename, writeFile } from 'node:fs/promises';
import { defineConfig } from 'tsup';

// One executable file with everything in it, under the name Pacemaker looks for.
export default defineConfig({
  entry: { fence_dummy: 'src/main.ts' },
  format: 'cjs',
  target: 'node18',
  platform: 'node',
  noExternal: [/^@sleepi3\//],
  splitting: false,
  minifySyntax: true,
  minifyWhitespace: true,
  clean: true,
  banner: { js: '#!/usr/bin/env node' },
  esbuildOptions(options) {
    options.conditions = ['@sleepi3/source'];
  },
  async onSuccess() {
    await rename('dist/fence_dummy.cjs', 'dist/fence_dummy');
    // Here, unlike in /usr/sbin, a package.json above says that files are ES modules.
    await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
    await chmod('dist/fence_dummy', 0o755);
  },
});
