// The container image of the service: lighttpd with one page, in the format of `docker save`, made here without a
// registry. A server of one process: one that forks for each request takes an emulated machine several times as much.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Architecture } from '../machine/platform.js';
import { mustRun, type RunProgram } from '../program.js';

/** The name under which docker knows the image. */
export const containerImage = 'httpd';

/** Archives that are the same whenever they are made of the same. */
const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];

/** The program, where Debian's package has it. */
const server = '/usr/sbin/lighttpd';
const settings = '/etc/lighttpd.conf';

/**
 * Makes `docker load`'s archive at `archive`.
 * @param system the root of a Debian that has lighttpd: program and libraries come from there
 * @param workspace an empty directory to work in, removed afterwards
 */
export async function makeContainerImage(
  run: RunProgram,
  system: string,
  workspace: string,
  archive: string,
  architecture: Architecture,
): Promise<void> {
  const root = join(workspace, 'root');
  for (const path of [server, ...parseLibraries(await mustRun(run, ['chroot', system, 'ldd', server]))]) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    // What a link leads to, under the name of the link.
    await copyFile(await realpathIn(run, system, path), join(root, path));
  }
  await mkdir(join(root, 'www'));
  await writeFile(join(root, 'www', 'index.html'), '<html><body><h1>It works!</h1></body></html>\n');
  await mkdir(join(root, dirname(settings)), { recursive: true });
  await writeFile(
    join(root, settings),
    [
      'server.document-root = "/www"',
      'index-file.names = ("index.html")',
      'mimetype.assign = (".html" => "text/html")',
      '',
    ].join('\n'),
  );
  const layer = join(workspace, 'layer.tar');
  await mustRun(run, ['tar', '--create', '--file', layer, ...reproducible, '--directory', root, '.']);
  const digest = createHash('sha256')
    .update(await readFile(layer))
    .digest('hex');
  const config = {
    architecture,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { Cmd: [server, '-D', '-f', settings], ExposedPorts: { '80/tcp': {} } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  await writeFile(join(workspace, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [`${containerImage}:latest`], Layers: ['layer.tar'] }];
  await writeFile(join(workspace, 'manifest.json'), JSON.stringify(manifest));
  await mustRun(run, [
    ...['tar', '--create', '--file', archive, ...reproducible, '--directory', workspace],
    ...['manifest.json', 'config.json', 'layer.tar'],
  ]);
  await rm(workspace, { recursive: true });
}

/** The files that ldd says a program is linked to: `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`. */
export const parseLibraries = (text: string): string[] =>
  [...text.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)].map(([, path = '']) => path);

/** Where a path of the system really leads, seen from outside. */
async function realpathIn(run: RunProgram, system: string, path: string): Promise<string> {
  return join(system, (await mustRun(run, ['chroot', system, 'realpath', path])).trim());
}
