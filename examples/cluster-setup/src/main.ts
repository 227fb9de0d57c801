// The program cluster-setup. The only file that touches the process.
import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemClock } from '@sleepi3/driver';
import { createNodeRunner } from '@sleepi3/pcs';
import { probe, runMain } from '@sleepi3/program';
import { run } from './program/run.js';

runMain(
  process,
  'cluster-setup',
  ({ words, env, ...around }) =>
    run(words, {
      ...around,
      clock: systemClock,
      date: () => new Date(),
      runner: createNodeRunner({ env }),
      probe: (url, timeoutMs) => probe(url, timeoutMs, 'cluster-setup'),
      hostname,
      isRoot: () => process.getuid?.() === 0,
      readFile: (path) => readFile(path, 'utf8'),
      writeFile,
    }),
  { hint: '; run it again to go on' },
);
