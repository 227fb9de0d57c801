// The tests that drive real programs (pcs, Pacemaker, the reference fence agents, lintian …) with those of another release of
// Debian than this machine's: npm run other-release -- RELEASE [WORDS…]. A root of that release is made once, outside the repository, and
// the words are run in it, on this machine's kernel; vitest with those tests by default. Needs root.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { bringNode } from '../bring-node.mjs';
import {
  askForSources,
  baseSource,
  parseDebianSources,
  type Release,
  releases,
  sourcesList,
} from './debian-sources.js';
import { timed } from './processor-time.js';

const repository = join(import.meta.dirname, '../..');

/** The files of tests that ask for a real part. */
function suites(): string[] {
  const homes = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(repository, folder)).map((name) => join(folder, name, 'test')),
  );
  return [...homes, 'lab/test', 'tools/test']
    .filter((folder) => existsSync(join(repository, folder)))
    .flatMap((folder) =>
      readdirSync(join(repository, folder), { encoding: 'utf8', recursive: true }).map((name) => join(folder, name)),
    )
    .filter((file) => file.endsWith('.test.ts') && asksForParts.test(readFileSync(join(repository, file), 'utf8')));
}
const asksForParts = /\b(?:haveRealParts|havePacemaker)\b/;

function rootOf(release: Release): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'sleepi3', `debian-${release}`);
}

/** Makes the root, under its name only when it is whole. */
function makeRoot(release: Release, root: string): void {
  const sources = parseDebianSources(run(askForSources), release);
  const base = baseSource(sources, release);
  if (base === undefined)
    throw new Error('apt of this machine knows no repository of Debian; add one and run it again');
  const partial = `${root}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  run(['debootstrap', '--variant=minbase', `--components=${base.component}`, release, partial, base.uri]);
  writeFileSync(join(partial, 'etc/apt/sources.list'), sourcesList(sources));
  writeFileSync(join(partial, 'etc/dpkg/dpkg.cfg.d/parts'), 'force-unsafe-io\n');
  // No daemon is to start, now or by what a test installs.
  writeFileSync(join(partial, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const inRoot = (...words: string[]) =>
    run(['chroot', partial, 'env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C', ...words]);
  inRoot('apt-get', 'update', '--quiet=2');
  inRoot('apt-get', 'install', '--yes', '--quiet=2', '--no-install-recommends', 'nodejs');
  renameSync(partial, root);
}

function run(words: readonly string[]): string {
  const [program = '', ...rest] = words;
  return execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
}

/** This machine's processes and devices, and the repository, where they are here; everything else is the root's own. */
const inside = `set -e
root=$1 repository=$2
shift 2
# The root of the namespace, and not only of a process: tests make namespaces in it, and enter them.
mount --bind "$root" "$root"
for place in proc sys dev; do mount --rbind "/$place" "$root/$place"; done
for place in tmp run; do mount -t tmpfs tmpfs "$root/$place"; done
mkdir -p "$root$repository"
mount --rbind "$repository" "$root$repository"
cd "$root"
mkdir -p mnt
pivot_root . mnt
umount --lazy /mnt
cd "$repository"
exec "$@"`;

/** Runs words in the root, in a mount namespace that ends with them. */
function runInside(root: string, words: readonly string[]): number {
  const isolated = ['--mount', '--propagation', 'private', 'sh', '-c', inside, 'sh', root, repository];
  const env = { ...process.env, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };
  return spawnSync('unshare', [...isolated, ...words], { stdio: 'inherit', env }).status ?? 1;
}

function main([word, ...words]: readonly string[]): number {
  const release = releases.find((each) => each === word);
  if (release === undefined) {
    console.error(`usage: npm run other-release -- ${releases.join('|')} [WORDS…]`);
    return 1;
  }
  const lacking = ['debootstrap', 'unshare', 'pivot_root'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  if (process.getuid?.() !== 0 || lacking.length > 0) {
    console.error(`it needs root${lacking.length > 0 ? ' and: apt-get install debootstrap util-linux' : ''}`);
    return 1;
  }
  const root = rootOf(release);
  if (!existsSync(root)) told(`Making ${root}`, () => makeRoot(release, root));
  // The tests' own Node is the same in every release; Debian's is for the programs.
  const node = bringNode(20);
  const missing = told(`Programs of ${release}`, () =>
    runInside(root, [node, join(repository, 'tools/parts/main.mjs')]),
  );
  if (missing !== 0) return missing;
  const vitest = [node, join(repository, 'node_modules/vitest/vitest.mjs'), 'run', ...suites()];
  return told(words.length > 0 ? words.join(' ') : `Tests with the programs of ${release}`, () =>
    runInside(root, words.length > 0 ? words : vitest),
  );
}

/** Says what is done, then what it took: some of it takes minutes. */
function told<T>(what: string, action: () => T): T {
  console.error(`${what} …`);
  const { result, took } = timed(action);
  console.error(`${what}: ${took}`);
  return result;
}

process.exitCode = main(process.argv.slice(2));
