import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDebianPackage } from '../../../tools/test/support/debian-package.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { canMakeScratchRoot, makeScratchRoot, type ScratchRoot } from '../../../tools/test/support/scratch-root.js';
import { buildPackage } from '../packaging/build-package.js';
import { program } from '../src/program/commands.js';
import { keyOf, settingNames } from '../src/settings.js';

const home = join(import.meta.dirname, '..');
const { isBuilt, deb, text, manualPage, unpacked } = testDebianPackage({
  name: 'rolling-reboot',
  program: 'rolling-reboot',
  home,
  buildPackage,
});

describe.runIf(isBuilt)('the Debian package', () => {
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

describe.runIf(isBuilt && haveRealParts('dpkg', 'systemctl', 'unshare', 'nsenter') && canMakeScratchRoot())(
  'installed',
  () => {
    let root: ScratchRoot;
    beforeAll(async () => {
      root = await makeScratchRoot([deb()]);
    });
    afterAll(() => root.close());

    it('leaves nothing behind when it is purged, not even the link of a timer that the administrator enabled', async () => {
      await root.run('dpkg --force-depends --install /tmp/rolling-reboot_*.deb');
      await root.run(
        'systemctl enable rolling-reboot.timer; mkdir -p /var/lib/rolling-reboot; touch /var/lib/rolling-reboot/x',
      );
      const links = '/etc/systemd/system/timers.target.wants/rolling-reboot.timer';
      expect(await root.run(`readlink ${links}`)).toContain('/lib/systemd/system/rolling-reboot.timer');
      await root.run('dpkg --purge rolling-reboot');
      expect(await root.run('find /etc /usr /var /run -xdev -name "rolling-reboot*"')).toBe('');
    });

    it('keeps what the administrator enabled over an upgrade', async () => {
      await root.run('dpkg --force-depends --install /tmp/rolling-reboot_*.deb; systemctl enable rolling-reboot.timer');
      await root.run('dpkg --force-depends --install /tmp/rolling-reboot_*.deb');
      expect(await root.run('systemctl is-enabled rolling-reboot.timer')).toBe('enabled\n');
    });
  },
);
