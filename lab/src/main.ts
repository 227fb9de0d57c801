// The lab's command line. What needs the network of this machine (the image) is done out here; machines live in a second
// process of this same program, confined in namespaces of its own.
import { spawn } from 'node:child_process';
import { accessSync, constants, openSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { benchTable, chooseContenders, measure, type Measured } from './bench/bench.js';
import type { ClusterOptions } from './cluster/configuration.js';
import { writeProvision } from './cluster/provision.js';
import { help, type Invocation, parseCommandLine } from './command-line.js';
import { carryOut } from './commands.js';
import { confined, confinedToCaller, demandConfinement } from './confinement.js';
import { callControl, isUp, serveControl } from './control.js';
import { LabError } from './errors.js';
import { buildImage, findImage, readImagePlan } from './image/build.js';
import type { Image } from './image/image.js';
import { serveMirrors } from './image/mirror.js';
import type { Contents } from './image/plan.js';
import { Lab } from './lab.js';
import { chooseAcceleration } from './machine/acceleration.js';
import { isNative, type Platform, platformName } from './machine/platform.js';
import type { Acceleration } from './machine/platform.js';
import { ringIdentities } from './machine/qemu-arguments.js';
import { labAddress, layNetwork } from './network/network.js';
import { labPaths } from './paths.js';
import { mustRun, runProgram } from './program.js';
import { reportPage } from './report.js';
import { meetRequirements } from './requirements.js';
import { defaultCluster, runScenarios } from './run-scenarios.js';
import { others, scenarios } from './scenarios/index.js';
import type { Scenario } from './scenarios/scenario.js';
import { serveTime } from './network/time-server.js';
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
  if (args[0] === inside) return runInside(JSON.parse(args[1] ?? '') as Confined);
  const invocation = parseCommandLine(args);
  if (invocation.command === 'help') {
    write(help(scenarios, others, invocation.about));
    return 0;
  }
  switch (invocation.command) {
    case 'build':
      await prepare(invocation);
      return 0;
    case 'bench':
    case 'run':
      if (invocation.command === 'run') chooseScenarios(invocation.words);
      else chooseContenders(invocation.words);
      await demandDown();
      return waitFor(inNamespaces({ invocation, acceleration: await prepare(invocation) }, 'inherit'));
    case 'up':
      return up(invocation);
    case 'report':
      return report();
    case 'shell':
      return shell(invocation.words[0] ?? '');
    case 'record':
      return callControl(paths.control, { ...invocation, words: invocation.words.map((word) => resolve(word)) }, write);
    default:
      return callControl(paths.control, invocation, write);
  }
}

/** Everything that needs the machine's own network: programs, image, choice of acceleration. */
async function prepare(invocation: Invocation): Promise<Acceleration> {
  const { options } = invocation;
  const host = { run: runProgram, has: hasProgram, root: process.getuid?.() === 0 };
  await meetRequirements(host, options.architecture, options.install);
  await buildForGuests(options);
  const [first, ...rest] = systemsOf(invocation);
  for (const { release, contents } of rest) await imageOf({ ...options, release }, contents);
  const image = await imageOf({ ...options, ...first }, first?.contents ?? 'whole');
  if (options.accel !== 'auto') return options.accel;
  const acceleration = await chooseAcceleration(image);
  log(
    acceleration === 'kvm'
      ? 'the machines run on KVM'
      : 'KVM does not run the guests here: they are emulated, and slow',
  );
  return acceleration;
}

/** The image of a platform; made when there is none. */
const imageOf = async (platform: Platform, contents: Contents): Promise<Image> =>
  buildImage({ run: runProgram, log }, paths.cache, await readImagePlan(paths.guestFiles, platform, contents));

interface System {
  readonly release: Platform['release'];
  readonly contents: Contents;
}

/** What is on machines in the course of a run. */
function systemsOf({ command, words, options }: Invocation): System[] {
  const whole: System = { release: options.release, contents: 'whole' };
  const named =
    command === 'run' ? chooseScenarios(words).flatMap((scenario) => systemsIn(scenario, options)) : [whole];
  return [...new Map(named.map((system) => [JSON.stringify(system), system])).values()];
}

/** What is on the machines of a scenario at its beginning, and what they come to. */
function systemsIn({ cluster, releases }: Pick<Scenario, 'cluster' | 'releases'>, platform: Platform): System[] {
  const contents = cluster === 'bare' ? 'bare' : 'whole';
  return (releases ?? [platform.release]).map((release) => ({ release, contents }));
}

/** What the confined process is to do. */
interface Confined {
  readonly invocation: Invocation;
  readonly acceleration: Acceleration;
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

async function runInside({ invocation, acceleration }: Confined): Promise<number> {
  // The first process of its namespace gets no signal that it does not listen for.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  await demandConfinement(runProgram);
  await layNetwork(runProgram);
  await serveTime(labAddress);
  await serveMirrors(paths.cache);
  const { options } = invocation;
  const start = async (scenario: Pick<Scenario, 'cluster' | 'boards' | 'releases'>) => {
    const images: Image[] = [];
    for (const { release, contents } of systemsIn(scenario, options)) {
      images.push(await keptImage({ ...options, release }, contents));
    }
    return startLab(images, acceleration, scenario);
  };
  if (invocation.command === 'run') {
    const list = chooseScenarios(invocation.words).flatMap((scenario) =>
      Array.from({ length: options.times }, () => scenario),
    );
    const outcomes = await runScenarios(list, {
      startLab: start,
      directory: outputOf(options),
      log,
    });
    const passed = outcomes.filter((outcome) => outcome.passed).length;
    write(`${passed} passed, ${outcomes.length - passed} failed\n`);
    return passed === outcomes.length ? 0 : 1;
  }
  if (invocation.command === 'bench') {
    const results: { name: string; measured: Measured }[] = [];
    for (const contender of chooseContenders(invocation.words)) {
      log(`=== ${contender.name}`);
      const lab = await start(contender);
      const measured = await measure(lab, contender, log).finally(() => lab.close());
      results.push({ name: contender.name, measured });
    }
    write(benchTable(results));
    return 0;
  }
  return stayUp(await start({ boards: { extoutOnPowerCut: options.extout } }));
}

async function keptImage(platform: Platform, contents: Contents): Promise<Image> {
  const image = await findImage(paths.cache, await readImagePlan(paths.guestFiles, platform, contents));
  if (!image) throw new LabError('IMAGE', 'the image is gone: run lab build');
  return image;
}

/** Where the outcomes of a platform go. */
const outputOf = (platform: Platform): string => join(paths.output, platformName(platform));

async function startLab(
  [image, next]: readonly Image[],
  acceleration: Acceleration,
  { cluster = defaultCluster, boards }: Pick<Scenario, 'cluster' | 'boards'>,
): Promise<Lab> {
  if (!image) throw new LabError('IMAGE', 'there is no image for the machines');
  await mkdir(paths.run, { recursive: true });
  const { architecture } = image.platform;
  const provisionFor = async (
    name: string,
    of: ClusterOptions | 'keepalived' | 'bare' | undefined,
    joins: boolean,
  ): Promise<string> => {
    const archive = join(paths.run, `${name}.tar`);
    await writeProvision(runProgram, sources, of, join(paths.run, name), archive, joins);
    return archive;
  };
  const sources = {
    articleFiles: paths.articleFiles,
    agentPackage: paths.agentPackage(architecture),
    setupPackage: paths.setupPackage,
    rollingReboot: paths.rollingReboot,
    clusterSetup: paths.clusterSetup,
    alertAgent: paths.alertAgent,
    busContract: paths.busContract,
    ...(isNative(architecture) ? { otherNode: { program: process.execPath, modules: i2cBusModules() } } : {}),
  };
  const ready = cluster === 'none' ? undefined : cluster;
  return Lab.start({
    image,
    acceleration,
    provision: await provisionFor('provision', ready, false),
    directory: paths.run,
    log,
    ...(boards ? { boards } : {}),
    ring: typeof cluster === 'object' && cluster.ring === true,
    ...(next && ready ? { next: { image: next, provision: await provisionFor('provision-next', ready, true) } } : {}),
  });
}

/**
 * Builds what the guests get of this project, as its users get it, and keeps it: a run that takes long is not to meet
 * another build half way.
 */
async function buildForGuests({ architecture }: Platform): Promise<void> {
  await mustRun(runProgram, ['pnpm', '--workspace-root', 'run', 'deb:all', architecture]);
  await mustRun(runProgram, [
    'pnpm',
    '--filter',
    'lab',
    '--filter',
    '@sleepi3/rolling-reboot',
    '--filter',
    '@sleepi3/cluster-setup',
    '--filter',
    '@sleepi3/alert-agent',
    'run',
    'build',
  ]);
  await mkdir(paths.cache, { recursive: true });
  const packages = await readdir(paths.packages);
  for (const [name, kept] of [
    [`fence-sleepi3_.*_${architecture}`, paths.agentPackage(architecture)],
    ['cluster-setup_.*_all', paths.setupPackage],
  ] as const) {
    const built = packages.find((each) => new RegExp(`^${name}\\.deb$`).test(each));
    if (built === undefined) throw new LabError('REQUIREMENT', `no package came to be in ${paths.packages}`);
    await copyFile(join(paths.packages, built), kept);
  }
  await copyFile(paths.busContractBuild, paths.busContract);
  for (const { built: program, kept } of [paths.rollingReboot, paths.clusterSetup, paths.alertAgent]) {
    await copyFile(program, kept);
  }
}

/** i2c-bus as it is installed here, and what it needs. */
function i2cBusModules(): Record<string, string> {
  const fromAgent = createRequire(join(paths.agent, 'package.json'));
  const manifest = fromAgent.resolve('i2c-bus/package.json');
  const bindings = createRequire(manifest).resolve('bindings/package.json');
  return {
    'i2c-bus': dirname(manifest),
    bindings: dirname(bindings),
    'file-uri-to-path': dirname(createRequire(bindings).resolve('file-uri-to-path/package.json')),
  };
}

/** Holds a lab for the commands, until it is told to go down. */
async function stayUp(lab: Lab): Promise<number> {
  let goDown: () => void = () => undefined;
  const down = new Promise<void>((resolve) => (goDown = resolve));
  const server = await serveControl(paths.control, (invocation, tell) => {
    if (invocation.command !== 'down') return carryOut(lab, invocation, tell);
    goDown();
    return Promise.resolve(0);
  });
  await down;
  await lab.close();
  server.close();
  await rm(paths.control, { force: true });
  return 0;
}

async function up(invocation: Invocation): Promise<number> {
  await demandDown();
  const acceleration = await prepare(invocation);
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

/** This terminal becomes a machine's serial console. */
async function shell(which: string): Promise<number> {
  const identity = ringIdentities.find(({ name, number }) => name === which || String(number) === which);
  if (!identity) throw new LabError('USAGE', `there is no machine ${which}; there are 1 and 2, and 3 in a ring`);
  const socket = connect(join(paths.run, identity.name, 'console.socket'));
  const { stdin, stdout } = process;
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      reject(new LabError('STATE', `${identity.name} has no power, or the lab is not up`, { cause }));
    });
    socket.once('connect', () => {
      write(`${identity.name}: leave with Ctrl-]\r\n`);
      socket.pipe(stdout);
      if (stdin.isTTY) stdin.setRawMode(true);
      stdin.on('data', (keys: Buffer) => {
        if (keys.includes(0x1d)) socket.end();
        else socket.write(keys);
      });
      stdin.on('end', () => socket.end());
    });
    socket.once('close', () => {
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.destroy();
      resolve(0);
    });
  });
}

function chooseScenarios(names: readonly string[]): Scenario[] {
  const all = [...scenarios, ...others];
  if (names.length === 0) return [...scenarios];
  if (names.length === 1 && names[0] === 'all') return all;
  return names.map((name) => {
    const scenario = all.find((each) => each.name === name);
    if (!scenario) {
      throw new LabError('USAGE', `there is no scenario ${name}; there are ${all.map((each) => each.name).join(', ')}`);
    }
    return scenario;
  });
}

function hasProgram(name: string): boolean {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false; // not in this directory
    }
  });
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`lab: ${error.message}\n`);
  return error.code === 'USAGE' ? 2 : 1;
});
