// The built agent under the real pacemaker-fenced, as two fence devices of a cluster have it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandaloneFenced } from '@sleepi3/fence-protocol/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { buildAgent, liveCluster, self } from './live-cluster.js';
import { until } from './until.js';

const possible =
  haveRealParts('pacemaker-fenced', 'stonith_admin', 'unshare', 'nsenter') && StandaloneFenced.isPossible();

describe.runIf(possible)('fence_sleepi3 under pacemaker-fenced', () => {
  let directory: string;
  let program: string;
  let fenced: StandaloneFenced;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-built-'));
    program = buildAgent(directory);
    // Pacemaker starts agents with nothing that would tell one virtual node from another.
    const wrapper = join(directory, 'wrapper');
    const script = `#!/bin/sh\nFENCE_SLEEPI3_DIRECTORY=$(cat ${directory}/state) exec ${program} "$@"\n`;
    await writeFile(wrapper, script, { mode: 0o755 });
    fenced = await StandaloneFenced.start({ fence_sleepi3: wrapper });
  });
  afterAll(async () => {
    await fenced.stop();
    await rm(directory, { recursive: true });
  });

  /** A board and a device of its own, as `pcs stonith create` would register it. */
  const register = async (more: Record<string, string> = {}) => {
    const cluster = await liveCluster(program);
    await writeFile(join(directory, 'state'), cluster.service.env['FENCE_SLEEPI3_DIRECTORY'] ?? '');
    await fenced.register('fence-node1', 'fence_sleepi3', { ...cluster.parameters, pcmk_host_list: 'node1', ...more });
    return cluster;
  };

  it('is found, describes itself, lists the one node it can fence, and passes validation', async () => {
    await using cluster = await register();
    expect((await fenced.admin('--list-installed')).stdout).toMatch(/^fence_sleepi3$/m);
    expect((await fenced.admin('--metadata', '--agent', 'fence_sleepi3')).stdout).toContain('name="fence_sleepi3"');
    expect((await fenced.admin('--list-targets', 'fence-node1')).stdout).toMatch(/^node1$/m);
    const words = Object.entries(cluster.parameters).flatMap(([name, value]) => ['--option', `${name}=${value}`]);
    expect((await fenced.admin('--validate', '--agent', 'fence_sleepi3', ...words)).exitStatus).toBe(0);
  });

  it('reboots the peer: cut, answered, woken', async () => {
    await using cluster = await register();
    expect((await fenced.admin('--reboot', 'node1', '--timeout', '60')).exitStatus).toBe(0);
    expect(cluster.recording.pulses('node1', 'power')).toHaveLength(1);
    await until('the peer is woken', () => cluster.harness.boards[0].powered);
    expect(cluster.harness.boards[0].wakeupCause).toBe('extin');
    await until('the wake pulse is over', () => !cluster.harness.boards[1].extout);
  });

  it('killed by its time-out in mid-pulse: no success, the line released, and the next attempt fences', async () => {
    await using cluster = await register({ pcmk_off_timeout: '5', pcmk_off_retries: '1' });
    expect((await fenced.admin('--fence', 'node1', '--timeout', '8')).exitStatus).not.toBe(0);
    await until('the line is released', () => !cluster.harness.boards[1].extout);
    expect(cluster.holds().every((hold) => hold >= 12_000)).toBe(true);
    await fenced.register('fence-node1', 'fence_sleepi3', { ...cluster.parameters, pcmk_host_list: 'node1' });
    expect((await fenced.admin('--fence', 'node1', '--timeout', '60')).exitStatus).toBe(0);
    expect(cluster.harness.boards[0].powered).toBe(false);
  });

  it('asked again after a time-out, joins the pulse that is still under way and gets its result', async () => {
    await using cluster = await register({ pcmk_off_timeout: '7', pcmk_off_retries: '1' });
    expect((await fenced.admin('--fence', 'node1', '--timeout', '10')).exitStatus).not.toBe(0);
    await fenced.register('fence-node1', 'fence_sleepi3', { ...cluster.parameters, pcmk_host_list: 'node1' });
    expect((await fenced.admin('--fence', 'node1', '--timeout', '60')).exitStatus).toBe(0);
    expect(cluster.holds()).toHaveLength(1);
    expect(cluster.harness.boards[0].powered).toBe(false);
  });

  it('never shoots the peer when this very node, or a stranger, is the target', async () => {
    await using cluster = await register({ pcmk_host_list: `node1 ${self} node3` });
    for (const target of [self, 'node3']) {
      expect((await fenced.admin('--fence', target, '--timeout', '20')).exitStatus).not.toBe(0);
    }
    expect(cluster.holds()).toEqual([]);
    expect(await fenced.log()).toContain(`Refused: ${self} is this node itself`);
  });
});
