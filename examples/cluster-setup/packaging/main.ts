// Builds the Debian package beside the program: pnpm --filter @sleepi3/cluster-setup run deb → dist/cluster-setup_VERSION_all.deb.
import { execFileSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from './build-package.js';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const lastCommit = () => execFileSync('git', ['log', '-1', '--format=%ct', '--', '.'], { cwd: home, encoding: 'utf8' });
const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? lastCommit());
console.log(buildPackage(resolve(process.argv[2] ?? join(home, 'dist')), epoch));
