import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testDebianPackage } from '../../../tools/test/support/debian-package.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { buildPackage } from '../packaging/build-package.js';

const home = join(import.meta.dirname, '..');
const { isBuilt, text, manualPage, unpacked } = testDebianPackage({
  name: 'alert-sleepi3',
  program: 'alert_sleepi3',
  home,
  buildPackage,
});

describe.runIf(isBuilt)('the Debian package', () => {
  it('brings the units', () => {
    for (const unit of ['alert-sleepi3.path', 'alert-sleepi3.service']) {
      expect(text(`usr/lib/systemd/system/${unit}`)).toBe(readFileSync(join(home, 'systemd', unit), 'utf8'));
    }
  });

  it.runIf(haveRealParts('shellcheck'))('pleases shellcheck with its scripts', () => {
    const scripts = ['postinst', 'prerm', 'postrm'].map((script) => unpacked(`DEBIAN/${script}`));
    expect(spawnSync('shellcheck', scripts, { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 });
  });

  it.runIf(haveRealParts('man'))('has a manual page with all commands', () => {
    const page = manualPage();
    for (const command of ['send', 'deliver', 'check', 'test']) expect(page).toContain(`alert_sleepi3 ${command}`);
  });
});
