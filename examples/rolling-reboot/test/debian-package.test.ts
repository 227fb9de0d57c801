import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/testing/real-parts.js';
import { buildPackage } from '../packaging/build-package.js';
import { type CommandDefinition, commandTable } from '../src/program/commands.js';
import { keyOf, settingNames } from '../src/settings.js';

const home = join(import.meta.dirname, '..');
const epoch = 1_767_225_600; // 2026-01-01
let directory: string;
let deb: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rolling-reboot-deb-'));
  const bundle = ['--silent', '--out-dir', join(directory, 'dist')];
  execFileSync(join(home, '../../node_modules/.bin/tsup'), bundle, { cwd: home });
  deb = buildPackage(join(directory, 'dist'), epoch);
}, 120_000);

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** A file of the package's. */
function packaged(path: string): Buffer {
  const tar = execFileSync('dpkg-deb', ['--fsys-tarfile', deb], { maxBuffer: 2 ** 26 });
  return execFileSync('tar', ['--extract', '--to-stdout', `./${path}`], { input: tar, maxBuffer: 2 ** 26 });
}

describe.runIf(haveRealParts('dpkg-deb', 'tar'))('the Debian package', () => {
  it('is the same to the byte when it is built again', () => {
    const first = readFileSync(deb);
    expect(readFileSync(buildPackage(join(directory, 'dist'), epoch)).equals(first)).toBe(true);
  });

  it("holds the program, for Debian's own Node", () => {
    expect(execFileSync('dpkg-deb', ['--field', deb], { encoding: 'utf8' })).toMatch(/^Package: rolling-reboot$/m);
    const program = join(directory, 'installed');
    writeFileSync(program, packaged('usr/sbin/rolling-reboot'));
    expect(readFileSync(program, 'utf8').split('\n', 1)).toEqual(['#!/usr/bin/node']);
    expect(execFileSync(process.execPath, [program, '--version'], { encoding: 'utf8' })).toBe('0.0.0\n');
  });

  it('leaves the settings to the administrator, and brings all units', () => {
    const conffiles = execFileSync('dpkg-deb', ['--ctrl-tarfile', deb]);
    expect(
      execFileSync('tar', ['--extract', '--to-stdout', './conffiles'], { input: conffiles, encoding: 'utf8' }),
    ).toBe('/etc/default/rolling-reboot\n');
    for (const unit of ['rolling-reboot.service', 'rolling-reboot.timer', 'rolling-reboot-resume.service']) {
      expect(packaged(`lib/systemd/system/${unit}`).equals(readFileSync(join(home, 'systemd', unit)))).toBe(true);
    }
  });

  it.runIf(haveRealParts('shellcheck'))('pleases shellcheck with its scripts', () => {
    const scripts = ['postinst', 'prerm', 'postrm'].map((script) => join(home, 'packaging', script));
    expect(spawnSync('shellcheck', scripts, { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 });
  });

  it.runIf(haveRealParts('lintian'))(
    'pleases lintian without overrides',
    () => {
      const { stdout, status } = spawnSync('lintian', ['--allow-root', '--pedantic', deb], { encoding: 'utf8' });
      expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    },
    300_000,
  );

  it.runIf(haveRealParts('man'))('has a manual page that renders without a warning and leaves nothing out', () => {
    const path = join(directory, 'rolling-reboot.8');
    writeFileSync(path, gunzipSync(packaged('usr/share/man/man8/rolling-reboot.8.gz')));
    const env = { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '100', PAGER: 'cat' };
    const { stdout, stderr, status } = spawnSync('man', ['--warnings', '--local-file', path], {
      encoding: 'utf8',
      env,
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    for (const [name, { options }] of Object.entries(commandTable) as readonly [string, CommandDefinition][]) {
      expect(stdout).toContain(`rolling-reboot ${name}`);
      for (const option of options) expect(stdout).toContain(`--${option}`);
    }
    for (const name of settingNames) expect(stdout).toContain(keyOf(name));
  });
});
