// The lab's command line. What needs the network of this machine (the image) is done out here; machines live in a second
// process of this same program, confined in namespaces of its own.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { dirname, join, resolve } from 'node:path';
import { chooseContenders } from './bench/bench.js';
import { help, type Invocation, parseCommandLine } from './command-line.js';
import { confined, confinedToCaller } from './confinement.js';
import { callControl, isUp } from './control.js';
import { LabError } from './errors.js';
import { type Confined, runInside } from './inside.js';
import { labPaths } from './paths.js';
import { prepare } from './start/prepare.js';
import { reportPage } from './report.js';
import { chooseScenarios, others, scenarios } from './scenarios/index.js';
import { joinConsole } from './serial-console.js';
import type { Outcome } from './verdict.js';

const inside = '--inside';
const paths = labPaths(resolve(import.meta.dirname, '..', '..'));
const begun = performance.now();
const log = (line: string) => {
  process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)}  ${line}\n`);
};
const write = (text: string) => {
  process.stdout.write(text);
};

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === inside) return runInside(JSON.parse(args[1] ?? '') as Confined, { paths, log, write });
  const invocation = parseCommandLine(args);
  if (invocation.command === 'help') {
    write(help(scenarios, others, invocation.about));
    return 0;
  }
  switch (invocation.command) {
    case 'build':
      await prepare(invocation, { paths, log });
      return 0;
    case 'bench':
    case 'run':
      if (invocation.command === 'run') chooseScenarios(invocation.words);
      else chooseContenders(invocation.words, invocation.options.only);
      await demandDown();
      return waitFor(inNamespaces({ invocation, acceleration: await prepare(invocation, { paths, log }) }, 'inherit'));
    case 'up':
      return up(invocation);
    case 'report':
      return report();
    case 'shell':
      return joinConsole(invocation.words[0] ?? '', paths.run);
    case 'record':
      return callControl(paths.control, { ...invocation, words: invocation.words.map((word) => resolve(word)) }, write);
    default:
      return callControl(paths.control, invocation, write);
  }
}

function inNamespaces(task: Confined, stdio: 'inherit' | number) {
  const self = [process.execPath, ...process.execArgv, import.meta.filename, inside, JSON.stringify(task)];
  const [program = '', ...words] = stdio === 'inherit' ? confinedToCaller(self) : confined(self);
  return spawn(program, words, {
    stdio: stdio === 'inherit' ? 'inherit' : ['ignore', stdio, stdio],
    detached: stdio !== 'inherit',
  });
}

const waitFor = (child: ReturnType<typeof inNamespaces>): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (status) => {
      resolve(status ?? 1);
    });
  });

async function up(invocation: Invocation): Promise<number> {
  await demandDown();
  const acceleration = await prepare(invocation, { paths, log });
  await mkdir(paths.run, { recursive: true });
  const daemon = inNamespaces({ invocation, acceleration }, openSync(join(paths.run, 'log'), 'w'));
  const ended = new AbortController();
  daemon.once('close', () => {
    ended.abort();
  });
  daemon.unref();
  log(`booting; the log is ${join(paths.run, 'log')}`);
  while (!(await isUp(paths.control))) {
    if (ended.signal.aborted)
      throw new LabError('MACHINE', `the lab ended: ${await readFile(join(paths.run, 'log'), 'utf8')}`);
    await sleep(200);
  }
  const status = { ...invocation, command: 'status' } as const;
  for (;;) {
    let text = '';
    await callControl(paths.control, status, (piece) => (text += piece));
    if (text.includes('service: answers')) {
      write(text);
      return 0;
    }
    await sleep(2000);
  }
}

async function demandDown(): Promise<void> {
  if (await isUp(paths.control)) throw new LabError('STATE', 'the lab is up: run lab down first');
}

async function report(): Promise<number> {
  const entries = await readdir(paths.output, { recursive: true }).catch(() => []);
  const names = entries.filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) throw new LabError('STATE', 'there is nothing to report: run lab run first');
  const read = async (name: string) => ({
    platform: dirname(name),
    outcome: JSON.parse(await readFile(join(paths.output, name), 'utf8')) as Outcome,
    timeline: await readFile(join(paths.output, name.replace(/json$/, 'svg')), 'utf8'),
  });
  const runs = await Promise.all(names.map(read));
  const order = [...scenarios, ...others].map(({ name }) => name);
  runs.sort((a, b) => order.indexOf(a.outcome.scenario) - order.indexOf(b.outcome.scenario));
  const page = join(paths.output, 'report.html');
  await writeFile(page, reportPage(runs));
  write(`${page}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`lab: ${error.message}\n`);
  return error.code === 'USAGE' ? 2 : 1;
});
