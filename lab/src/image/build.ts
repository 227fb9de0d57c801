// Makes the image of an ImagePlan: debootstrap, the packages, the lab's own files, one ext4 file, kernel and initrd
// beside it. No loop device, no mount that outlives the build.
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { askForSources, baseSource, parseDebianSources, sourcesList } from '../../../tools/parts/debian-sources.js';
import { LabError } from '../errors.js';
import { mustRun, type RunProgram } from '../program.js';
import { makeContainerImage } from './container.js';
import { isNative, machineKinds, type Platform } from '../machine/platform.js';
import { registerInterpreter } from './interpreter.js';
import type { Image } from './image.js';
import { addressOfMirror, indexPackages } from './mirror.js';
import {
  type Contents,
  fingerprint,
  guestPackages,
  type ImagePlan,
  initrdModules,
  type PlannedFile,
  units,
  unitsOn,
} from './plan.js';

/** How the build reaches the outside. */
export interface BuildTools {
  readonly run: RunProgram;
  /** One line per step. */
  readonly log: (line: string) => void;
}

/**
 * Reads the plan from the guest files of the lab, laid out as in the guest: those in `image`, and in `bare` what a bare machine
 * has besides.
 */
export async function readImagePlan(
  directory: string,
  { release, architecture }: Platform,
  contents: Contents,
): Promise<ImagePlan> {
  const { console } = machineKinds[architecture];
  const files: PlannedFile[] = [];
  for (const folder of ['image', ...(contents === 'bare' ? ['bare'] : [])].map((name) => join(directory, name))) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const source = join(entry.parentPath, entry.name);
      const { mode } = await stat(source);
      files.push({
        path: `/${relative(folder, source)}`.replace(anyConsole, console),
        content: Buffer.from((await readFile(source, 'utf8')).replaceAll(anyConsole, console)),
        executable: (mode & 0o100) !== 0,
      });
    }
  }
  return { platform: { release, architecture }, contents, files, diskSize: 4096 };
}

/** The serial console in the guests' files, whatever the architecture calls it. */
const anyConsole = 'ttyS0';

/** Where the image of this plan is kept, finished or not. */
export const imageDirectory = (cache: string, plan: ImagePlan): string => join(cache, `image-${fingerprint(plan)}`);

/** The image of this plan, if it was built before. */
export async function findImage(cache: string, plan: ImagePlan): Promise<Image | undefined> {
  const directory = imageDirectory(cache, plan);
  const image = imageIn(directory, plan.platform);
  const complete = await stat(image.disk).then(
    () => true,
    () => false,
  );
  return complete ? image : undefined;
}

/** The image of this plan: the kept one, or a new one. Takes minutes when it is new. Needs root. */
export async function buildImage(tools: BuildTools, cache: string, plan: ImagePlan): Promise<Image> {
  const kept = await findImage(cache, plan);
  if (kept) return kept;
  const directory = imageDirectory(cache, plan);
  const work = `${directory}.partial`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    await makeRoot(tools, join(cache, 'packages'), join(work, 'root'), plan);
    if (plan.contents === 'bare') await makeMirror(tools, work, plan, addressOfMirror(basename(directory)));
    await packRoot(tools, work, plan);
    await rm(directory, { recursive: true, force: true });
    await rename(work, directory);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
  return imageIn(directory, plan.platform);
}

const imageIn = (directory: string, platform: Platform): Image => ({
  platform,
  disk: join(directory, 'root.ext4'),
  kernel: join(directory, 'vmlinuz'),
  initrd: join(directory, 'initrd.img'),
});

const pcsSettings = '/usr/lib/python3/dist-packages/pcs/settings.py';
/** s. */
const pcsTimeout = 600;

async function makeRoot(tools: BuildTools, packages: string, root: string, plan: ImagePlan): Promise<void> {
  const { run, log } = tools;
  const targets = await mustRun(run, askForSources);
  const { release, architecture } = plan.platform;
  const sources = parseDebianSources(targets, release);
  const base = baseSource(sources, release);
  if (!base) {
    throw new LabError('IMAGE', `apt of this machine knows no repository of Debian; add one and run it again`);
  }
  if (!isNative(architecture)) {
    log(`programs of ${architecture} are run by an interpreter, which takes its time`);
    await registerInterpreter(run, architecture);
  }
  log('debootstrap: the base system');
  await mkdir(packages, { recursive: true });
  await mustRun(run, [
    ...[
      'debootstrap',
      '--variant=minbase',
      `--arch=${architecture}`,
      `--cache-dir=${packages}`,
      `--components=${base.component}`,
    ],
    ...[release, root, base.uri],
  ]);
  await writeFile(join(root, 'etc/apt/sources.list'), sourcesList(sources));
  // No daemon may start while packages are set up, and no manual is ever read in there.
  await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n');
  await chmod(join(root, 'usr/sbin/policy-rc.d'), 0o755);
  const excluded = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'];
  await writeFile(
    join(root, 'etc/dpkg/dpkg.cfg.d/sleepi3-lab'),
    ['force-unsafe-io', ...excluded.map((path) => `path-exclude=${path}`), ''].join('\n'),
  );
  await mkdir(join(root, 'etc/initramfs-tools'), { recursive: true });

  const inRoot = runnerIn(run, root);
  log(`apt: the packages of a ${plan.contents} machine`);
  await inRoot('apt-get', 'update', '--quiet=2');
  await inRoot(...install, ...guestPackages(plan.platform, plan.contents));
  await inRoot(...install, '--fix-broken');

  log('the container image of the service');
  const shared = join(root, 'usr/share/sleepi3-lab');
  await mkdir(shared, { recursive: true });
  if (plan.contents === 'bare') await inRoot(...install, 'lighttpd');
  await makeContainerImage(run, root, join(dirname(root), 'container'), join(shared, 'httpd.tar'), architecture);
  if (plan.contents === 'bare') await inRoot('apt-get', 'purge', '--yes', '--quiet=2', '--autoremove', 'lighttpd');

  log('the settings of the machines');
  // An emulated pcsd takes longer than the minute that pcs gives it, and pcs cluster setup cannot be told to wait.
  const patient = `sed -i 's/^default_request_timeout = .*/default_request_timeout = ${pcsTimeout}/' ${pcsSettings}`;
  if (plan.contents === 'whole') await inRoot('sh', '-c', patient);
  else {
    const hook = `DPkg::Post-Invoke { "if [ -e ${pcsSettings} ]; then ${patient}; fi"; };\n`;
    await writeFile(join(root, 'etc/apt/apt.conf.d/sleepi3-lab'), hook);
  }
  // The distribution's default cluster is not ours: there is none until one is made or brought.
  for (const path of ['etc/corosync/corosync.conf', 'etc/machine-id', 'var/lib/dbus/machine-id']) {
    await rm(join(root, path), { force: true });
  }
  await writeFile(join(root, 'etc/machine-id'), '');
  for (const { path, content, executable } of plan.files) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, executable ? 0o755 : 0o644);
  }
  await inRoot('systemctl', '--quiet', 'enable', ...unitsOn(plan.contents, units.enabled));
  await inRoot('systemctl', '--quiet', 'disable', ...unitsOn(plan.contents, units.disabled));
  await inRoot('systemctl', '--quiet', 'mask', ...units.masked);
  await inRoot('passwd', '--delete', 'root');

  log('the initrd');
  const conf = join(root, 'etc/initramfs-tools');
  await writeFile(join(conf, 'modules'), initrdModules.map((name) => `${name}\n`).join(''));
  await writeFile(join(conf, 'conf.d/sleepi3-lab'), 'MODULES=list\nBUSYBOX=auto\nCOMPRESS=gzip\nFSTYPE=ext4\n');
  await inRoot('update-initramfs', '-c', '-k', 'all');

  await inRoot('apt-get', 'clean');
  await rm(join(root, 'usr/sbin/policy-rc.d'));
  await rm(join(root, 'var/cache/debconf'), { recursive: true });
  if (plan.contents === 'whole') await rm(join(root, 'var/lib/apt/lists'), { recursive: true });
}

const install = ['apt-get', 'install', '--yes', '--quiet=2', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0'];

/** Runs programs in a root, as packages are set up. */
const runnerIn =
  (run: RunProgram, root: string) =>
  (...words: string[]) =>
    mustRun(run, ['chroot', root, ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C', INITRD: 'No' },
    });

/** What a bare machine lacks of a whole one, as a repository beside the image; the machine takes packages from there alone. */
async function makeMirror({ run, log }: BuildTools, work: string, plan: ImagePlan, address: string): Promise<void> {
  log('the mirror of the packages that it is to get');
  const root = join(work, 'root');
  await runnerIn(run, root)(...install, '--download-only', ...guestPackages(plan.platform, 'whole'));
  const archives = join(root, 'var/cache/apt/archives');
  const mirror = join(work, 'mirror');
  await mkdir(mirror);
  for (const name of await readdir(archives)) {
    // The epoch of a version is written as a percent sign and digits, which would have to be quoted once more in a URL.
    if (name.endsWith('.deb')) await rename(join(archives, name), join(mirror, name.replaceAll('%', '_')));
  }
  await indexPackages(run, mirror);
  await rm(join(root, 'var/lib/apt/lists'), { recursive: true });
  await writeFile(join(root, 'etc/apt/sources.list'), `deb [trusted=yes] ${address} ./\n`);
}

async function packRoot({ run, log }: BuildTools, work: string, plan: ImagePlan): Promise<void> {
  const root = join(work, 'root');
  const boot = join(root, 'boot');
  const image = imageIn(work, plan.platform);
  const names = await readdir(boot);
  const kernel = names.find((name) => name.startsWith('vmlinuz-'));
  const initrd = names.find((name) => name.startsWith('initrd.img-'));
  if (kernel === undefined || initrd === undefined)
    throw new LabError('IMAGE', `no kernel came with ${machineKinds[plan.platform.architecture].kernelPackage}`);
  await copyFile(join(boot, kernel), image.kernel);
  await copyFile(join(boot, initrd), image.initrd);
  log('the disk');
  await mustRun(run, [
    ...['mkfs.ext4', '-q', '-F', '-L', 'sleepi3-lab', '-m', '0', '-d', root],
    ...[`${image.disk}.partial`, `${plan.diskSize}M`],
  ]);
  await rm(root, { recursive: true });
  await rename(`${image.disk}.partial`, image.disk);
}
