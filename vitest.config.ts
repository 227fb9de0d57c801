import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

// Tests read the packages' sources (the '@sleepi3/source' export condition): no build is needed.
const conditions = ['@sleepi3/source', 'module', 'node'];

const all = ['{packages,examples}/*/test/**/*.test.ts', '{lab,tools}/test/**/*.test.ts'];
/** Those that start programs and wait for them in real time. */
const real = [
  '**/test/real/**/*.test.ts',
  '**/test/{built,debian-package,line-processes,lock-race,probe}.test.ts',
  'tools/test/{publishing,readme}.test.ts',
];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Real ones go first and by themselves: they wait more than they compute, and nothing else is to make them late.
    projects: [
      {
        extends: true,
        test: { name: 'real', include: real, maxWorkers: availableParallelism() + 1, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'virtual',
          include: all,
          exclude: [...configDefaults.exclude, ...real],
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
    ],
    testTimeout: 30_000,
    // Some build the program that they start.
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['{packages,examples}/*/src/**/*.ts'],
      exclude: ['**/main.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: {
        'packages/driver/src/**': { branches: 95 },
        'packages/simulator/src/**': { branches: 95 },
        'packages/fence-protocol/src/**': { branches: 95 },
        'packages/pcs/src/**': { branches: 92 },
        // What is reached without processes of their own, which the tests of the programs as built start: those do not count.
        'examples/fence-agent/src/**': { branches: 65 },
        'examples/rolling-reboot/src/**': { branches: 74 },
        'examples/cluster-setup/src/**': { branches: 82 },
        'examples/fence-dummy/src/**': { branches: 93 },
      },
    },
  },
});
