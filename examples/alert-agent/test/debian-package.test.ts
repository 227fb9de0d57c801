import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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

  it('starts no Node for a call of Pacemaker that is no news', () => {
    const file = unpacked('usr/sbin/alert_sleepi3');
    const strange = join(file, '..', 'alert_without_node');
    writeFileSync(strange, text('usr/sbin/alert_sleepi3').replace('/usr/bin/node', '/nonexistent/node'), {
      mode: 0o755,
    });
    const call = (env: Readonly<Record<string, string>>, ...words: readonly string[]) =>
      spawnSync(strange, words, { env: { PATH: '/usr/bin:/bin', ...env }, encoding: 'utf8' }).status;
    const resource = { CRM_alert_kind: 'resource', CRM_alert_target_rc: '0' };
    const started = 127; // what sh says where there is no such program
    expect(call({ ...resource, CRM_alert_rc: '0' })).toBe(0);
    expect(call({ CRM_alert_kind: 'attribute' })).toBe(0);
    expect(call({ ...resource, CRM_alert_rc: '7' })).toBe(started);
    expect(call({ CRM_alert_kind: 'fencing', CRM_alert_rc: '0', CRM_alert_target_rc: '0' })).toBe(started);
    expect(call({ CRM_alert_kind: 'node' })).toBe(started);
    expect(call({})).toBe(started);
    expect(call({ ...resource, CRM_alert_rc: '0' }, 'send', 'title')).toBe(started);
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
