// The tests that every Debian package of a program must pass, and the package unpacked for those of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram } from '../../bundle/bundle-program.js';
import { haveRealParts } from './real-parts.js';

export interface PackagedProgram {
  /** Name of the package. */
  readonly name: string;
  /** The program in it, installed in /usr/sbin. */
  readonly program: string;
  /** The folder of its sources. */
  readonly home: string;
  /** What of tools/parts its build drives, beside dpkg-deb and tar. */
  readonly drives?: readonly string[];
  /** Builds the package beside the bundled program in `directory`, and gives its path. */
  readonly buildPackage: (directory: string, epoch: number) => string;
}

/** What can be asked of the package; but for the first, while tests run, not before. */
export interface UnpackedPackage {
  /** Whether it is there: this machine has what it takes to build it. */
  readonly isBuilt: boolean;
  readonly deb: () => string;
  /** Where a file of it is unpacked: `usr/sbin/…`; those of its control archive are in `DEBIAN/`. */
  readonly unpacked: (file: string) => string;
  readonly text: (file: string) => string;
  /** Its manual page as a terminal shows it. */
  readonly manualPage: () => string;
}

/** 2026-01-01, s since 1970. */
const epoch = 1_767_225_600;

/** Builds the package before the tests of the file that calls this, and tests it. */
export function testDebianPackage({
  name,
  program,
  home,
  drives = [],
  buildPackage,
}: PackagedProgram): UnpackedPackage {
  let directory: string;
  let deb: string;
  const isBuilt = haveRealParts('dpkg-deb', 'tar', ...drives);
  const inDirectory = (path: string) => join(directory, path);

  beforeAll(() => {
    if (!isBuilt) return;
    directory = mkdtempSync(join(tmpdir(), `${name}-deb-`));
    bundleProgram(home, inDirectory('bundle'));
    deb = buildPackage(inDirectory('bundle'), epoch);
    execFileSync('dpkg-deb', ['--raw-extract', deb, inDirectory('unpacked')]);
  }, 120_000);
  afterAll(() => {
    if (isBuilt) rmSync(directory, { recursive: true });
  });

  const unpacked = (file: string) => inDirectory(`unpacked/${file}`);
  const text = (file: string) => readFileSync(unpacked(file), 'utf8');
  const man = (...options: readonly string[]) => {
    const page = unpacked(`usr/share/man/man8/${program}.8.gz`);
    const env = { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '100', PAGER: 'cat' };
    return spawnSync('man', [...options, '--local-file', page], { encoding: 'utf8', env });
  };

  describe.runIf(isBuilt)('the Debian package', () => {
    it('is the same to the byte when it is built again', () => {
      const first = readFileSync(deb);
      expect(readFileSync(buildPackage(inDirectory('bundle'), epoch)).equals(first)).toBe(true);
    });

    it("holds the program, for Debian's own Node", () => {
      expect(text('DEBIAN/control')).toMatch(new RegExp(`^Package: ${name}$`, 'm'));
      const path = `usr/sbin/${program}`;
      const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
      expect(text(path)).toMatch(
        /^#!\/usr\/bin\/node\n|^#!\/bin\/sh\n[^]*?\nexec \/usr\/bin\/node "\$0" "\$@"\n\*\/\n/,
      );
      expect(execFileSync(process.execPath, [unpacked(path), '--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
    });

    it.runIf(haveRealParts('lintian'))('pleases lintian without overrides', { timeout: 300_000 }, () => {
      const { stdout, status } = spawnSync('lintian', ['--allow-root', '--pedantic', deb], { encoding: 'utf8' });
      expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    });

    it.runIf(haveRealParts('man'))('has a manual page that renders without a warning', () => {
      expect(man('--warnings')).toMatchObject({ stderr: '', status: 0 });
    });
  });

  return { isBuilt, deb: () => deb, unpacked, text, manualPage: () => man().stdout };
}
