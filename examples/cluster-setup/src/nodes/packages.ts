// Which release of Debian a node runs, and what that means for its packages.
import { SetupError } from '../errors.js';
import type { Machine } from './machine.js';

/** What /etc/os-release says, as far as it matters here. */
export interface Release {
  /** For people: `Debian GNU/Linux 13 (trixie)`. */
  readonly name: string;
  /** 12, 13 …; undefined for testing, which has none, and for what is no Debian. */
  readonly debian: number | undefined;
}

/** Reads /etc/os-release (os-release(5)). Raspberry Pi OS calls itself Debian in 64 bits, and Raspbian in 32. */
export function parseRelease(text: string): Release {
  const value = (key: string) => new RegExp(`^${key}=(["']?)(.*)\\1\\s*$`, 'm').exec(text)?.[2];
  const id = value('ID');
  const number = Number(value('VERSION_ID'));
  return {
    name: value('PRETTY_NAME') ?? 'an unknown system',
    debian: (id === 'debian' || id === 'raspbian') && Number.isInteger(number) && number > 0 ? number : undefined,
  };
}

/** The releases that all of this is tried on. */
export const triedReleases = [12, 13] as const;

/** Debian's packages of a node of the cluster, without what runs the containers. */
export const clusterPackages = [
  'pacemaker',
  // crm_mon, cibadmin, crm_resource and the like, which pacemaker only recommends.
  'pacemaker-cli-utils',
  'corosync',
  'pcs',
  'resource-agents',
  'i2c-tools',
] as const;

/** What speaks to a quorum device from a node. */
export const devicePackage = 'corosync-qdevice';

/** What runs the containers: since Debian 13 the program docker is a package of its own. */
export function dockerPackages({ debian }: Pick<Release, 'debian'>): readonly string[] {
  return debian !== undefined && debian < 13 ? ['docker.io'] : ['docker.io', 'docker-cli'];
}

/** What is missing on a node, and the versions of what is there. */
export interface PackagesFound {
  readonly missing: readonly string[];
  readonly versions: ReadonlyMap<string, string>;
}

/** Looks for packages of these names, or for others that provide them. */
export async function findPackages(machine: Machine, wanted: readonly string[]): Promise<PackagesFound> {
  const format = '-f=${db:Status-Status} ${Package} ${Version} ${Provides}\\n';
  const { stdout } = await machine.run('dpkg-query', ['-W', format, ...wanted], { exitCodes: [0, 1] });
  const versions = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const [status, name = '', version = '', ...provided] = line.split(/[\s,]+/);
    if (status !== 'installed') continue;
    for (const one of provided) if (!versions.has(one)) versions.set(one, '');
    versions.set(name, version);
  }
  const missing: string[] = [];
  for (const name of wanted) {
    // Docker's own packages bring the same programs.
    const program = { 'docker.io': 'dockerd', 'docker-cli': 'docker' }[name];
    if (versions.has(name) || (program !== undefined && (await hasProgram(machine, program)))) continue;
    missing.push(name);
  }
  return { missing, versions };
}

export async function hasProgram(machine: Machine, program: string): Promise<boolean> {
  const { exitCode } = await machine.run('which', [program], { exitCodes: [0, 1] });
  return exitCode === 0;
}

/**
 * Refuses a node that has no such program.
 *
 * @param remedy - What brings it.
 * @throws SetupError `NOT_READY`
 */
export async function mustHave(machine: Machine, path: string, remedy: string): Promise<void> {
  const { exitCode } = await machine.run('test', ['-x', path], { exitCodes: [0, 1] });
  if (exitCode !== 0) throw new SetupError('NOT_READY', `${machine.name}: ${path} is not there; ${remedy}`);
}

/** How a program of this project comes to a node. */
export const ofThisRelease = (name: string): string =>
  `install the package ${name} of this release on every node first`;
