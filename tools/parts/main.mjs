// `npm run parts`: installs what of Debian's the tests drive and this machine lacks. Needs Node alone, and root or sudo.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { findPart, missingParts } from './parts.mjs';

const policy = '/usr/sbin/policy-rc.d';
const lists = '/var/lib/apt/lists';
const asRoot = process.getuid?.() === 0 ? [] : ['sudo'];
const waiting = ['-o', 'DPkg::Lock::Timeout=600'];

process.exitCode = bring();

function bring() {
  const missing = missingParts();
  if (missing.length === 0) {
    console.log('Every part that the tests drive is on this machine.');
    return 0;
  }
  if (findPart('apt-get') === undefined) {
    console.error(`The tests drive programs of Debian's, and this machine has no apt-get: ${names(missing)}.`);
    return 1;
  }
  // A source that cannot be reached need not be one that is needed: the installation says so if it is.
  if (run('apt-get', ['update', '-qq']) !== 0) console.error('apt-get update failed; going on with the lists at hand.');
  if (!readdirSync(lists).some((name) => name.endsWith('Release'))) {
    console.error(`There are no lists of packages in ${lists}: see what apt-get update says above.`);
    return 1;
  }
  const packages = [...new Set(missing.map(({ packages }) => packages.find(isKnown) ?? packages.at(-1)))].sort();
  console.log(`Installing ${packages.join(', ')} …`);
  const status = withoutServices(() =>
    run('apt-get', [...waiting, 'install', '--yes', '-qq', '--no-install-recommends', ...packages]),
  );
  const still = missingParts();
  if (status === 0 && still.length === 0) return 0;
  if (still.length > 0) console.error(`Still missing: ${names(still)}.`);
  return 1;
}

/** What they bring that is not here. */
function names(missing) {
  return missing.flatMap(({ brings }) => brings.filter((name) => findPart(name) === undefined)).join(', ');
}

function isKnown(name) {
  const { stdout } = spawnSync('apt-cache', ['policy', name], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return /^ {2}Candidate: (?!\(none\))/m.test(stdout ?? '');
}

/** No daemon of a cluster is to start on the machine that tests: a policy-rc.d says so, unless there is one already. */
function withoutServices(action) {
  if (existsSync(policy)) return action();
  run('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' >${policy} && chmod 755 ${policy}`]);
  try {
    return action();
  } finally {
    run('rm', ['-f', policy]);
  }
}

function run(command, words) {
  const [program, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', command, ...words];
  // What apt-get prints goes to where errors go: quiet as it is told to be, it still talks.
  return spawnSync(program, rest, { stdio: ['ignore', 2, 2] }).status ?? 1;
}
