// What a stranger gets: each package is packed as for the registry, the tarball is looked into, then installed into a new
// project with npm, and used from there as TypeScript, as plain JavaScript and as CommonJS, on every line of Node; where there
// is no time, on the oldest and on this one.
import { createPackageFromTarballData, checkPackage } from '@arethetypeswrong/core';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringNode } from '../bring-node.mjs';

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

const root = join(import.meta.dirname, '../..');
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const manifestIn = (directory: string) => JSON.parse(read(directory, 'package.json')) as Manifest;

/** What is published, and what a tarball holds beside dist, README, LICENSE and package.json. */
const published = [
  { name: 'driver', besides: [] },
  { name: 'simulator', besides: ['fencing.svg'] },
  { name: 'fence-protocol', besides: ['docs'] },
  { name: 'pcs', besides: ['docs'] },
] as const;
const built = published.every(({ name }) => existsSync(join(root, 'packages', name, 'dist/index.js')));
if (!built && process.env['CI'] === 'true') throw new Error('the packages have to be built before they are packed');

describe.runIf(built)('the packages as published', () => {
  let directory: string;
  const tarballOf = (name: string) =>
    join(directory, `sleepi3-${name}-${manifestIn(join(root, 'packages', name)).version}.tgz`);
  const unpackedOf = (name: string) => join(directory, 'unpacked', name);

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'publishing-'));
    const pack = ['--filter', './packages/*', 'pack', '--pack-destination', directory];
    execFileSync(process.execPath, [join(root, 'tools/bootstrap.mjs'), ...pack], { cwd: root, stdio: 'pipe' });
    for (const { name } of published) {
      mkdirSync(unpackedOf(name), { recursive: true });
      execFileSync('tar', ['-xzf', tarballOf(name), '-C', unpackedOf(name), '--strip-components=1']);
    }
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  describe.each(published)('$name', ({ name, besides }) => {
    const filesOf = () =>
      execFileSync('tar', ['-tzf', tarballOf(name)], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((path) => path.replace(/^package\//, ''));

    it('holds what is built, its README, its licence, and no more', () => {
      const files = filesOf();
      const tops = new Set(files.map((path) => path.split('/')[0]));
      expect([...tops].sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json', ...besides].sort());
      const inDist = files.filter((path) => path.startsWith('dist/'));
      expect(inDist.filter((path) => !/^dist\/[\w-]+\.(?:js|js\.map|cjs|d\.ts|8)$/.test(path))).toEqual([]);
      expect(read(unpackedOf(name), 'LICENSE')).toBe(read(root, 'LICENSE'));
    });

    it('has nothing of the workspace in its manifest', () => {
      const manifest = manifestIn(unpackedOf(name));
      const { dependencies, exports } = manifest;
      expect(JSON.stringify({ dependencies, exports })).not.toMatch(/workspace:|@sleepi3\/source|\/src\//);
      expect(manifest.devDependencies).toBeUndefined();
      for (const [dependency, range] of Object.entries(dependencies ?? {})) {
        const [, sibling] = /^@sleepi3\/(.+)$/.exec(dependency) ?? [];
        if (sibling !== undefined) expect(range).toBe(`^${manifestIn(unpackedOf(sibling)).version}`);
      }
    });

    it('has source maps that carry their sources, and show no path of the machine they were made on', () => {
      const maps = filesOf().filter((path) => path.endsWith('.map'));
      expect(maps).not.toEqual([]);
      for (const path of maps) {
        const map = JSON.parse(read(unpackedOf(name), path)) as { sources: string[]; sourcesContent: unknown[] };
        expect(map.sources.filter((source) => !/^\.\.\/(?:src|\.\.\/[\w-]+\/src)\//.test(source))).toEqual([]);
        expect(map.sourcesContent.filter((content) => typeof content === 'string')).toHaveLength(map.sources.length);
      }
    });

    it('has what its README and its guides link to', () => {
      const files = new Set(filesOf());
      for (const page of [...files].filter((path) => path.endsWith('.md'))) {
        const links = [...read(unpackedOf(name), page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)];
        const targets = links.map(([, target = '']) => posix.join(posix.dirname(page), target));
        // A link out of the package leads to the guides, on GitHub and, by `repository.directory`, on npm's page.
        const isThere = (target: string) =>
          target.startsWith('../../docs/') ? existsSync(join(root, 'packages', name, target)) : files.has(target);
        expect(targets.filter((target) => !isThere(target))).toEqual([]);
      }
    });

    it('satisfies publint', async () => {
      const manifest = manifestIn(unpackedOf(name)) as unknown as Record<string, unknown>;
      const tarball = Uint8Array.from(readFileSync(tarballOf(name))).buffer;
      const { messages } = await publint({ pack: { tarball }, strict: true });
      expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
    });

    it('has types that fit its code wherever ESM is imported', async () => {
      const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarballOf(name)))));
      if (analysis.types === false) throw new Error('no types');
      const entries = Object.keys(manifestIn(unpackedOf(name)).exports).filter((entry) => entry !== './package.json');
      // All that it may find is what ESM only means: nothing for the resolution of before Node 12.7 and TypeScript 4.7,
      // and require() gets an ES module.
      const found = analysis.problems.map((problem) =>
        'entrypoint' in problem ? `${problem.entrypoint} ${problem.resolutionKind} ${problem.kind}` : problem.kind,
      );
      const esmOnly = ['node10 NoResolution', 'node16-cjs CJSResolvesToESM'];
      expect(found.sort()).toEqual(entries.flatMap((entry) => esmOnly.map((what) => `${entry} ${what}`)).sort());
    });
  });

  describe('in a new project, without optional dependencies', () => {
    let project: string;
    let compiled: string;
    const exampleOf = (name: string, mark: string) => {
      const examples = [...read(unpackedOf(name), 'README.md').matchAll(/```ts\n(.*?)```/gs)].map(
        ([, code = '']) => code,
      );
      const example = examples.find((code) => code.includes(mark));
      if (example === undefined) throw new Error(`no example in the README of ${name} has ${mark}`);
      return example;
    };
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    };
    const compile = (...options: string[]) =>
      spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', project, ...options], { encoding: 'utf8' }).stdout;
    const run = (node: string, program: string, ...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(node, [program, ...words], { cwd: project, encoding: 'utf8' });
      return { status, out: stdout, err: stderr };
    };
    const printed = (out: string) => ({ status: 0, out, err: '' });

    beforeAll(() => {
      project = join(directory, 'project');
      write('package.json', '{ "private": true, "type": "module" }');
      const install = ['install', '--omit=optional', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
      const types = `@types/node@${manifestIn(root).devDependencies?.['@types/node'] ?? ''}`;
      execFileSync('npm', [...install, types, ...published.map(({ name }) => tarballOf(name))], {
        cwd: project,
        stdio: 'pipe',
      });
      write(
        'tsconfig.json',
        JSON.stringify({
          compilerOptions: {
            target: 'ES2022',
            module: 'node16',
            strict: true,
            types: ['node'],
            outDir: 'built',
            rootDir: 'src',
          },
          include: ['src'],
        }),
      );
      // The examples of the READMEs as they stand, but for what a machine without a board lacks.
      write('src/simulator.ts', exampleOf('simulator', 'createHarness'));
      write('src/fence-protocol.ts', exampleOf('fence-protocol', '#!/usr/bin/env node'));
      write(
        'src/driver.ts',
        `import { serveBoard, VirtualBoard } from '@sleepi3/simulator';
         import { systemClock } from '@sleepi3/driver';
         import { writeFileSync } from 'node:fs';
         const virtual = new VirtualBoard({ clock: systemClock });
         const path = process.cwd() + '/board.sock';
         const server = await serveBoard(virtual, { path });
         writeFileSync('defaults', 'I2C_ADDRESS=0x6E\\n');
         ${exampleOf('driver', 'fromDefaultsFile').replace('fromDefaultsFile()', "fromDefaultsFile('defaults', { bus: 'unix:' + path })")}
         await board.close();
         await server.close();
         process.exit(); // without the 60 s that the watchdog of the virtual board has to go`,
      );
      write(
        'src/pcs.ts',
        `import { Pcs } from '@sleepi3/pcs';
         import { RecordedRunner } from '@sleepi3/pcs/testing';
         const runner = new RecordedRunner([
           { program: 'pcs', argv: ['--version', '--full'], stdout: '0.11.5\\nbooth node.standby\\n' },
           { program: 'pcs', argv: ['--', 'node', 'standby', 'raspberrypi-1'] },
         ]);
         const pcs = new Pcs({ runner });
         ${exampleOf('pcs', 'pcs.dryRun')}
         console.log(await pcs.dryRun(command), runner.unused.length);`,
      );
      write('leds/node1/brightness', '1\n');
      write(
        'javascript/program.js',
        `import * as driver from '@sleepi3/driver';
         import * as simulator from '@sleepi3/simulator';
         import * as protocol from '@sleepi3/fence-protocol';
         import * as testing from '@sleepi3/fence-protocol/testing';
         import * as pcs from '@sleepi3/pcs';
         import * as fakes from '@sleepi3/pcs/testing';
         import use from '../commonjs/use.cjs';
         void use({ driver, simulator, protocol, testing, pcs, fakes });`,
      );
      write(
        'commonjs/use.cjs',
        `module.exports = async ({ driver, simulator, protocol, testing, pcs, fakes }) => {
           const { boards, clock } = simulator.createHarness({ coldRegisters: { inputControl: 0x01 } });
           const board = await driver.Sleepi3.open({ bus: boards[0].bus, clock });
           await board.set('extout', true);
           await clock.advance(12_000);
           const agent = protocol.defineFenceAgent({
             name: 'fence_one', shortDescription: 'One', longDescription: 'One plug.', vendorUrl: 'https://example.org',
             options: { plug: protocol.standard },
             powerStatus: async () => (boards[1].powered ? 'on' : 'off'),
             setPower: async () => {},
             list: async () => [{ id: '1' }],
           });
           const { stdout } = await testing.runInMemory(agent, { stdin: 'action=status\\nplug=1\\n' });
           const runner = new fakes.RecordedRunner([]);
           const failure = await new pcs.Pcs({ runner }).node.standby('--all').catch((error) => error.code);
           console.log([stdout.trim(), failure].join(', '));
         };`,
      );
      write(
        'commonjs/import.cjs',
        `const names = ['driver', 'simulator', 'fence-protocol', 'fence-protocol/testing', 'pcs', 'pcs/testing'];
         void Promise.all(names.map((name) => import('@sleepi3/' + name))).then(
           ([driver, simulator, protocol, testing, pcs, fakes]) =>
             require('./use.cjs')({ driver, simulator, protocol, testing, pcs, fakes }),
         );`,
      );
      write(
        'commonjs/require.cjs',
        `void require('./use.cjs')({
           driver: require('@sleepi3/driver'), simulator: require('@sleepi3/simulator'),
           protocol: require('@sleepi3/fence-protocol'), testing: require('@sleepi3/fence-protocol/testing'),
           pcs: require('@sleepi3/pcs'), fakes: require('@sleepi3/pcs/testing'),
         });`,
      );
      compiled = compile();
    });

    it('install, and leave i2c-bus out', () => {
      expect(existsSync(join(project, 'node_modules/@sleepi3/driver/dist/index.js'))).toBe(true);
      expect(existsSync(join(project, 'node_modules/i2c-bus'))).toBe(false);
      expect(existsSync(join(project, 'node_modules/.bin/sleepi3'))).toBe(true);
    });

    it('compile as a program of a bundler and of Node, declarations and all', () => {
      expect(compile('--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler')).toBe('');
      expect(compiled).toBe('');
    });

    const lines: readonly (readonly [line: string, bring: () => string])[] = [
      ['18', () => bringNode(18)],
      ['20', () => process.execPath],
      ['22', () => bringNode(22)],
      ['24', () => bringNode(24)],
    ];
    describe.each(process.env['CI'] === 'true' ? lines : lines.slice(0, 2))('on Node %s', (line, bring) => {
      let node: string;
      beforeAll(() => {
        node = bring();
      });

      it('run the examples of their READMEs', () => {
        if (process.execPath !== node) expect(run(node, '--version').out).toMatch(`v${line}.`);
        expect(run(node, 'built/simulator.js')).toEqual(
          printed('false [ { start: 2000, end: 14000, open: false } ]\n'),
        );
        expect(run(node, 'built/driver.js')).toMatchObject({
          status: 0,
          err: '',
          out: expect.stringContaining('extout'),
        });
        const relay = (...words: string[]) => run(node, 'built/fence-protocol.js', '--directory=leds', ...words);
        expect(relay('--action=status', '--plug=node1')).toEqual(printed('Status: ON\n'));
        expect(run(node, 'built/pcs.js')).toEqual(
          printed("{ program: 'pcs', argv: [ '--', 'node', 'standby', 'raspberrypi-1' ] } 0\n"),
        );
      });

      const answers = printed('Status: OFF, INVALID_ARGUMENT\n');
      it('are imported by JavaScript', () => {
        expect(run(node, 'javascript/program.js')).toEqual(answers);
      });

      it('are imported by CommonJS', () => {
        expect(run(node, 'commonjs/import.cjs')).toEqual(answers);
      });

      if (line !== '18') {
        it('are required by CommonJS', () => {
          expect(run(node, 'commonjs/require.cjs')).toMatchObject({ status: 0, out: answers.out });
        });
      }

      it('bring the command sleepi3, which says what to do without i2c-bus', () => {
        const { status, out, err } = run(
          node,
          'node_modules/@sleepi3/driver/dist/sleepi3.cjs',
          '--bus',
          '1',
          'get',
          'extin',
        );
        expect({ status, out }).toEqual({ status: 1, out: '' });
        expect(err).toMatch(/^sleepi3: .*i2c-tools:1.*\n$/);
      });
    });
  });
});
