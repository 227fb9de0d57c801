// What needs the network of this machine, before there are machines: programs, what the guests get of this project, images.
import { accessSync, constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Invocation } from '../command-line.js';
import { LabError } from '../errors.js';
import { buildImage, readImagePlan } from '../image/build.js';
import type { Image } from '../image/image.js';
import type { Contents } from '../image/plan.js';
import { chooseAcceleration } from '../machine/acceleration.js';
import type { Acceleration, Platform } from '../machine/platform.js';
import type { LabPaths } from '../paths.js';
import { mustRun, runProgram } from '../program.js';
import { meetRequirements } from './requirements.js';
import { systemsOf } from './systems.js';

/** Where it works, and where it tells of it. */
export interface Workplace {
  readonly paths: LabPaths;
  readonly log: (line: string) => void;
}

/** Everything that needs the machine's own network: programs, image, choice of acceleration. */
export async function prepare(invocation: Invocation, { paths, log }: Workplace): Promise<Acceleration> {
  const { options } = invocation;
  const host = { run: runProgram, has: hasProgram, root: process.getuid?.() === 0 };
  await meetRequirements(host, options.architecture, options.install);
  await buildForGuests(options, paths);
  /** The image of a platform; made when there is none. */
  const imageOf = async (platform: Platform, contents: Contents): Promise<Image> =>
    buildImage({ run: runProgram, log }, paths.cache, await readImagePlan(paths.guestFiles, platform, contents));
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

/**
 * Builds what the guests get of this project, as its users get it, and keeps it: a run that takes long is not to meet
 * another build half way.
 */
async function buildForGuests({ architecture }: Platform, paths: LabPaths): Promise<void> {
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
