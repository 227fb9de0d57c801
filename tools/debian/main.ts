// Builds the Debian packages of all programs into out/debian: npm run deb [-- ARCHITECTURE…]. What belongs to an architecture is
// built for each that is named, or for all.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { buildPackage as alertAgent } from '../../examples/alert-agent/packaging/build-package.js';
import { buildPackage as clusterSetup } from '../../examples/cluster-setup/packaging/build-package.js';
import { buildPackage as fenceAgent } from '../../examples/fence-agent/packaging/build-package.js';
import { buildPackage as rollingReboot } from '../../examples/rolling-reboot/packaging/build-package.js';
import { bundleProgram } from '../bundle/bundle-program.js';
import { type Architecture, architectures, howToInstall, missingCompilers, ownArchitecture } from './i2c-bus-addon.js';
import { releaseEpoch } from './release-epoch.js';

const root = join(import.meta.dirname, '../..');
const out = join(root, 'out/debian');

/** The programs by their folders, and what builds their packages beside the bundled program in a directory. */
const programs: Readonly<
  Record<string, (directory: string, epoch: number, wanted: readonly Architecture[]) => string[]>
> = {
  'fence-agent': (directory, epoch, wanted) => wanted.map((one) => fenceAgent(directory, epoch, one)),
  'rolling-reboot': (directory, epoch) => [rollingReboot(directory, epoch)],
  'cluster-setup': (directory, epoch) => [clusterSetup(directory, epoch)],
  'alert-agent': (directory, epoch) => [alertAgent(directory, epoch)],
};

/** The architectures of the command line; undefined when a word of it is none. */
function architecturesOf(words: readonly string[]): readonly Architecture[] | undefined {
  const known = words.map((word) => architectures.find((one) => one === word));
  const wanted = known.filter((one) => one !== undefined);
  if (wanted.length < words.length) return undefined;
  return words.length === 0 ? architectures : wanted;
}

function build(wanted: readonly Architecture[]): void {
  // Only packages of this run are there afterwards: what is installed by a pattern is not to meet an older one.
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [folder, buildPackages] of Object.entries(programs)) {
    const home = join(root, 'examples', folder);
    const workspace = mkdtempSync(join(out, '.build-'));
    try {
      bundleProgram(home, workspace);
      for (const built of buildPackages(workspace, releaseEpoch(home), wanted)) {
        const kept = join(out, basename(built));
        renameSync(built, kept);
        console.log(relative(root, kept));
      }
    } finally {
      rmSync(workspace, { recursive: true });
    }
  }
}

const wanted = architecturesOf(process.argv.slice(2));
const missing = missingCompilers(wanted ?? []);
if (wanted === undefined) {
  console.error(`usage: npm run deb [-- ARCHITECTURE…]; the architectures are ${architectures.join(', ')}`);
  process.exitCode = 1;
} else if (missing.length > 0) {
  console.error(`${howToInstall(missing)}\nOr for this machine alone: npm run deb -- ${ownArchitecture}`);
  process.exitCode = 1;
} else build(wanted);
