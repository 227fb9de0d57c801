// The bundled program: one file in two parts, of which the second is compiled when it is asked for.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderMetadata } from '@sleepi3/fence-protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { version } from '../package.json';
import { createAgent } from '../src/agent.js';
import { buildAgent } from './real/live-cluster.js';

const agent = createAgent(version, () => Promise.reject(new Error('nothing is run here')));
let directory: string;
let program: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fence-built-'));
  program = buildAgent(directory);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const answer = (words: readonly string[], input = '', file = program) =>
  execFileSync(process.execPath, [file, ...words], { input, encoding: 'utf8' });

it('has one metadata, in whatever words it is asked for', () => {
  const expected = renderMetadata(agent, 'fence_sleepi3');
  expect(answer(['-o', 'metadata'])).toBe(expected);
  expect(answer(['-o', 'Meta-Data'])).toBe(expected);
  expect(answer([], 'action=metadata\n')).toBe(expected);
  expect(answer([], '# as somebody else asks\naction=metadata\nverbose=0\n')).toBe(expected);
});

it('is called in the metadata what it is called', () => {
  const link = join(directory, 'fence_wire');
  symlinkSync(program, link);
  expect(answer(['-o', 'metadata'], '', link)).toBe(renderMetadata(agent, 'fence_wire'));
});

it('is whole wherever it is copied or linked to', () => {
  const [copies, links] = [join(directory, 'copies'), join(directory, 'links')];
  for (const folder of [copies, links]) mkdirSync(folder);
  const [copy, link] = [join(copies, 'fence_sleepi3'), join(links, 'fence_sleepi3')];
  copyFileSync(program, copy);
  symlinkSync(copy, link);
  for (const file of [copy, link]) {
    expect(answer(['keeper', '--help'], '', file)).toContain('The one process that owns EXTOUT');
    const { status, stderr } = spawnSync(process.execPath, [file, 'keper'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'fence_sleepi3: unknown command keper: did you mean keeper?\n',
    });
  }
});

it('does not take the second part of another version, which an upgrade put there while it started', () => {
  const file = join(directory, 'fence_upgraded');
  writeFileSync(file, readFileSync(program, 'utf8').replace(/^(\/\/ The second part, )\w+:$/m, '$1another:'));
  const { status, stderr } = spawnSync(process.execPath, [file], { input: 'action=list\n', encoding: 'utf8' });
  expect(stderr).toContain(`${file} was replaced while it started: call it again`);
  expect(status).toBe(1);
  expect(answer(['-o', 'metadata'], '', file)).toContain('<resource-agent name="fence_upgraded"');
});

it('has what only the line keeper and the commands need in lines that Node skips', () => {
  const lines = readFileSync(program, 'utf8').split('\n');
  const code = lines.filter((line) => !line.startsWith('//')).join('\n');
  expect(code).not.toContain('The one process that owns EXTOUT');
  expect(code.length).toBeLessThan(60_000);
  expect(lines.filter((line) => line.startsWith('//|')).join('\n')).toContain('The one process that owns EXTOUT');
});
