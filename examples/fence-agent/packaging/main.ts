// Builds the Debian package beside the program: pnpm --filter @sleepi3/fence-agent run deb → dist/fence-sleepi3_VERSION_all.deb.
// Another directory with a bundled fence_sleepi3 may be given as argument.
import { join, resolve } from 'node:path';
import { releaseEpoch } from '../../../tools/debian/release-epoch.js';
import { buildPackage } from './build-package.js';

const home = join(import.meta.dirname, '..');
console.log(buildPackage(resolve(process.argv[2] ?? join(home, 'dist')), releaseEpoch(home)));
