// Builds the Debian package beside the program: pnpm --filter @sleepi3/alert-agent run deb → dist/alert-sleepi3_VERSION_all.deb.
// Another directory with a bundled alert_sleepi3 may be given as argument.
import { join, resolve } from 'node:path';
import { releaseEpoch } from '../../../tools/debian/release-epoch.js';
import { buildPackage } from './build-package.js';

const home = join(import.meta.dirname, '..');
console.log(buildPackage(resolve(process.argv[2] ?? join(home, 'dist')), releaseEpoch(home)));
