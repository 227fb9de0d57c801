import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImagePlan } from '../src/image/build.js';
import { baseSource, fingerprint, type ImagePlan, parseDebianSources, sourcesList, units } from '../src/image/plan.js';

const file = (path: string, content: string, executable = false) => ({
  path,
  content: Buffer.from(content),
  executable,
});
const plan: ImagePlan = {
  diskSize: 4096,
  i2cBus: '5.2.3',
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
    ['the version of i2c-bus', { ...plan, i2cBus: '5.2.4' }],
    ['the size of the disk', { ...plan, diskSize: 8192 }],
    ['a file more', { ...plan, files: [...plan.files, file('/etc/d', '')] }],
  ])('changes with %s', (_, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(plan));
  });
});

describe("the machine's Debian sources", () => {
  const text = [
    'http://mirror.test/debian/|bookworm|main',
    'http://mirror.test/debian/|bookworm|main',
    'http://mirror.test/debian/|bookworm-updates|main',
    'http://mirror.test/security/|bookworm-security|main',
    'http://elsewhere.test/node/|nodistro|main',
    'http://mirror.test/debian/|trixie|main',
    'http://mirror.test/debian/|bookworm|contrib',
    '',
  ].join('\n');

  it('are those of the guests’ release, each once', () => {
    expect(parseDebianSources(text).map(({ suite }) => suite)).toEqual([
      'bookworm',
      'bookworm-updates',
      'bookworm-security',
    ]);
  });

  it('become the guests’ own, and debootstrap begins with the release itself', () => {
    const sources = parseDebianSources(text);
    expect(baseSource(sources)?.uri).toBe('http://mirror.test/debian/');
    expect(sourcesList(sources)).toBe(
      'deb http://mirror.test/debian/ bookworm main\n' +
        'deb http://mirror.test/debian/ bookworm-updates main\n' +
        'deb http://mirror.test/security/ bookworm-security main\n',
    );
  });

  it('lack the base system on a machine of another release', () => {
    expect(baseSource(parseDebianSources('http://mirror.test/debian/|trixie|main'))).toBeUndefined();
  });
});

describe("the guests' own files", () => {
  it('bring every unit of the lab that is to be enabled, and name no host of the outside', async () => {
    const { files } = await readImagePlan(join(import.meta.dirname, '..', 'guest', 'image'), {
      ...{ i2cBus: '/i2c-bus', nan: '/nan', version: '5.2.3', needs: {} },
    });
    const paths = files.map(({ path }) => path);
    for (const unit of units.enabled.filter((name) => name.startsWith('sleepi3'))) {
      expect(paths).toContain(`/etc/systemd/system/${unit}`);
    }
    for (const { content } of files) expect(content.toString()).not.toMatch(/https?:\/\/(?!192\.168\.11\.|\{node\})/);
  });
});
