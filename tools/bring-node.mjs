// Brings a release line of Node and prints the path of its program: the published packages have to run on Node 18.20, the
// newest of the line that Debian 12 has, and on all that came after it. Kept in .tools, so that nothing is installed
// globally and a second run is quick and works offline. Needs npm only.
//
//   $(node tools/bring-node.mjs 18) packages/driver/dist/sleepi3.cjs version
//
// Importable as well: `bringNode(18)` gives the same path.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Pinned, so that a run today and one next year try the same.
const versions = { 18: '18.20.8', 20: '20.19.6', 22: '22.23.3', 24: '24.21.0' };
const tools = join(dirname(dirname(fileURLToPath(import.meta.url))), '.tools');

/**
 * The path of a program of that line for this machine. Throws when there is none yet and it cannot be installed.
 *
 * @param {18 | 20 | 22 | 24} line
 * @returns {string}
 */
export function bringNode(line) {
  const version = versions[line];
  if (version === undefined) throw new Error(`Node ${line} is none of ${Object.keys(versions).join(', ')}.`);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const home = join(tools, `node-${version}`);
  const program = join('node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(join(home, program))) {
    console.error(`Bringing Node ${version} …`);
    mkdirSync(tools, { recursive: true });
    // Installed aside and moved into place: whoever is interrupted or races with us leaves nothing half done there.
    const aside = mkdtempSync(join(tools, 'node-'));
    writeFileSync(join(aside, 'package.json'), '{ "private": true }\n');
    const result = spawnSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', `${name}@${version}`],
      { cwd: aside, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
    );
    if (result.status !== 0 || !existsSync(join(aside, program))) {
      rmSync(aside, { recursive: true, force: true });
      throw new Error(`Node ${version} could not be installed with npm. Is the npm registry reachable?`);
    }
    try {
      renameSync(aside, home);
    } catch {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  return join(home, program);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(bringNode(process.argv[2]));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
