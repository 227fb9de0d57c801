// The Debian package rolling-reboot: the program, its units, settings and manual page.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildDebianPackage,
  changelog,
  checkedEpoch,
  gzipped,
  type PackagedFile,
  program,
} from '../../../tools/debian/debian-package.js';
import { renderManualPage } from '../../../tools/debian/manual-page.js';
import { version } from '../package.json';
import { manualPage } from './manual-page.js';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (path: string) => readFileSync(join(home, path), 'utf8');
const file = (path: string): PackagedFile => ({ content: read(path) });

const units = ['rolling-reboot.service', 'rolling-reboot.timer', 'rolling-reboot-resume.service'];
const settings = 'etc/default/rolling-reboot';

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns The path of the package.
 */
export function buildPackage(directory: string, epoch: number): string {
  const date = checkedEpoch(epoch);
  const name = 'rolling-reboot';
  const control = read('packaging/control');
  const documentation = `usr/share/doc/${name}`;
  const files: Record<string, PackagedFile> = {
    'usr/sbin/rolling-reboot': program(join(directory, name)),
    ...Object.fromEntries(units.map((unit) => [`lib/systemd/system/${unit}`, file(`systemd/${unit}`)])),
    [settings]: file('systemd/rolling-reboot.default'),
    'usr/share/man/man8/rolling-reboot.8.gz': gzipped(renderManualPage(manualPage(version, date))),
    [`${documentation}/copyright`]: file('../../tools/debian/copyright'),
    [`${documentation}/README.md.gz`]: gzipped(read('README.md')),
    [`${documentation}/README.ja.md.gz`]: gzipped(read('README.ja.md')),
    [`${documentation}/changelog.gz`]: changelog(name, version, control, date),
  };
  const scripts = {
    postinst: read('packaging/postinst'),
    prerm: read('packaging/prerm'),
    postrm: read('packaging/postrm'),
  };
  return buildDebianPackage({ name, version, control, files, conffiles: [settings], scripts }, directory, epoch);
}
