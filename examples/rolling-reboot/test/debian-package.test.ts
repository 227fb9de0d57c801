import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testDebianPackage } from '../../../tools/test/support/debian-package.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { buildPackage } from '../packaging/build-package.js';
import { program } from '../src/program/commands.js';
import { keyOf, settingNames } from '../src/settings.js';

const home = join(import.meta.dirname, '..');
const { text, manualPage, unpacked } = testDebianPackage({
  name: 'rolling-reboot',
  program: 'rolling-reboot',
  home,
  buildPackage,
});

describe.runIf(haveRealParts('dpkg-deb', 'tar'))('the Debian package', () => {
  it('leaves the settings to the administrator, and brings all units', () => {
    expect(text('DEBIAN/conffiles')).toBe('/etc/default/rolling-reboot\n');
    for (const unit of ['rolling-reboot.service', 'rolling-reboot.timer', 'rolling-reboot-resume.service']) {
      expect(text(`usr/lib/systemd/system/${unit}`)).toBe(readFileSync(join(home, 'systemd', unit), 'utf8'));
    }
  });

  it.runIf(haveRealParts('shellcheck'))('pleases shellcheck with its scripts', () => {
    const scripts = ['postinst', 'prerm', 'postrm'].map((script) => unpacked(`DEBIAN/${script}`));
    expect(spawnSync('shellcheck', scripts, { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 });
  });

  it.runIf(haveRealParts('man'))('has a manual page that leaves nothing out', () => {
    const page = manualPage();
    for (const [name, { options }] of Object.entries(program.commands)) {
      expect(page).toContain(`rolling-reboot ${name}`);
      for (const option of Object.keys(options)) expect(page).toContain(`--${option}`);
    }
    for (const name of settingNames) expect(page).toContain(keyOf(name));
  });
});
