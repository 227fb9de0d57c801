// What `npm start` and `npm test` run first: brings the pinned pnpm and the
// dependencies if they are missing, then hands over to pnpm. Needs Node and npm only.
//
//   node tools/bootstrap.mjs run check        →  pnpm run check
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

requireNode(manifest.engines.node);
const pnpm = bringPnpm(manifest.packageManager);
if (!['install', 'add', 'update'].includes(process.argv[2])) bringDependencies(pnpm);
process.exitCode = runPnpm(pnpm, process.argv.slice(2));

function requireNode(range) {
  const wanted = /(\d+)\.(\d+)/.exec(range);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > Number(wanted[1]) || (major === Number(wanted[1]) && minor >= Number(wanted[2]));
  if (!enough) fail(`Node ${range} is needed to work on this repository, this is ${process.versions.node}.`);
}

/** The pinned pnpm, kept in .tools so that nothing is installed globally. */
function bringPnpm(spec) {
  const version = spec.split('@')[1];
  const home = join(root, '.tools', `pnpm-${version}`);
  const cli = join(home, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  if (!existsSync(cli)) {
    console.error(`Bringing pnpm ${version} …`);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
    const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const result = spawnSync(
      npm[0],
      [...npm.slice(1), 'install', '--no-audit', '--no-fund', '--loglevel=error', `pnpm@${version}`],
      { cwd: home, stdio: ['ignore', 2, 2], shell: npm[0] === 'npm' && process.platform === 'win32' },
    );
    if (result.status !== 0 || !existsSync(cli)) {
      fail(`pnpm ${version} could not be installed with npm. Is the npm registry reachable?`);
    }
  }
  return { cli, bin: join(home, 'node_modules', '.bin') };
}

/** Runs `pnpm install` unless nothing that it depends on has changed since it last succeeded. */
function bringDependencies(pnpm) {
  const stamp = join(root, 'node_modules', '.sleepi3-installed');
  const state = installState();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  console.error('Installing dependencies …');
  const status = runPnpm(pnpm, ['install', '--frozen-lockfile', '--reporter=append-only'], ['ignore', 2, 2]);
  if (status !== 0) fail('The dependencies could not be installed; pnpm says why above.');
  writeFileSync(stamp, state);
}

function installState() {
  const hash = createHash('sha256').update(process.version + process.arch);
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'lab/package.json'];
  for (const folder of ['packages', 'examples']) {
    for (const name of readdirSync(join(root, folder)).sort()) files.push(`${folder}/${name}/package.json`);
  }
  for (const file of files) {
    const path = join(root, file);
    hash.update(file).update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex');
}

function runPnpm(pnpm, args, stdio = 'inherit') {
  const result = spawnSync(process.execPath, [pnpm.cli, ...args], {
    cwd: root,
    stdio,
    env: { ...process.env, PATH: pnpm.bin + delimiter + process.env.PATH },
  });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
