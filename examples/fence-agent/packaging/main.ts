// Builds the Debian package beside the program: pnpm --filter @sleepi3/fence-agent run deb → dist/fence-sleepi3_VERSION_all.deb.
// Another directory with a bundled fence_sleepi3 may be given as argument.
import { execFileSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from './build-package.js';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const lastCommit = () => execFileSync('git', ['log', '-1', '--format=%ct', '--', '.'], { cwd: home, encoding: 'utf8' });
const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? lastCommit());
console.log(buildPackage(resolve(process.argv[2] ?? join(home, 'dist')), epoch));
