// What `npm start`, `npm test` and the others run first: brings the pinned pnpm and the dependencies if they are missing,
// then hands over to pnpm. Needs Node and npm only.
//
//   node tools/bootstrap.mjs exec tsc         →  pnpm exec tsc
//   node tools/bootstrap.mjs demo             →  bundles the fence agent, then pnpm run demo in its folder
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Whether this run has begun its log. */
let logIsOurs = false;

requireNode(manifest.engines.node);
const pnpm = bringPnpm(manifest.packageManager);
if (!['install', 'add', 'update'].includes(process.argv[2])) bringDependencies(pnpm);
process.exitCode = process.argv[2] === 'demo' ? demo(pnpm) : runPnpm(pnpm, process.argv.slice(2));

/** One node fences the other, on virtual boards, through the agent as it is shipped. */
function demo(pnpm) {
  const inAgent = ['--silent', '--filter', '@sleepi3/fence-agent', 'run'];
  setUp('fence_sleepi3, into one file', 'Is this checkout whole?', (stdio) => {
    return runPnpm(pnpm, [...inAgent, 'bundle'], stdio) === 0;
  });
  console.error();
  return runPnpm(pnpm, [...inAgent, 'demo', ...process.argv.slice(3)]);
}

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
    const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
    setUp(`pnpm ${version}, into .tools`, 'Is the npm registry reachable?', (stdio) => {
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
      const { status } = spawnSync(
        npm[0],
        [...npm.slice(1), 'install', '--no-audit', '--no-fund', '--loglevel=error', `pnpm@${version}`],
        { cwd: home, stdio, shell: npm[0] === 'npm' && process.platform === 'win32' },
      );
      return status === 0 && existsSync(cli);
    });
  }
  return { cli, bin: join(home, 'node_modules', '.bin') };
}

/** Runs `pnpm install` unless nothing that it depends on has changed since it last succeeded. */
function bringDependencies(pnpm) {
  const stamp = join(root, 'node_modules', '.sleepi3-installed');
  const state = installState();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  setUp('the dependencies, into node_modules', 'Is the npm registry reachable?', (stdio) => {
    return runPnpm(pnpm, ['install', '--frozen-lockfile', '--reporter=append-only'], stdio) === 0;
  });
  // What the checks remember of the files was said with the old dependencies.
  for (const name of ['types.tsbuildinfo', 'eslint']) rmSync(join(root, '.cache', name), { force: true });
  writeFileSync(stamp, state);
}

/** One step of the set-up is one line; what its programs say goes into a file, and its end is shown when they fail. */
function setUp(what, question, action) {
  const path = join(root, '.cache', 'set-up.log');
  mkdirSync(dirname(path), { recursive: true });
  const log = openSync(path, logIsOurs ? 'a' : 'w');
  logIsOurs = true;
  const begun = performance.now();
  process.stderr.write(`Set-up: ${what} … `);
  writeSync(log, `\n== ${what}\n`);
  const done = action(['ignore', log, log]);
  closeSync(log);
  if (done) {
    process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
    return;
  }
  console.error(`failed. ${question} The end of ${relative(process.cwd(), path)}:\n`);
  fail(readFileSync(path, 'utf8').trimEnd().split('\n').slice(-20).join('\n'));
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
