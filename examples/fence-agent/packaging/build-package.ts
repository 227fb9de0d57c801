// The Debian package as data, and dpkg-deb called on it. The same sources and the same time give the same bytes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { version } from '../package.json';
import { createAgent } from '../src/agent.js';
import { commands } from '../src/commands.js';
import { renderBashCompletion } from './bash-completion.js';
import { renderManualPage } from './manual-page.js';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch Every time in it, s since 1970.
 * @returns The path of the package.
 */
export function buildPackage(directory: string, epoch: number): string {
  if (!Number.isSafeInteger(epoch)) throw new Error('set SOURCE_DATE_EPOCH to the seconds since 1970 of the release');
  const files = installedFiles(join(directory, 'fence_sleepi3'), new Date(epoch * 1000));
  const target = join(directory, `fence-sleepi3_${version}_all.deb`);
  const stage = mkdtempSync(join(tmpdir(), 'fence-sleepi3-'));
  try {
    chmodSync(stage, 0o755);
    for (const [path, file] of Object.entries(files)) place(stage, path, file);
    place(stage, 'DEBIAN/control', { content: control(files) });
    place(stage, 'DEBIAN/md5sums', { content: checksums(files) });
    for (const script of maintainerScripts) place(stage, `DEBIAN/${script}`, { content: own(script), mode: 0o755 });
    const build = ['dpkg-deb', '--root-owner-group', '-Zxz', '--build', stage, target];
    execFileSync('env', [`SOURCE_DATE_EPOCH=${epoch}`, ...build], { stdio: ['ignore', 'ignore', 'inherit'] });
    return target;
  } finally {
    rmSync(stage, { recursive: true });
  }
}

const maintainerScripts = ['postinst', 'prerm', 'postrm'] as const;

interface PackagedFile {
  readonly content: string | Buffer;
  readonly mode?: number;
}

type Files = Readonly<Record<string, PackagedFile>>;

/** What is installed, by its place. */
function installedFiles(program: string, date: Date): Files {
  const agent = createAgent(version, () => Promise.reject(new Error('nothing is run here')));
  const readmes = Object.fromEntries(
    ['README.md', 'README.ja.md'].map((name) => [
      `usr/share/doc/fence-sleepi3/${name}.gz`,
      { content: gzipped(own(`../${name}`)) },
    ]),
  );
  return {
    'usr/sbin/fence_sleepi3': {
      // Debian's own Node, wherever PATH may lead.
      content: readFileSync(program, 'utf8').replace(/^#!.*/, '#!/usr/bin/node'),
      mode: 0o755,
    },
    'lib/systemd/system/fence-sleepi3-boot.service': { content: own('fence-sleepi3-boot.service') },
    'lib/systemd/system/fence-sleepi3-observe.service': { content: own('fence-sleepi3-observe.service') },
    'usr/share/bash-completion/completions/fence_sleepi3': { content: renderBashCompletion(agent, commands) },
    'usr/share/man/man8/fence_sleepi3.8.gz': {
      content: gzipped(renderManualPage({ agent, commands, version, date })),
    },
    'usr/share/doc/fence-sleepi3/copyright': { content: own('copyright') },
    ...readmes,
    'usr/share/doc/fence-sleepi3/changelog.gz': { content: gzipped(changelog(date)) },
  };
}

function place(stage: string, path: string, { content, mode = 0o644 }: PackagedFile): void {
  const target = join(stage, path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  writeFileSync(target, content);
  chmodSync(target, mode);
}

function control(files: Files): string {
  const kibibytes = Object.values(files).reduce((sum, { content }) => sum + Math.ceil(content.length / 1024) + 1, 0);
  return own('control').replace('@VERSION@', version).replace('@INSTALLED_SIZE@', String(kibibytes));
}

function checksums(files: Files): string {
  return Object.entries(files)
    .map(([path, { content }]) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`)
    .join('');
}

function changelog(date: Date): string {
  const day = date.toUTCString().replace('GMT', '+0000');
  const maintainer = /^Maintainer: (.*)$/m.exec(own('control'))?.[1] ?? '';
  return `fence-sleepi3 (${version}) unstable; urgency=medium

  * Release ${version} of fence_sleepi3.

 -- ${maintainer}  ${day}
`;
}

function own(name: string): string {
  return readFileSync(join(here, name), 'utf8');
}

function gzipped(content: string): Buffer {
  return gzipSync(content, { level: 9 });
}
