// i2c-bus for the nodes: its addon, compiled here for each architecture and for each Node that a Debian of the nodes has,
// so that no node needs a compiler. The package's own JavaScript is taken as it is.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bringNode, type NodeLine } from '../bring-node.mjs';
import { packagedI2cBus } from '../../packages/driver/src/bus/load-i2c-bus.js';
import type { PackagedFile } from './debian-package.js';

/** An architecture of Debian that a Raspberry Pi runs, or that the lab does. */
export type Architecture = 'amd64' | 'arm64' | 'armhf';

interface Target {
  /** What Node calls it. */
  readonly arch: string;
  readonly compiler: string;
  /** The Debian package of the compiler on a machine of another architecture. */
  readonly package: string;
}

const targets: Readonly<Record<Architecture, Target>> = {
  amd64: { arch: 'x64', compiler: 'x86_64-linux-gnu-g++', package: 'g++-x86-64-linux-gnu' },
  arm64: { arch: 'arm64', compiler: 'aarch64-linux-gnu-g++', package: 'g++-aarch64-linux-gnu' },
  armhf: { arch: 'arm', compiler: 'arm-linux-gnueabihf-g++', package: 'g++-arm-linux-gnueabihf' },
};

export const architectures = Object.keys(targets) as Architecture[];

/** The architecture of this machine; amd64 where packages are made for another. */
export const ownArchitecture = architectures.find((one) => targets[one].arch === process.arch) ?? 'amd64';

/** What compiles for it: a part of tools/parts. */
export const ownCompiler = targets[ownArchitecture].compiler;

/** The Nodes of the releases of Debian that nodes run, by what Node calls `process.versions.modules`. */
const nodeLines: Readonly<Record<number, NodeLine>> = {
  /** Debian 12. */
  108: 18,
  /** Debian 13. */
  115: 20,
};

/** Where the driver looks for it. */
const modules = `${packagedI2cBus.slice(1)}/node_modules`;
const directory = `${modules}/i2c-bus`;

/** What i2c-bus asks for its addon, in the place of the package `bindings`, which looks in fourteen places. */
const bindings = 'module.exports = (name) => require(`./i2c-bus/abi-${process.versions.modules}/${name}`);\n';

/**
 * What the Debian package of an architecture has of i2c-bus.
 *
 * @throws Error when the compiler is missing; it says how to install it.
 */
export function i2cBusFiles(architecture: Architecture): Record<string, PackagedFile> {
  const missing = missingCompilers([architecture]);
  if (missing.length > 0) throw new Error(howToInstall(missing));
  const { home, nan } = sources();
  const addons = Object.entries(nodeLines).map(([abi, line]) => [
    `${directory}/abi-${abi}/i2c.node`,
    { content: compile(architecture, line, home, nan) },
  ]);
  return {
    [`${directory}/package.json`]: { content: readFileSync(join(home, 'package.json')) },
    [`${directory}/i2c-bus.js`]: { content: readFileSync(join(home, 'i2c-bus.js')) },
    [`${modules}/bindings.js`]: { content: bindings },
    ...(Object.fromEntries(addons) as Record<string, PackagedFile>),
  };
}

/** The Debian packages of the compilers that are not on this machine. */
export const missingCompilers = (wanted: readonly Architecture[]): string[] =>
  wanted
    .filter((one) => spawnSync(targets[one].compiler, ['--version'], { stdio: 'ignore' }).status !== 0)
    .map((one) => (one === ownArchitecture ? 'g++' : targets[one].package));

export const howToInstall = (packages: readonly string[]): string =>
  `compilers are missing: sudo apt-get install --no-install-recommends ${packages.join(' ')}`;

/** What the copyright file of such a package has to say of it. */
export const i2cBusCopyright = `
Files: ${directory}/*
Copyright: 2013 fivdi
           2018 NAN contributors
License: Expat
`;

/** i2c-bus and nan, which it needs to be compiled, as they are installed here. */
function sources(): { readonly home: string; readonly nan: string } {
  const fromDriver = createRequire(join(import.meta.dirname, '../../packages/driver/package.json'));
  const manifest = fromDriver.resolve('i2c-bus/package.json');
  return { home: dirname(manifest), nan: dirname(createRequire(manifest).resolve('nan/package.json')) };
}

/**
 * Read before everything else. From glibc 2.38 on strtol and the like are others for C23, which the C library of Debian 12 does not
 * have: an addon that is compiled on Debian 13 is to load there, too. Its C++ library, of which parts are linked in, calls one of them.
 */
const olderLibrary = `#include <features.h>
#undef __GLIBC_USE_C2X_STRTOL
#define __GLIBC_USE_C2X_STRTOL 0
#undef __GLIBC_USE_C23_STRTOL
#define __GLIBC_USE_C23_STRTOL 0
#include <stdlib.h>
extern "C" __attribute__((visibility("hidden"), used))
unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }
`;

/** What it loads with is the C library alone: of the C++ library it takes the parts that it uses along. */
function compile(architecture: Architecture, line: NodeLine, home: string, nan: string): Buffer {
  const node = dirname(dirname(bringNode(line)));
  const workspace = mkdtempSync(join(tmpdir(), 'i2c-bus-'));
  const output = join(workspace, 'i2c.node');
  const first = join(workspace, 'older-library.h');
  try {
    writeFileSync(first, olderLibrary);
    execFileSync(
      targets[architecture].compiler,
      [
        ...['-shared', '-fPIC', '-O2', '-std=gnu++17', '-fno-exceptions', '-fno-rtti', '-w'],
        // As Debian builds its own.
        ...['-fstack-protector-strong', '-D_FORTIFY_SOURCE=2', '-Wl,-z,relro', '-Wl,-z,now'],
        ...['-static-libstdc++', '-static-libgcc', '-Wl,--exclude-libs,ALL', '-s'],
        ...['-DNODE_GYP_MODULE_NAME=i2c', '-DBUILDING_NODE_EXTENSION'],
        // The same bytes wherever the sources are.
        ...[`-ffile-prefix-map=${home}=i2c-bus`, `-ffile-prefix-map=${nan}=nan`, `-ffile-prefix-map=${node}=node`],
        ...['-include', first],
        ...[`-I${join(node, 'include/node')}`, `-I${nan}`, join(home, 'src/i2c.cc'), '-o', output],
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    return readFileSync(output);
  } finally {
    rmSync(workspace, { recursive: true });
  }
}
