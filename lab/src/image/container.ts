// The container image of the service: a static busybox with one page, in the format of `docker save`, made here without
// a registry.
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, type RunProgram } from '../program.js';

/** The name under which docker knows the image. */
export const containerImage = 'httpd';

/** Archives that are the same whenever they are made of the same. */
const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];

/**
 * Makes `docker load`'s archive at `archive`.
 * @param busybox a statically linked busybox of the guests' architecture
 * @param workspace an empty directory to work in, removed afterwards
 */
export async function makeContainerImage(
  run: RunProgram,
  busybox: string,
  workspace: string,
  archive: string,
): Promise<void> {
  const root = join(workspace, 'root');
  await mkdir(join(root, 'bin'), { recursive: true });
  await mkdir(join(root, 'www'));
  await copyFile(busybox, join(root, 'bin', 'busybox'));
  await chmod(join(root, 'bin', 'busybox'), 0o755);
  await writeFile(join(root, 'www', 'index.html'), '<html><body><h1>It works!</h1></body></html>\n');
  const layer = join(workspace, 'layer.tar');
  await mustRun(run, ['tar', '--create', '--file', layer, ...reproducible, '--directory', root, '.']);
  const digest = createHash('sha256')
    .update(await readFile(layer))
    .digest('hex');
  const config = {
    architecture: 'amd64',
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { Cmd: ['/bin/busybox', 'httpd', '-f', '-p', '80', '-h', '/www'], ExposedPorts: { '80/tcp': {} } },
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
