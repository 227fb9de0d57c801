// The built program, under the real pacemaker-fenced.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLikePacemaker, StandaloneFenced } from '@sleepi3/fence-protocol/testing';
import { bundleProgram } from '../../../tools/bundle/bundle-program.js';
import { isToBeHad } from '../../../tools/parts/parts.mjs';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { ctsSelections, fenceDummyOfPacemaker, haveCtsFencing, runCtsFencing } from './cts-fencing.js';

let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fence-dummy-'));
  bundleProgram(join(import.meta.dirname, '..'), directory);
  program = join(directory, 'fence_dummy');
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

describe('the built fence_dummy', () => {
  it('is one executable file that runs wherever it lies', async () => {
    expect(statSync(program).mode & 0o111).toBe(0o111);
    expect(await runLikePacemaker(program, { action: 'monitor' })).toMatchObject({
      exitStatus: 0,
      stdout: '',
      stderr: '',
    });
    const off = await runLikePacemaker(program, { action: 'off', target: 'node1', parameters: { mode: 'pass' } });
    expect(off).toMatchObject({ exitStatus: 0, stdout: 'Success: Powered OFF\n', stderr: '' });
    expect(spawnSync(program, ['-V'], { encoding: 'utf8' }).stdout).toBe('1.0.0\n');
  });
});

const possible =
  haveRealParts('pacemaker-fenced', 'stonith_admin', 'unshare', 'nsenter') && StandaloneFenced.isPossible();

describe.runIf(possible)('the built fence_dummy under pacemaker-fenced', () => {
  let fenced: StandaloneFenced;
  beforeAll(async () => {
    fenced = await StandaloneFenced.start({
      fence_dummy: program,
      fence_dummy_auto_unfence: program,
      fence_dummy_no_reboot: program,
    });
  });
  afterAll(async () => {
    await fenced.stop();
  });

  it('fences with mode=pass and fails with mode=fail', async () => {
    await fenced.register('passes', 'fence_dummy', { mode: 'pass', pcmk_host_list: 'node1 node2' });
    expect((await fenced.admin('--fence', 'node1', '--timeout', '10')).exitStatus).toBe(0);
    expect((await fenced.admin('--reboot', 'node2', '--timeout', '10')).exitStatus).toBe(0);
    await fenced.admin('--deregister', 'passes');
    await fenced.register('fails', 'fence_dummy', { mode: 'fail', pcmk_host_list: 'node1 node2' });
    expect((await fenced.admin('--fence', 'node1', '--timeout', '10')).exitStatus).not.toBe(0);
    await fenced.admin('--deregister', 'fails');
  });

  it('falls back on the next device when one fails', async () => {
    await fenced.register('first', 'fence_dummy', { mode: 'fail', pcmk_host_list: 'node3' });
    await fenced.register('second', 'fence_dummy', { mode: 'pass', pcmk_host_list: 'node3' });
    expect((await fenced.admin('--fence', 'node3', '--timeout', '20')).exitStatus).toBe(0);
    await fenced.admin('--deregister', 'first');
    await fenced.admin('--deregister', 'second');
  });

  it('answers for its targets by mock_dynamic_hosts', async () => {
    await fenced.register('lists', 'fence_dummy', { mode: 'pass', mock_dynamic_hosts: 'alpha beta' });
    expect((await fenced.admin('--list', 'beta')).stdout).toMatch(/^lists$/m);
    expect((await fenced.admin('--list', 'gamma')).stdout).not.toMatch(/^lists$/m);
    await fenced.admin('--deregister', 'lists');
  });

  it('is killed when it sleeps longer than its timeout', async () => {
    await fenced.register('sleeps', 'fence_dummy', {
      mode: 'pass',
      pcmk_host_list: 'node4',
      off_delay: '30',
      pcmk_off_timeout: '1',
      pcmk_off_retries: '1',
    });
    expect((await fenced.admin('--fence', 'node4', '--timeout', '10')).exitStatus).not.toBe(0);
    await fenced.admin('--deregister', 'sleeps');
  });

  it('has metadata in every variant, and is powered off instead of rebooted where it cannot reboot', async () => {
    const metadata = async (agent: string) => (await fenced.admin('--metadata', '--agent', agent)).stdout;
    expect(await metadata('fence_dummy')).toContain('<action name="on" on_target="1"');
    expect(await metadata('fence_dummy_auto_unfence')).toContain('automatic="1"');
    expect(await metadata('fence_dummy_no_reboot')).not.toContain('<action name="reboot"');
    await fenced.register('cuts', 'fence_dummy_no_reboot', { mode: 'pass', pcmk_host_list: 'node5' });
    expect((await fenced.admin('--reboot', 'node5', '--timeout', '10')).exitStatus).toBe(0);
    expect(await fenced.log()).toMatch(/Remapping 'reboot' action targeting node5 using cuts to 'off'/);
  });

  it('powers on as auto_unfence, whose on need not run on the target', async () => {
    await fenced.register('unfences', 'fence_dummy_auto_unfence', { mode: 'pass', pcmk_host_list: 'node6' });
    expect((await fenced.admin('--unfence', 'node6', '--timeout', '10')).exitStatus).toBe(0);
  });

  it('is validated', async () => {
    const validate = (delay: string) =>
      fenced.admin('--validate', '--agent', 'fence_dummy', '--option', `delay=${delay}`);
    expect((await validate('5')).exitStatus).toBe(0);
    expect((await validate('15')).exitStatus).not.toBe(0);
  });
});

const ctsPossible = possible && haveCtsFencing && haveRealParts('corosync', 'fence_watchdog', 'ip');

// Their deadlines of 1 to 5 seconds are real ones: two runs at a time, and a second chance, alone, on a busy machine.
const ctsTests = haveCtsFencing || isToBeHad('/usr/share/pacemaker/tests/cts-fencing') ? describe : undefined;
ctsTests?.runIf(ctsPossible)('the built fence_dummy under cts-fencing', () => {
  it.each(ctsSelections)(
    'passes every test %s that the fence_dummy of Pacemaker passes',
    async (_, selection) => {
      const [theirs, ours] = await Promise.all([
        runCtsFencing(fenceDummyOfPacemaker, selection),
        runCtsFencing(program, selection),
      ]);
      const passed = [...theirs].flatMap(([test, outcome]) => (outcome === 'SUCCESS' ? [test] : []));
      expect(passed).not.toEqual([]);
      const failed = passed.filter((test) => ours.get(test) !== 'SUCCESS');
      for (const test of failed) {
        const alone = await runCtsFencing(program, ['--run-only', test]);
        expect([test, alone.get(test)]).toEqual([test, 'SUCCESS']);
      }
    },
    600_000,
  );
});
