// What the lab needs of this machine, and how to get it.
import { LabError } from '../errors.js';
import { type Architecture, isNative, machineKinds } from '../machine/platform.js';
import { mustRun, type RunProgram } from '../program.js';

/** Programs, and the Debian packages that bring them. */
const programs: Readonly<Record<string, string>> = {
  'qemu-img': 'qemu-utils',
  debootstrap: 'debootstrap',
  'mkfs.ext4': 'e2fsprogs',
  ip: 'iproute2',
  unshare: 'util-linux',
};

/** Those for guests of an architecture: what runs them, and what their programs are made with. */
function programsFor(architecture: Architecture): Readonly<Record<string, string>> {
  const { qemu, qemuPackage, interpreter, compiler } = machineKinds[architecture];
  return {
    ...programs,
    [qemu]: qemuPackage,
    [compiler.program]: isNative(architecture) ? 'g++' : compiler.package,
    ...(isNative(architecture) ? {} : { [interpreter.program]: interpreter.package }),
  };
}

/** The outside, as far as requirements go. */
export interface RequirementHost {
  readonly run: RunProgram;
  /** Whether a program is there. */
  readonly has: (program: string) => boolean;
  /** The user is root. */
  readonly root: boolean;
}

/** The Debian packages that are missing here. */
export const missingPackages = (has: (program: string) => boolean, architecture: Architecture): string[] =>
  Object.entries(programsFor(architecture))
    .filter(([program]) => !has(program))
    .map(([, name]) => name);

/**
 * Makes sure that the lab can run here.
 * @param install installs what is missing, instead of saying so
 * @throws LabError `REQUIREMENT`
 */
export async function meetRequirements(
  host: RequirementHost,
  architecture: Architecture,
  install: boolean,
): Promise<void> {
  if (!host.root) {
    throw new LabError(
      'REQUIREMENT',
      'the lab needs root, for debootstrap and for a network of its own: run it with sudo',
    );
  }
  const missing = missingPackages(host.has, architecture);
  if (missing.length === 0) return;
  const words = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
  if (!install)
    throw new LabError('REQUIREMENT', `missing: ${missing.join(', ')}. Add --install, or run: ${words.join(' ')}`);
  await mustRun(host.run, ['apt-get', 'update', '--quiet=2']);
  await mustRun(host.run, words, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}
