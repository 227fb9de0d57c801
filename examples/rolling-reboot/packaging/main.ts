// Builds the Debian package beside the program: pnpm --filter @sleepi3/rolling-reboot run deb → dist/rolling-reboot_VERSION_all.deb.
// Another directory with a bundled rolling-reboot may be given as argument.
import { join, resolve } from 'node:path';
import { releaseEpoch } from '../../../tools/debian/release-epoch.js';
import { buildPackage } from './build-package.js';

const home = join(import.meta.dirname, '..');
console.log(buildPackage(resolve(process.argv[2] ?? join(home, 'dist')), releaseEpoch(home)));
