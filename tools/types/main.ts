// Part of the build of @sleepi3/pcs, after tsup: node_modules/.bin/tsx tools/types/main.ts
import { join } from 'node:path';
import { writeOutCalls } from './write-out-calls.js';

writeOutCalls(join(import.meta.dirname, '../../packages/pcs/dist/index.d.ts'), [
  { type: 'Pcs', suffix: 'Calls' },
  { type: 'Transaction', suffix: 'CallsOnFile', heritage: 'BoundOnFile' },
]);
