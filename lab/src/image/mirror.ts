// Packages for bare guests: a flat repository of Debian's (`deb ADDRESS ./`) of what the image was made from, served over HTTP
// on the lab's network.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { labAddress } from '../network/network.js';
import { mustRun, type RunProgram } from '../program.js';

/** Where guests find the mirror of an image, by the name of the image's directory. */
export const addressOfMirror = (image: string, host = labAddress): string => `http://${host}/${image}/mirror/`;

/** Writes the list of the packages in a directory, as apt wants it. */
export async function indexPackages(run: RunProgram, directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.deb')).sort();
  const entries: string[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const control = await mustRun(run, ['dpkg-deb', '--field', path]);
    const content = await readFile(path);
    const digest = createHash('sha256').update(content).digest('hex');
    entries.push(`${control.trimEnd()}\nFilename: ./${name}\nSize: ${content.length}\nSHA256: ${digest}\n`);
  }
  await writeFile(join(directory, 'Packages'), entries.join('\n'));
}

/** Serves the mirrors of all images in a cache, as long as this process lives. */
export async function serveMirrors(cache: string, address = labAddress, port = 80): Promise<Server> {
  const server = createServer((request, response) => {
    const [, image, name] = /^\/(image-[\w-]+)\/mirror\/(?:\.\/)?([\w.+~-]+)$/.exec(unquoted(request.url ?? '')) ?? [];
    const path = image !== undefined && name !== undefined && join(cache, image, 'mirror', name);
    const refuse = () => response.writeHead(404).end();
    if (path === false) return void refuse();
    stat(path).then(({ size }) => {
      response.writeHead(200, { 'content-length': size });
      createReadStream(path).pipe(response);
    }, refuse);
  });
  server.unref().listen(port, address);
  await once(server, 'listening');
  return server;
}

/** A path as it is meant; what is quoted wrongly names nothing. */
function unquoted(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
