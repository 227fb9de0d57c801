// The page "A fence agent of your own", followed from its first command to its last in an empty folder: what it says to type is
// typed, in the order of the page, where it says so. Packages come from this repository and from what is installed in it, so
// no network is needed; the commands of a node (sudo) are left to the tests under the real pacemaker-fenced.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readText } from './support/repository.js';

const root = join(import.meta.dirname, '../..');
const page = readText(root, 'docs/guide/fence-agent-of-your-own.md');
const built = existsSync(join(root, 'packages/fence-protocol/dist/index.js'));
if (!built && process.env['CI'] === 'true')
  throw new Error('the packages have to be built before the page is followed');

interface Step {
  readonly heading: string;
  readonly language: string;
  readonly code: string;
}

/** All blocks of the page, each with the heading over it. */
const steps: readonly Step[] = page
  .split(/^## /m)
  .slice(1)
  .flatMap((part) =>
    [...part.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language = '', code = '']) => ({
      heading: part.slice(0, part.indexOf('\n')),
      language,
      code,
    })),
  );
const inSection = (heading: string, language: string) =>
  steps.filter((step) => step.heading === heading && step.language === language).map(({ code }) => code);

/**
 * Stands for npm where there may be no network: `npm install` takes the packages of this repository as packed, and others as
 * they are installed here. Everything else is npm's.
 */
const npmInstead = `#!/usr/bin/env node
const { spawnSync } = require('node:child_process');
const [verb, ...words] = process.argv.slice(2);
const end = (result) => process.exit(result.status ?? 1);
if (verb !== 'install') end(spawnSync(process.env.REAL_NPM, [verb, ...words], { stdio: 'inherit' }));
for (const name of words.filter((word) => !word.startsWith('-'))) {
  const result = spawnSync(process.execPath, [process.env.PLACE_PACKAGE, name], { stdio: 'inherit' });
  if (result.status !== 0) end(result);
}
`;
const placePackage = `
const { existsSync, mkdirSync, realpathSync, symlinkSync, readFileSync, cpSync } = require('node:fs');
const { dirname, join } = require('node:path');
const name = process.argv[2];
const place = join(process.cwd(), 'node_modules', name);
if (existsSync(place)) process.exit(0);
const packed = join(process.env.PACKED, name);
const homes = ['node_modules', 'node_modules/.pnpm/node_modules'].map((folder) => join(process.env.REPOSITORY, folder, name));
const home = [packed, ...homes].find(existsSync);
if (home === undefined) throw new Error(name + ' is not installed in the repository');
mkdirSync(dirname(place), { recursive: true });
if (home === packed) cpSync(home, place, { recursive: true });
else symlinkSync(realpathSync(home), place);
const { bin = {} } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
const bins = typeof bin === 'string' ? { [name]: bin } : bin;
mkdirSync(join(process.cwd(), 'node_modules/.bin'), { recursive: true });
for (const [command, file] of Object.entries(bins)) symlinkSync(join(place, file), join(process.cwd(), 'node_modules/.bin', command));
`;

describe.runIf(built)('the page about a fence agent of your own', () => {
  let folder: string;
  let project: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'guide-agent-'));
    project = join(folder, 'fence-restrelay');
    const pack = ['--filter', 'fence-protocol', 'pack', '--pack-destination', folder];
    execFileSync(process.execPath, [join(root, 'tools/bootstrap.mjs'), ...pack], { cwd: root, stdio: 'pipe' });
    const packed = join(folder, 'packed/@sleepi3/fence-protocol');
    mkdirSync(packed, { recursive: true });
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    execFileSync('tar', ['-xzf', join(folder, tarball), '-C', packed, '--strip-components=1']);
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/npm'), npmInstead);
    chmodSync(join(folder, 'bin/npm'), 0o755);
    writeFileSync(join(folder, 'place-package.cjs'), placePackage);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Types a block into a shell, which ends at the first command that fails. */
  const type = (code: string, where = project) => {
    const env = {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      REAL_NPM: realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim()),
      PLACE_PACKAGE: join(folder, 'place-package.cjs'),
      PACKED: join(folder, 'packed'),
      REPOSITORY: root,
      // Colours would stand between the words that are looked for, and vitest paints on CI.
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
    };
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', code], {
      timeout: 100_000,
      cwd: where,
      env,
      encoding: 'utf8',
    });
    return { status, out: stdout, all: stdout + stderr };
  };
  /** Writes a file that the page shows under its name. */
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  };

  it('makes a project', () => {
    const [commands = ''] = inSection('An empty project', 'sh');
    expect(type(commands, folder)).toMatchObject({ status: 0 });
    const [manifest = '', compiler = ''] = inSection('An empty project', 'json');
    const made = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as Record<string, unknown>;
    write('package.json', JSON.stringify({ ...made, ...(JSON.parse(manifest) as object) }));
    write('tsconfig.json', compiler);
    for (const { code } of steps.filter(({ language }) => language === 'ts')) {
      write(/^\/\/ (\S+)/.exec(code)?.[1] ?? 'unnamed', code);
    }
    expect(readdirSync(project).filter((name) => name.endsWith('.ts'))).toEqual([
      ...['agent.test.ts', 'agent.ts', 'main.ts', 'relay.ts'],
    ]);
  });

  it('compiles and passes its tests under node --test', () => {
    const [commands = ''] = inSection('Test it', 'sh');
    const { status, all } = type(commands);
    expect(all).toMatch(/^(?:#|ℹ) pass 3$/m);
    expect(all).toMatch(/^(?:#|ℹ) fail 0$/m);
    expect(status).toBe(0);
  });

  it('passes the same tests under vitest, with the one line that the page names', () => {
    const [, commands = ''] = inSection('Test it', 'sh');
    const line = /`(import \{[^`]*from 'vitest')`/.exec(page)?.[1] ?? '';
    const test = readFileSync(join(project, 'agent.test.ts'), 'utf8');
    write('agent.test.ts', `${line};\n${test.replaceAll(/^import .* from 'node:.*';\n/gm, '')}`);
    const { status, all } = type(commands);
    write('agent.test.ts', test);
    expect(all).toMatch(/Tests\s+3 passed/);
    expect(status).toBe(0);
  });

  it('builds one executable file that runs where it lies, and against the relay', async () => {
    const [build = '', run = ''] = inSection('Build it and run it', 'sh');
    const first = type(build);
    expect(first.all).toContain('<resource-agent name="fence_restrelay"');
    expect(first.status).toBe(0);
    // 8080 may be taken on this machine.
    const port = String(await freePort());
    write('relay.ts', readFileSync(join(project, 'relay.ts'), 'utf8').replaceAll('8080', port));
    const { status, all } = type(run.replaceAll('8080', port));
    expect(all).toContain('Status: ON\nSuccess: Rebooted\n0,,ON\n1,,ON\n2,,ON\n3,,ON\n');
    expect(status).toBe(0);
    // Nobody listens there now.
    const refused = type(`./dist/fence_restrelay --ip=127.0.0.1 --ipport=${port} --action=status --plug=1`);
    expect(refused.status).toBe(1);
    expect(refused.all).toContain(/`(Failed: http:[^`]*)`/.exec(page)?.[1]?.replaceAll('8080', port));
  });

  it('installs it with the command of the page, and it runs there, on its own', () => {
    const [install = ''] = inSection('Install it', 'sh');
    const there = join(folder, 'sbin');
    mkdirSync(there);
    const [command = ''] = install.split('\n');
    expect(command).toBe('sudo install -m 755 dist/fence_restrelay /usr/sbin/fence_restrelay');
    expect(type(command.replace('sudo ', '').replace('/usr/sbin', there)).status).toBe(0);
    expect(type('./fence_restrelay --help', there)).toMatchObject({
      status: 0,
      out: expect.stringContaining('--ipport'),
    });
  });

  it('has no block that is not looked at here', () => {
    expect(steps.map(({ heading, language }) => `${heading}: ${language}`)).toEqual([
      ...['An empty project: sh', 'An empty project: json', 'An empty project: json', 'The agent: ts', 'The agent: ts'],
      ...['Test it: ts', 'Test it: sh', 'Test it: sh', 'Build it and run it: sh', 'Build it and run it: ts'],
      ...['Build it and run it: sh', 'Install it: sh', 'Install it: sh'],
    ]);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
