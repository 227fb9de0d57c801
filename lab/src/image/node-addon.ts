// i2c-bus for the guests' own Node: its addon is bound to one version of Node, and this machine's is another one.
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, type RunProgram } from '../program.js';

/** Where the packages are on this machine: i2c-bus, what it needs to run, and nan, which it needs to be compiled. */
export interface AddonSources {
  readonly i2cBus: string;
  readonly nan: string;
  /** Of i2c-bus; part of the image's fingerprint. */
  readonly version: string;
  /** Packages that i2c-bus loads, as directories by name. */
  readonly needs: Readonly<Record<string, string>>;
}

/** Where Node looks for what a program in /usr/sbin imports. */
export const guestModules = 'usr/node_modules';

/** Compiles the addon against the guests' Node and puts it, with what it needs, into the guests' root. */
export async function installI2cBus(run: RunProgram, sources: AddonSources, root: string): Promise<void> {
  await copyModules({ 'i2c-bus': sources.i2cBus, ...sources.needs }, join(root, guestModules));
  const build = join(root, guestModules, 'i2c-bus', 'build');
  await rm(build, { recursive: true, force: true });
  await mkdir(join(build, 'Release'), { recursive: true });

  const headers = join(root, 'tmp', 'headers');
  const download = 'mkdir /tmp/headers && cd /tmp/headers && apt-get download --quiet=2 libnode-dev libuv1-dev';
  await mustRun(run, ['chroot', root, 'sh', '-c', download]);
  for (const archive of await readdir(headers)) {
    await mustRun(run, ['dpkg-deb', '--extract', join(headers, archive), headers]);
  }
  const include = [join(headers, 'usr/include/node'), join(headers, 'usr/include'), sources.nan];
  await mustRun(run, [
    ...[
      'g++',
      '-shared',
      '-fPIC',
      '-O1',
      '-w',
      '-std=gnu++17',
      '-DNODE_GYP_MODULE_NAME=i2c',
      '-DBUILDING_NODE_EXTENSION',
    ],
    ...include.map((directory) => `-I${directory}`),
    ...[join(sources.i2cBus, 'src', 'i2c.cc'), '-o', join(build, 'Release', 'i2c.node')],
  ]);
  await rm(headers, { recursive: true });
}

/** Copies packages into a node_modules directory, links followed, without the dependencies inside them. */
export async function copyModules(modules: Readonly<Record<string, string>>, target: string): Promise<void> {
  for (const [name, directory] of Object.entries(modules)) {
    await cp(directory, join(target, name), {
      recursive: true,
      dereference: true,
      filter: (source) => source !== join(directory, 'node_modules'),
    });
  }
}
