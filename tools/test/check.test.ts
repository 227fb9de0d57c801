// What `npm test` says of itself: of jobs that failed, and of tests that were skipped.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Job } from '../check/jobs.js';
import { chooseJobs, jobsOf } from '../check/jobs.js';
import { notTried } from '../check/not-tried.js';
import { runJobs } from '../check/run-jobs.js';
import { readText } from './support/repository.js';
import { isToBeHad, missingParts, partOf, parts } from '../parts/parts.mjs';

const root = join(import.meta.dirname, '../..');

describe('running jobs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  const sign = JSON.stringify(join(folder, 'done'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const node = (name: string, lane: Job['lane'], script: string): Job => ({
    name,
    lane,
    command: [process.execPath, '-e', script],
  });
  const run = async (...jobs: readonly Job[]) => {
    let said = '';
    const failed = await runJobs(import.meta.dirname, jobs, (text) => (said += text));
    return { failed, said: said.replaceAll(process.execPath, 'node').replaceAll(/\d+ s/g, 'N s') };
  };

  it('says how long each took and what of a processor, and nothing of what it printed', async () => {
    expect(await run(node('build', 'main', 'console.log(1)'))).toEqual({
      failed: [],
      said: '✓ build, N s, N s of a processor\n',
    });
  });

  it('shows what one printed that failed, does not run what comes after it, and ends the other lane all the same', async () => {
    const { failed, said } = await run(
      node('build', 'main', 'console.error("no disk"); process.exit(3)'),
      node('tests', 'main', ''),
      node('types', 'aside', 'process.exit(1)'),
      node('lint', 'aside', 'process.kill(process.pid)'),
      node('format', 'aside', ''),
    );
    expect(failed.toSorted()).toEqual(['build', 'lint', 'tests', 'types']);
    expect(said).toContain('no disk\n✗ build: node -e console.error("no disk"); process.exit(3)\n');
    expect(said).toContain('✗ tests: not run\n');
    expect(said).toContain('✓ format, N s, N s of a processor\n');
  });

  it('takes from the other lane where the main one is at its end', async () => {
    const { said } = await run(
      node('tests', 'main', ''),
      // Ends only when the one after it runs.
      node(
        'lint',
        'aside',
        `const { existsSync } = require('node:fs'); setInterval(() => existsSync(${sign}) && process.exit(), 10)`,
      ),
      node('format', 'aside', `require('node:fs').writeFileSync(${sign}, '')`),
    );
    expect(said.match(/✓ \w+/g)?.toSorted()).toEqual(['✓ format', '✓ lint', '✓ tests']);
  });

  it('are those that are named; without a name the build and the tests, and on CI what reads the code, too', () => {
    const jobs = jobsOf({ complete: true, report: '' });
    const chosen = (ci: boolean, ...names: readonly string[]) =>
      chooseJobs(jobs, { names, ci }).map(({ name }) => name);
    expect(chosen(false)).toEqual(['build', 'tests', 'size']);
    expect(chosen(true)).toEqual(jobs.map(({ name }) => name).filter((name) => name !== 'quick'));
    expect(chosen(false, 'lint', 'quick')).toEqual(['quick', 'lint']);
    // `npm run lint` is what reads the code.
    const { scripts } = JSON.parse(readText(root, 'package.json')) as { scripts: { lint: string } };
    const reading = jobs.filter(({ reads }) => reads).map(({ name }) => name);
    expect(scripts.lint.split('main.ts ')[1]?.split(' ').toSorted()).toEqual(reading.toSorted());
    expect(() => chosen(false, 'test')).toThrow('unknown job test; the jobs are build, tests, size, ');
  });

  it('takes the floors of coverage where every part is', () => {
    const tests = (complete: boolean) => jobsOf({ complete, report: '' }).find(({ name }) => name === 'tests')?.command;
    expect(tests(true)).toContain('--coverage');
    expect(tests(false)).not.toContain('--coverage');
  });
});

describe('the tests that were not tried', () => {
  const report = (...statuses: readonly string[]) => ({
    testResults: [{ assertionResults: statuses.map((status, index) => ({ status, fullName: `test ${index}` })) }],
  });
  const missing = [
    { packages: ['pcs'], brings: ['pcs'] },
    { packages: ['fence-agents-common', 'fence-agents'], brings: ['fence_dummy'] },
    { packages: ['pcs'], brings: ['other'] },
  ];

  it('are no word worth when there are none', () => {
    expect(notTried(report('passed', 'failed'), { missing, namespaces: true })).toEqual({ accepted: true });
  });

  it('are one line: how many, for want of what, and what brings it', () => {
    expect(notTried(report('skipped', 'passed', 'pending'), { missing, namespaces: true })).toEqual({
      accepted: true,
      line: 'Not tried: 2 of 3 tests, for want of fence-agents-common, pcs. Remedy: npm run parts',
    });
    expect(notTried(report('skipped'), { missing: [], namespaces: false }).line).toBe(
      'Not tried: 1 of 1 tests, for want of the right to make namespaces. Remedy: run as root',
    );
  });

  it('are refused, by name, where everything is there', () => {
    expect(notTried(report('passed', 'skipped'), { missing: [], namespaces: true })).toEqual({
      accepted: false,
      line: '1 of 2 tests were skipped, though every part that they drive is on this machine:\n  test 1',
    });
  });
});

describe('the parts', () => {
  it('are listed once each, and an unlisted one is an error', () => {
    const brought = parts.flatMap(({ brings }) => brings);
    expect(new Set(brought).size).toBe(brought.length);
    expect(() => partOf('emacs')).toThrow('emacs is no part that tools/parts/parts.mjs lists');
  });

  it('that the release does not have are not missed', () => {
    for (const { brings } of missingParts()) expect(brings.some((name) => isToBeHad(name))).toBe(true);
  });
});
