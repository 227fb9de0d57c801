import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImagePlan } from '../src/image/build.js';
import { fingerprint, guestPackages, type ImagePlan, units } from '../src/image/plan.js';

const file = (path: string, content: string, executable = false) => ({
  path,
  content: Buffer.from(content),
  executable,
});
const plan: ImagePlan = {
  contents: 'whole',
  diskSize: 4096,
  platform: { release: 'bookworm', architecture: 'amd64' },
  files: [file('/etc/a', 'one'), file('/usr/b', 'two', true)],
};

describe("the image's fingerprint", () => {
  it('is the same for the same image, in whatever order its files were found', () => {
    expect(fingerprint({ ...plan, files: [...plan.files].reverse() })).toBe(fingerprint(plan));
  });

  it.each([
    ['a byte', { ...plan, files: [file('/etc/a', 'onf'), plan.files[1]!] }],
    ['a path', { ...plan, files: [file('/etc/c', 'one'), plan.files[1]!] }],
    ['an executable bit', { ...plan, files: [file('/etc/a', 'one', true), plan.files[1]!] }],
    [
      'where one file ends and the next begins',
      { ...plan, files: [file('/etc/a', 'onetwo'), file('/usr/b', '', true)] },
    ],
    ['the release', { ...plan, platform: { ...plan.platform, release: 'trixie' } }],
    ['the architecture', { ...plan, platform: { ...plan.platform, architecture: 'arm64' } }],
    ['what is on it', { ...plan, contents: 'bare' }],
    ['the size of the disk', { ...plan, diskSize: 8192 }],
    ['a file more', { ...plan, files: [...plan.files, file('/etc/d', '')] }],
  ] satisfies [string, ImagePlan][])('changes with %s', (_, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(plan));
  });
});

describe("the guests' packages", () => {
  it('have the kernel of their architecture, and docker in as many parts as their release has it', () => {
    const packages = guestPackages({ release: 'trixie', architecture: 'arm64' }, 'whole');
    expect(packages).toEqual(expect.arrayContaining(['linux-image-arm64', 'docker.io', 'docker-cli', 'pcs']));
    expect(guestPackages({ release: 'bookworm', architecture: 'amd64' }, 'whole')).not.toContain('docker-cli');
  });

  it('are nothing of a cluster on a bare machine, whose board can be read', () => {
    const packages = guestPackages({ release: 'bookworm', architecture: 'amd64' }, 'bare');
    expect(packages).toContain('i2c-tools');
    for (const name of ['nodejs', 'docker.io', 'pacemaker', 'pacemaker-cli-utils', 'corosync', 'pcs', 'fence-agents']) {
      expect(packages).not.toContain(name);
    }
  });
});

describe("the guests' own files", () => {
  const directory = join(import.meta.dirname, '..', 'guest');

  it('and the platform are all that an image is known by, whatever else the command line says', async () => {
    const platform = { release: 'bookworm', architecture: 'amd64' } as const;
    const more = { ...platform, times: 3, extout: 'released' };
    expect(fingerprint(await readImagePlan(directory, more, 'bare'))).toBe(
      fingerprint(await readImagePlan(directory, platform, 'bare')),
    );
  });

  it("name the serial console of the guests' architecture", async () => {
    const { files } = await readImagePlan(directory, { release: 'trixie', architecture: 'arm64' }, 'whole');
    expect(files.map(({ path }) => path)).toContain(
      '/etc/systemd/system/serial-getty@ttyAMA0.service.d/autologin.conf',
    );
    for (const { path, content } of files) expect(path + content.toString()).not.toContain('ttyS0');
  });

  it('bring every unit of the lab that is to be enabled, and name no host of the outside', async () => {
    const { files } = await readImagePlan(directory, { release: 'trixie', architecture: 'amd64' }, 'whole');
    const paths = files.map(({ path }) => path);
    for (const unit of units.enabled.filter((name) => name.startsWith('sleepi3'))) {
      expect(paths).toContain(`/etc/systemd/system/${unit}`);
    }
    for (const { content } of files) expect(content.toString()).not.toMatch(/https?:\/\/(?!192\.168\.11\.|\{node\})/);
  });
});
