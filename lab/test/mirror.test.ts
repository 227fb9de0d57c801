import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOfMirror, indexPackages, serveMirrors } from '../src/image/mirror.js';

describe('the mirror of the packages that a bare guest is to get', () => {
  let cache: string;
  let mirror: string;
  let server: Awaited<ReturnType<typeof serveMirrors>>;
  const ask = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);

  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'mirror-'));
    mirror = join(cache, 'image-bookworm-amd64-bare-0123', 'mirror');
    await mkdir(mirror, { recursive: true });
    await writeFile(join(mirror, 'one_1+b1_all.deb'), 'first');
    await writeFile(join(mirror, 'two_2_3a1.0~rc1_amd64.deb'), 'second');
    await writeFile(join(cache, 'secret'), 'not to be had');
    const control = ([, , path = '']: readonly string[]) => `Package: ${path.includes('one_') ? 'one' : 'two'}\n`;
    await indexPackages((command) => Promise.resolve({ stdout: control(command), stderr: '', status: 0 }), mirror);
    server = await serveMirrors(cache, '127.0.0.1', 0);
  });
  afterAll(async () => {
    server.close();
    await rm(cache, { recursive: true });
  });

  it('is a list with the size and the digest of each', async () => {
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(await readFile(join(mirror, 'Packages'), 'utf8')).toBe(
      `Package: one\nFilename: ./one_1+b1_all.deb\nSize: 5\nSHA256: ${digest('first')}\n\n` +
        `Package: two\nFilename: ./two_2_3a1.0~rc1_amd64.deb\nSize: 6\nSHA256: ${digest('second')}\n`,
    );
  });

  it('gives what is listed, under the names that apt asks for', async () => {
    const { pathname } = new URL(addressOfMirror('image-bookworm-amd64-bare-0123'));
    expect(await (await ask(`${pathname}./Packages`)).text()).toContain('Package: two');
    expect(await (await ask(`${pathname}./one_1%2bb1_all.deb`)).text()).toBe('first');
    expect(await (await ask(`${pathname}two_2_3a1.0%7erc1_amd64.deb`)).text()).toBe('second');
  });

  it.each(['Release', '..%2f..%2fsecret', '%', ''])('gives nothing else, as %s', async (name) => {
    expect((await ask(`/image-bookworm-amd64-bare-0123/mirror/${name}`)).status).toBe(404);
  });
});
