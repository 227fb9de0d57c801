// The Debian package cluster-setup: the program, the example file, its schema and the manual page.
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

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns The path of the package.
 */
export function buildPackage(directory: string, epoch: number): string {
  const date = checkedEpoch(epoch);
  const name = 'cluster-setup';
  const control = read('packaging/control');
  const documentation = `usr/share/doc/${name}`;
  const schema = `usr/share/${name}/cluster.schema.json`;
  const files: Record<string, PackagedFile> = {
    'usr/sbin/cluster-setup': program(join(directory, 'cluster-setup')),
    [schema]: { content: read('cluster.schema.json') },
    [`${documentation}/examples/cluster.yaml`]: {
      content: read('cluster.yaml').replace('$schema=./cluster.schema.json', `$schema=/${schema}`),
    },
    'usr/share/man/man8/cluster-setup.8.gz': gzipped(renderManualPage(manualPage(version, date))),
    [`${documentation}/copyright`]: { content: read('../../tools/debian/copyright') },
    [`${documentation}/README.md.gz`]: gzipped(read('README.md')),
    [`${documentation}/README.ja.md.gz`]: gzipped(read('README.ja.md')),
    [`${documentation}/changelog.gz`]: changelog(name, version, control, date),
  };
  return buildDebianPackage({ name, version, control, files }, directory, epoch);
}
