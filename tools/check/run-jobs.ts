import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Job } from './jobs.js';

/** How what gives way is started: 0 is usual, 19 the lowest priority. */
const givingWay = ['nice', '-n', '10'];

/**
 * Runs both lanes side by side, says of each job how it ended, and gives the names of those that failed or were not run. Where the
 * main lane is at its end it takes from the other one, so that no processor is idle.
 */
export async function runJobs(
  root: string,
  jobs: readonly Job[],
  say: (text: string) => void = (text) => process.stdout.write(text),
): Promise<string[]> {
  const failed: string[] = [];
  const run = async (job: Job): Promise<boolean> => {
    const begun = performance.now();
    const { status, output, spent } = await runJob(root, job);
    if (status !== 0) {
      failed.push(job.name);
      say(`${output}✗ ${job.name}: ${job.command.join(' ')}\n`);
      return false;
    }
    const took = (performance.now() - begun) / 1000;
    say(`✓ ${job.name}, ${took.toFixed(0)} s, ${spent.toFixed(0)} s of a processor\n`);
    return true;
  };
  const main = async () => {
    let stopped = false;
    for (const job of jobs.filter(({ lane }) => lane === 'main')) {
      if (stopped) {
        failed.push(job.name);
        say(`✗ ${job.name}: not run\n`);
      } else stopped = !(await run(job));
    }
  };
  const waiting = jobs.filter(({ lane }) => lane === 'aside');
  const aside = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await run(job);
  };
  await Promise.all([main().then(aside), aside()]);
  return failed;
}

interface Ended {
  readonly status: number;
  readonly output: string;
  /** s of a processor, of all its processes: what a busy machine does not change. */
  readonly spent: number;
}

/** Runs a command, and tells on descriptor 3 what it took, as the shell's `times` does. */
const timed = ['sh', '-c', '"$@"; status=$?; times >&3; exit $status', 'sh'] as const;

function runJob(root: string, { command, lane, live, environment }: Job): Promise<Ended> {
  const [program, ...words] = [...timed, ...(lane === 'aside' ? givingWay : []), ...command];
  const PATH = join(root, 'node_modules/.bin') + delimiter + (process.env['PATH'] ?? '');
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: root,
      env: { ...process.env, ...environment, PATH },
      stdio: live === true ? ['ignore', 'inherit', 'inherit', 'pipe'] : ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let output = '';
    let times = '';
    (child.stdio[3] as Readable | null)?.setEncoding('utf8').on('data', (text: string) => (times += text));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.once('error', reject).once('close', (status) => {
      resolve({ status: status ?? 1, output, spent: spentByChildren(times) });
    });
  });
}

/** s, of what `times` prints: a line of the shell's own, then one of its children's, each as user's and system's minutes. */
function spentByChildren(times: string): number {
  const [, children = ''] = times.split('\n');
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
}
