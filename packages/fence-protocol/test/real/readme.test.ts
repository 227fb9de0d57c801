// The agent in the README is this directory's fence-relay.ts, and it works.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLikePacemaker } from '../../src/testing/index.js';
import { bundle } from './bundle.js';

const source = join(import.meta.dirname, 'fence-relay.ts');
let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fence-relay-'));
  program = await bundle(source, directory, 'fence_relay');
  await mkdir(join(directory, 'leds/node1'), { recursive: true });
  await writeFile(join(directory, 'leds/node1/brightness'), '1\n');
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

describe('the agent in the README', () => {
  it('is this one, and has thirty lines', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
    const code = /```ts\n(#![^]*?)```/.exec(readme)?.[1];
    expect(code).toBe(await readFile(source, 'utf8'));
    expect(code?.split('\n').length).toBeLessThanOrEqual(31);
  });

  it('fences', async () => {
    const call = { target: 'node1', parameters: { directory: join(directory, 'leds') } };
    const brightness = () => readFile(join(directory, 'leds/node1/brightness'), 'utf8');
    expect(await runLikePacemaker(program, { ...call, action: 'status' })).toMatchObject({ stdout: 'Status: ON\n' });
    expect(await runLikePacemaker(program, { ...call, action: 'off' })).toMatchObject({
      exitStatus: 0,
      stdout: 'Success: Powered OFF\n',
      stderr: '',
    });
    expect(await brightness()).toBe('0');
    expect(await runLikePacemaker(program, { ...call, action: 'status' })).toMatchObject({ exitStatus: 2 });
    expect(await runLikePacemaker(program, { ...call, action: 'reboot' })).toMatchObject({ exitStatus: 0 });
    expect(await brightness()).toBe('1');
    expect(await runLikePacemaker(program, { ...call, action: 'list' })).toMatchObject({ stdout: 'node1,\n' });
    expect(await runLikePacemaker(program, { ...call, action: 'off', target: 'node2' })).toMatchObject({
      exitStatus: 1,
      stdout: '',
    });
  });
});
