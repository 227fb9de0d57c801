// Fencing levels under the real pacemaker-fenced: when what is tried first fails, the second means fences.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StandaloneFenced } from '../../src/testing/index.js';
import { findProgram, haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { bundle } from './bundle.js';

const possible =
  haveRealParts('pacemaker-fenced', 'corosync', 'stonith_admin', 'unshare', 'nsenter', 'fence_dummy') &&
  StandaloneFenced.isPossible();

describe.runIf(possible)('two levels under pacemaker-fenced', () => {
  let directory: string;
  let fenced: StandaloneFenced;
  /** What the second means switches. */
  let outlet: string;

  // Anew for each: a device that is registered again with other options Pacemaker 3.0 does not find (exit status 105, seen).
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-levels-'));
    const journal = await bundle(join(import.meta.dirname, 'journal-agent.main.ts'), directory, 'fence_journal');
    fenced = await StandaloneFenced.start(
      { fence_journal: journal, fence_dummy: findProgram('fence_dummy')! },
      { levels: true },
    );
  });
  afterEach(async () => {
    await fenced.stop();
    await rm(directory, { recursive: true });
  });

  /** The first means, which fails so often, and Debian's fence_dummy after it. */
  async function levels(failures: number): Promise<void> {
    const state = join(directory, 'state');
    outlet = join(directory, 'outlet');
    await writeFile(state, JSON.stringify({ node1: 'on', node2: 'on' }));
    await writeFile(join(directory, 'journal'), '');
    await writeFile(outlet, 'on');
    const first = { state_file: state, journal: join(directory, 'journal'), fail_times: String(failures) };
    await fenced.register('first', 'fence_journal', { ...first, pcmk_host_list: 'node1', pcmk_off_retries: '1' });
    await fenced.register('second', 'fence_dummy', { type: 'file', status_file: outlet, pcmk_host_list: 'node1' });
    for (const [index, device] of ['first', 'second'].entries()) {
      const words = ['--register-level', 'node1', '--index', String(index + 1), '--device', device];
      expect((await fenced.admin(...words)).exitStatus).toBe(0);
    }
  }

  it('the second one fences when the first one fails', async () => {
    await levels(9);
    expect((await fenced.admin('--fence', 'node1', '--timeout', '60')).exitStatus).toBe(0);
    expect(await readFile(outlet, 'utf8')).toBe('off');
    expect(await readFile(join(directory, 'journal'), 'utf8')).toContain('"begin":"off"');
    expect(await fenced.log()).toMatch(/using second returned 0/);
  });

  it('the second one is left alone when the first one succeeds', async () => {
    await levels(0);
    expect((await fenced.admin('--fence', 'node1', '--timeout', '60')).exitStatus).toBe(0);
    expect(await readFile(outlet, 'utf8')).toBe('on');
    expect(await readFile(join(directory, 'journal'), 'utf8')).toContain('"begin":"off"');
  });
});
