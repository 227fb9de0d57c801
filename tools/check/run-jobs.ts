import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Job } from './jobs.js';

/** The priority of what gives way; 0 is usual, 19 the lowest. */
const lowPriority = 10;

/** Runs both lanes side by side, says of each job how it ended, and gives the names of those that failed or were not run. */
export async function runJobs(
  root: string,
  jobs: readonly Job[],
  say: (text: string) => void = (text) => process.stdout.write(text),
): Promise<string[]> {
  const failed: string[] = [];
  const runLane = async (lane: Job['lane']) => {
    let stopped = false;
    for (const job of jobs.filter((one) => one.lane === lane)) {
      const begun = performance.now();
      const { status, output } = stopped ? notRun : await runJob(root, job);
      if (status === 0) {
        say(`✓ ${job.name}, ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
      } else {
        failed.push(job.name);
        say(`${output}✗ ${job.name}: ${stopped ? 'not run' : job.command.join(' ')}\n`);
        stopped = lane === 'main';
      }
    }
  };
  await Promise.all([runLane('main'), runLane('aside')]);
  return failed;
}

const notRun = { status: 1, output: '' };

function runJob(root: string, { command, lane, live, environment }: Job): Promise<{ status: number; output: string }> {
  const [program, ...words] = command;
  const PATH = join(root, 'node_modules/.bin') + delimiter + (process.env['PATH'] ?? '');
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: root,
      env: { ...process.env, ...environment, PATH },
      stdio: live === true ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    if (lane === 'aside' && child.pid !== undefined) setPriority(child.pid, lowPriority);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.once('error', reject).once('close', (status) => {
      resolve({ status: status ?? 1, output });
    });
  });
}
