// Starts a lab: its images, and what its machines get of this project.
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ClusterOptions } from '../cluster/configuration.js';
import { writeProvision } from '../cluster/provision.js';
import { LabError } from '../errors.js';
import { findImage, readImagePlan } from '../image/build.js';
import type { Image } from '../image/image.js';
import type { Contents } from '../image/plan.js';
import { Lab } from '../lab.js';
import { type Acceleration, isNative, type Platform } from '../machine/platform.js';
import type { LabPaths } from '../paths.js';
import type { Workplace } from './prepare.js';
import { runProgram } from '../program.js';
import { defaultCluster } from '../run-scenarios.js';
import type { Scenario } from '../scenarios/scenario.js';
import { systemsIn } from './systems.js';

/** What a lab is to be like. */
export type LabDemand = Pick<Scenario, 'cluster' | 'boards' | 'releases'>;

/** Starts a lab with new machines for a scenario, from images that are there. */
export async function startLab(
  scenario: LabDemand,
  platform: Platform,
  acceleration: Acceleration,
  { paths, log }: Workplace,
): Promise<Lab> {
  const { cluster = defaultCluster, boards } = scenario;
  const [image, next] = await Promise.all(
    systemsIn(scenario, platform).map(({ release, contents }) => keptImage({ ...platform, release }, contents, paths)),
  );
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
    ...(isNative(architecture)
      ? { otherNode: { program: process.execPath, modules: i2cBusModules(paths.agent) } }
      : {}),
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

async function keptImage(platform: Platform, contents: Contents, { cache, guestFiles }: LabPaths): Promise<Image> {
  const image = await findImage(cache, await readImagePlan(guestFiles, platform, contents));
  if (!image) throw new LabError('IMAGE', 'the image is gone: run lab build');
  return image;
}

/** i2c-bus as it is installed here, and what it needs. */
function i2cBusModules(agent: string): Record<string, string> {
  const fromAgent = createRequire(join(agent, 'package.json'));
  const manifest = fromAgent.resolve('i2c-bus/package.json');
  const bindings = createRequire(manifest).resolve('bindings/package.json');
  return {
    'i2c-bus': dirname(manifest),
    bindings: dirname(bindings),
    'file-uri-to-path': dirname(createRequire(bindings).resolve('file-uri-to-path/package.json')),
  };
}
