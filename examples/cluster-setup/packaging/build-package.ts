// The Debian package cluster-setup: the program, the example file, its schema and the manual page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bashCompletion, manualPageOf, renderManualPage } from '@sleepi3/program';
import { buildProgramPackage } from '../../../tools/debian/program-package.js';
import { version } from '../package.json';
import { program } from '../src/program/commands.js';
import { manualPage } from './manual-page.js';

const home = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(home, path), 'utf8');
const schema = 'usr/share/cluster-setup/cluster.schema.json';

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns The path of the package.
 */
export function buildPackage(directory: string, epoch: number): string {
  return buildProgramPackage(
    {
      name: 'cluster-setup',
      version,
      home,
      program: join(directory, 'cluster-setup'),
      manualPage: (date) => renderManualPage(manualPageOf(program, manualPage, { version, date })),
      files: {
        'usr/share/bash-completion/completions/cluster-setup': { content: bashCompletion(program) },
        [schema]: { content: read('cluster.schema.json') },
        'usr/share/doc/cluster-setup/examples/cluster.yaml': {
          content: read('cluster.yaml').replace('$schema=./cluster.schema.json', `$schema=/${schema}`),
        },
      },
    },
    directory,
    epoch,
  );
}
