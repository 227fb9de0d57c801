// The Debian package alert-sleepi3: the agent, the units that deliver, the manual page, and what Prometheus and Grafana read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bashCompletion, manualPageOf, renderManualPage } from '@sleepi3/program';
import { buildProgramPackage } from '../../../tools/debian/program-package.js';
import { version } from '../package.json';
import { program } from '../src/commands.js';
import { manualPage } from './manual-page.js';

const home = join(import.meta.dirname, '..');
const units = ['alert-sleepi3.path', 'alert-sleepi3.service'];

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns The path of the package.
 */
export function buildPackage(directory: string, epoch: number): string {
  return buildProgramPackage(
    {
      name: 'alert-sleepi3',
      version,
      home,
      program: join(directory, 'alert_sleepi3'),
      manualPage: (date) => renderManualPage(manualPageOf(program, manualPage, { version, date })),
      files: {
        ...Object.fromEntries(
          units.map((unit) => [
            `usr/lib/systemd/system/${unit}`,
            { content: readFileSync(join(home, 'systemd', unit)) },
          ]),
        ),
        ...Object.fromEntries(
          ['sleepi3.rules.yml', 'sleepi3.dashboard.json'].map((name) => [
            `usr/share/alert-sleepi3/${name}`,
            { content: readFileSync(join(home, 'prometheus', name)) },
          ]),
        ),
        'usr/share/bash-completion/completions/alert_sleepi3': { content: bashCompletion(program) },
      },
    },
    directory,
    epoch,
  );
}
