// `npm test` builds everything and runs all tests; where CI=true it also has the code read by the compiler, ESLint and the like, as
// `npm run lint` does: that is all that decides whether a change is accepted, but the lab. Others name the jobs that they want.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayHaveNamespaces, missingParts } from '../parts/parts.mjs';
import { chooseJobs, jobsOf } from './jobs.js';
import { runJobs } from './run-jobs.js';
import { type JsonReport, notTried } from './not-tried.js';

const root = join(import.meta.dirname, '../..');
const report = join(root, '.cache/tests.json');
const machine = { missing: missingParts(), namespaces: mayHaveNamespaces() };

const jobs = jobsOf({ complete: machine.missing.length === 0 && machine.namespaces, report });
const chosen = choose();

const failed = await runJobs(root, chosen);
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length > 0 ? 1 : 0;

if (chosen.some(({ name }) => name === 'tests') && !failed.includes('build')) {
  const { accepted, line } = notTried(JSON.parse(readFileSync(report, 'utf8')) as JsonReport, machine);
  if (!accepted) process.exitCode = 1;
  if (line !== undefined) console.log(line);
}

/** What the command line asks for; a job that there is not ends this in one line. */
function choose(): ReturnType<typeof chooseJobs> {
  try {
    return chooseJobs(jobs, { names: process.argv.slice(2), ci: process.env['CI'] === 'true' });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
