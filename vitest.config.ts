import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tests read the packages' sources (the '@sleepi3/source' export condition): no build is needed.
const conditions = ['@sleepi3/source', 'module', 'node'];

const all = ['{packages,examples}/*/test/**/*.test.ts', '{lab,tools}/test/**/*.test.ts'];
/** Those that start programs and wait for them in real time. */
const real = [
  '**/test/real/**/*.test.ts',
  '**/test/{built,debian-package,line-processes,lock-race,probe}.test.ts',
  'tools/test/{publishing,readme}.test.ts',
];

/** Those that put other modules in the place of the program's own: nobody else is to meet these. */
const replacing = ['examples/fence-agent/test/crooked-world.test.ts'];

/** Those that take longest go first, so that none of them is left to run alone at the end. On CI they try a hundred thousand. */
const longest = [
  ...['mutual-shooting', 'fault-storm', 'crooked-world', 'ring-world', 'faults', 'every-step-kill', 'cluster-status'],
  ...['peer', 'characterize', 'cluster-configuration', 'ring-keepers', 'line-keeper', 'xml-tree'],
];

/** What tries every fault, or many worlds, takes half of the time of all virtual ones: it is not for `npm run test:quick`. */
const slow =
  process.env['QUICK'] === '1'
    ? [
        '**/test/{crooked-world,fault-storm,mutual-shooting,ring-world,every-step-kill,faults}.test.ts',
        'tools/test/guide-examples.test.ts',
      ]
    : [];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place < 0 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

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
          name: 'replacing',
          include: replacing,
          exclude: [...configDefaults.exclude, ...slow],
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      // Two processes for all of them, each with the modules once: to load them anew for each file takes longer than the tests.
      {
        extends: true,
        test: {
          name: 'virtual',
          include: all,
          exclude: [...configDefaults.exclude, ...real, ...replacing, ...slow],
          isolate: false,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
    ],
    // They bound a defect: a test on a starved machine takes as long as it takes.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      include: ['{packages,examples}/*/src/**/*.ts'],
      exclude: ['**/main.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: {
        'packages/driver/src/**': { branches: 95 },
        'packages/simulator/src/**': { branches: 95 },
        'packages/fence-protocol/src/**': { branches: 95 },
        'packages/pcs/src/**': { branches: 95 },
        // What is reached without processes of their own, which the tests of the programs as built start: those do not count.
        'examples/fence-agent/src/**': { branches: 65 },
        'examples/rolling-reboot/src/**': { branches: 74 },
        'examples/cluster-setup/src/**': { branches: 82 },
        'examples/fence-dummy/src/**': { branches: 93 },
      },
    },
  },
});
