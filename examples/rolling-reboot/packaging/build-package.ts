// The Debian package rolling-reboot: the program, its units, settings and manual page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bashCompletion, manualPageOf, renderManualPage } from '@sleepi3/program';
import { buildProgramPackage } from '../../../tools/debian/program-package.js';
import { version } from '../package.json';
import { program } from '../src/program/commands.js';
import { manualPage } from './manual-page.js';

const home = join(import.meta.dirname, '..');
const file = (path: string) => ({ content: readFileSync(join(home, path)) });

const units = ['rolling-reboot.service', 'rolling-reboot.timer', 'rolling-reboot-resume.service'];
const settings = 'etc/default/rolling-reboot';

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns The path of the package.
 */
export function buildPackage(directory: string, epoch: number): string {
  return buildProgramPackage(
    {
      name: 'rolling-reboot',
      version,
      home,
      program: join(directory, 'rolling-reboot'),
      manualPage: (date) => renderManualPage(manualPageOf(program, manualPage, { version, date })),
      files: {
        ...Object.fromEntries(units.map((unit) => [`usr/lib/systemd/system/${unit}`, file(`systemd/${unit}`)])),
        'usr/share/bash-completion/completions/rolling-reboot': { content: bashCompletion(program) },
        [settings]: file('systemd/rolling-reboot.default'),
      },
      conffiles: [settings],
    },
    directory,
    epoch,
  );
}
