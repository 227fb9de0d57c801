// What decides whether a change is accepted: `npm test` runs every job but the quick one, `npm run lint` and the like name
// those that they want.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayHaveNamespaces, missingParts } from '../parts/parts.mjs';
import { jobsOf } from './jobs.js';
import { runJobs } from './run-jobs.js';
import { type JsonReport, notTried } from './not-tried.js';

const root = join(import.meta.dirname, '../..');
const report = join(root, '.cache/tests.json');
const machine = { missing: missingParts(), namespaces: mayHaveNamespaces() };

const jobs = jobsOf({ complete: machine.missing.length === 0 && machine.namespaces, report });
const names = process.argv.slice(2);
const unknown = names.find((name) => !jobs.some((job) => job.name === name));
if (unknown !== undefined)
  throw new Error(`unknown job ${unknown}; the jobs are ${jobs.map((job) => job.name).join(', ')}`);
const chosen = jobs.filter(({ name }) => (names.length === 0 ? name !== 'quick' : names.includes(name)));

const failed = await runJobs(root, chosen);
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length > 0 ? 1 : 0;

if (chosen.some(({ name }) => name === 'tests') && !failed.includes('build')) {
  const { accepted, line } = notTried(JSON.parse(readFileSync(report, 'utf8')) as JsonReport, machine);
  if (!accepted) process.exitCode = 1;
  if (line !== undefined) console.log(line);
}
