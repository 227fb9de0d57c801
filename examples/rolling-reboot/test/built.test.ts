// The program as it is installed, on the Node 18 of Debian 12 too, and its units.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringNode } from '../../../tools/bring-node.mjs';
import { bundleProgram } from '../../../tools/bundle/bundle-program.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';

const home = join(import.meta.dirname, '..');
let directory: string;
let program: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rolling-reboot-'));
  bundleProgram(home, join(directory, 'dist'));
  program = join(directory, 'dist', 'rolling-reboot');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('the built program', () => {
  it('is one executable file', () => {
    // Beside it stands only what says which packages are bundled in it.
    expect(readdirSync(join(directory, 'dist')).sort()).toEqual(['metafile-cjs.json', 'rolling-reboot']);
    expect(statSync(program).mode & 0o111).toBe(0o111);
    expect(readFileSync(program, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
  });

  for (const [name, bring] of [
    ['this Node', () => process.execPath],
    ['Node 18', () => bringNode(18)],
  ] as const) {
    it(`runs on ${name}: help, a bad setting, and a machine without a cluster`, () => {
      const run = (...argv: string[]) =>
        spawnSync(bring(), [program, ...argv, '--state-dir', join(directory, 'state')], { encoding: 'utf8' });
      expect(spawnSync(bring(), [program, '--help'], { encoding: 'utf8' }).stdout).toContain('rolling-reboot COMMAND');
      const config = join(directory, 'config');
      writeFileSync(config, 'SERVICE=VIP\nURL=http://127.0.0.1:9/\nBOARD=no\n');
      expect(run('run', '--config', join(directory, 'none')).status).toBe(78);
      const status = run('status', '--config', config);
      expect(status.stdout).toMatch(/Roll: {2}not known: .+\nNode: {2}\S+ has no turn\n/);
      expect(run('resume', '--config', config)).toMatchObject({
        status: 0,
        stdout: 'no roll was under way on this node\n',
      });
      const begun = run('run', '--config', config);
      expect([begun.status, begun.stderr.startsWith('rolling-reboot: ')]).toEqual([1, true]);
    });
  }

  it('stays silent for a second run while one holds the lock, but for saying so', () => {
    const state = join(directory, 'held');
    const config = join(directory, 'config');
    mkdirSync(state);
    const result = spawnSync(
      'flock',
      [join(state, 'lock'), process.execPath, program, 'run', '--config', config, '--state-dir', state],
      { encoding: 'utf8' },
    );
    expect([result.status, result.stderr]).toEqual([75, expect.stringContaining('runs on this node already')]);
  });
});

describe.runIf(haveRealParts('systemd-analyze'))('the units', () => {
  it('are ones that systemd understands, and name the program and its settings', () => {
    const units = readdirSync(join(home, 'systemd')).filter((name) => /\.(?:service|timer)$/.test(name));
    expect(units).toHaveLength(3);
    for (const unit of units) {
      const path = join(directory, unit);
      const text = readFileSync(join(home, 'systemd', unit), 'utf8');
      writeFileSync(path, text.replaceAll('/usr/sbin/rolling-reboot', program));
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
      expect([unit, status, stderr]).toEqual([unit, 0, '']);
    }
  });
});
