// What the Debian packages have of i2c-bus, for every architecture whose compiler is on this machine.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringNode } from '../bring-node.mjs';
import { packagedI2cBus } from '../../packages/driver/src/bus/load-i2c-bus.js';
import { architectures, i2cBusFiles, missingCompilers, ownArchitecture } from '../debian/i2c-bus-addon.js';
import { haveRealParts } from './support/real-parts.js';

const machines = { amd64: 'X86-64', arm64: 'AArch64', armhf: 'ARM' } as const;
const compilers = { amd64: 'x86_64-linux-gnu-g++', arm64: 'aarch64-linux-gnu-g++', armhf: 'arm-linux-gnueabihf-g++' };
/** What the package's control file asks for. */
const control = readFileSync(join(import.meta.dirname, '../../examples/fence-agent/packaging/control'), 'utf8');
const promised = Number(/libc6 \(>= 2\.(\d+)\)/.exec(control)?.[1]);

describe.each(architectures)('i2c-bus for %s', (architecture) => {
  describe.runIf(haveRealParts(compilers[architecture], 'readelf'))('compiled', () => {
    let root: string;
    let files: ReturnType<typeof i2cBusFiles>;
    beforeAll(() => {
      root = mkdtempSync(join(tmpdir(), 'i2c-bus-'));
      files = i2cBusFiles(architecture);
      for (const [path, { content }] of Object.entries(files)) {
        mkdirSync(join(root, dirname(path)), { recursive: true });
        writeFileSync(join(root, path), content);
      }
    });
    afterAll(() => {
      rmSync(root, { recursive: true });
    });
    const addons = () => Object.keys(files).filter((path) => path.endsWith('.node'));

    it('is there for the Nodes of Debian 12 and of Debian 13', () => {
      const place = `${packagedI2cBus.slice(1)}/node_modules/i2c-bus`;
      expect(addons()).toEqual([`${place}/abi-108/i2c.node`, `${place}/abi-115/i2c.node`]);
    });

    it('is of that architecture, and needs no library but the C library of Debian 12', () => {
      expect(promised).toBeLessThanOrEqual(36);
      for (const addon of addons()) {
        const text = execFileSync('readelf', ['--file-header', '--dynamic', '--version-info', join(root, addon)], {
          encoding: 'utf8',
          env: { ...process.env, LC_ALL: 'C' },
        });
        expect(/Machine: +(.*)/.exec(text)?.[1]).toContain(machines[architecture]);
        const needed = [...text.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
        expect(needed.filter((name) => !/^(?:libc\.so\.6|ld-linux.*)$/.test(name ?? ''))).toEqual([]);
        const versions = [...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
        expect(Math.max(...versions)).toBeLessThanOrEqual(promised);
      }
    });

    it('is the same to the byte when it is compiled again', () => {
      for (const [path, { content }] of Object.entries(i2cBusFiles(architecture))) {
        expect(Buffer.compare(Buffer.from(content), Buffer.from(files[path]?.content ?? '')), path).toBe(0);
      }
    });

    // Only what this machine runs can be tried; of others there is nothing to skip.
    if (architecture !== ownArchitecture) return;

    it.each([18, 20] as const)('opens a bus on Node %i', (line) => {
      const directory = join(root, packagedI2cBus, 'node_modules/i2c-bus');
      const script = `require(${JSON.stringify(directory)}).openSync(4242).readByte(1, 2, (error) => console.log(error.code))`;
      expect(execFileSync(bringNode(line), ['-e', script], { encoding: 'utf8' })).toBe('ENOENT\n');
    });

    it('says which addon a Node lacks that it was not compiled for', () => {
      const script = `require(${JSON.stringify(join(root, packagedI2cBus, 'node_modules/i2c-bus'))})`;
      expect(spawnSync(bringNode(22), ['-e', script], { encoding: 'utf8' }).stderr).toContain(
        'i2c-bus/abi-127/i2c.node',
      );
    });
  });
});

describe('a compiler that is missing', () => {
  it('is named by the package that brings it', () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      expect(missingCompilers(['amd64', 'arm64', 'armhf']).toSorted()).toEqual(
        ['g++', 'g++-aarch64-linux-gnu', 'g++-arm-linux-gnueabihf', 'g++-x86-64-linux-gnu']
          .filter(
            (name) =>
              name !==
              { amd64: 'g++-x86-64-linux-gnu', arm64: 'g++-aarch64-linux-gnu', armhf: 'g++-arm-linux-gnueabihf' }[
                ownArchitecture
              ],
          )
          .toSorted(),
      );
    } finally {
      process.env['PATH'] = path;
    }
  });
});
