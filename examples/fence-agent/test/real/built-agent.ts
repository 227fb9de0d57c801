import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { buildAgent } from './live-cluster.js';

/** The agent as built, for the tests of the suite that this is called in; `program` is its path once they run. */
export function builtAgent(): { readonly program: string } {
  let directory: string;
  let program: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-built-'));
    program = buildAgent(directory);
  });
  afterAll(() => rm(directory, { recursive: true }));
  return {
    get program() {
      return program;
    },
  };
}
