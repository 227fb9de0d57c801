// npm run mutation [-- SCOPE …]: changes the sources in small ways, one at a time, and sees whether a test notices. Prints
// what none noticed and the score of each scope, and fails when one is below its floor. Reports: out/mutation.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stryker } from '@stryker-mutator/core';
import { scopes } from './scopes.js';

const root = join(import.meta.dirname, '../..');
const reports = join(root, 'out/mutation');
mkdirSync(reports, { recursive: true });

const asked = process.argv.slice(2).filter((word) => word !== '--');
const unknown = asked.filter((name) => !Object.hasOwn(scopes, name));
if (unknown.length > 0) throw new Error(`no scope ${unknown.join(', ')}; there are ${Object.keys(scopes).join(', ')}`);

const below: string[] = [];
const table: string[] = [];
for (const [name, { mutate, floor }] of Object.entries(scopes)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const report = join(reports, `${name}.json`);
  const config = join(reports, `${name}.config.json`);
  const options: ConstructorParameters<typeof Stryker>[0] = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'tools/mutation/vitest.config.ts', related: false },
    mutate: [...mutate],
    thresholds: { high: 100, low: floor, break: floor },
    // Tables are read once, when a file is loaded; to put each change of one to all tests takes longer than it tells.
    ignoreStatic: true,
    concurrency: 1,
    // A slow machine is no endless loop.
    timeoutMS: 30_000,
    ignorePatterns: ['**/dist', '/lab', '/out', '/.tools', '/.cache', '/coverage', '/docs'],
    tempDirName: '.cache/stryker',
    cleanTempDir: 'always',
    reporters: ['clear-text', 'json'],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: report },
  };
  writeFileSync(config, JSON.stringify(options, undefined, 2));
  const { status } = spawnSync(join(root, 'node_modules/.bin/stryker'), ['run', config], {
    cwd: root,
    env: { ...process.env, MUTATION_SCOPE: name },
    stdio: 'inherit',
  });
  if (status !== 0) below.push(name);
  table.push(`${name.padEnd(12)} ${scoreOf(report).toFixed(2).padStart(6)} %   floor ${floor} %`);
}
console.log(`\n${table.join('\n')}`);
if (below.length > 0) {
  console.error(`not as it should be: ${below.join(', ')}`);
  process.exitCode = 1;
}

/** Share of the mutants that a test, or the time limit, has found out, %. */
function scoreOf(path: string): number {
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as {
    files: Record<string, { mutants: readonly { status: string }[] }>;
  };
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...names: readonly string[]) => statuses.filter((status) => names.includes(status)).length;
  const found = count('Killed', 'Timeout');
  return (100 * found) / (found + count('Survived', 'NoCoverage'));
}
