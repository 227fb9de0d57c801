// The built agent and its line keeper as real processes, killed for real.
import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { kill } from 'node:process';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { canMakeScratchRoot } from '../../../../tools/test/support/scratch-root.js';
import { builtAgent } from './built-agent.js';
import { liveCluster, self } from './live-cluster.js';
import { residentMegabytes } from './service.js';
import { inRealTime, until } from './until.js';

describe.runIf(haveRealParts('flock')).concurrent('fence_sleepi3 as a process', inRealTime, () => {
  const agent = builtAgent();

  it('reboots the peer, answers after the hold, wakes it afterwards, and leaves nothing behind', async () => {
    await using cluster = await liveCluster(agent.program);
    expect(await cluster.run('reboot')).toEqual({
      exitStatus: 0,
      stdout: 'Success: Rebooted\n',
      stderr: '',
      timedOut: false,
    });
    expect(cluster.harness.boards[0].powered).toBe(false);
    await until('the peer is woken', () => cluster.harness.boards[0].powered);
    await until('the wake pulse is over', () => !cluster.harness.boards[1].extout);
    expect(cluster.harness.boards[0].wakeupCause).toBe('extin');
    expect(cluster.harness.boards[1].extout).toBe(false);
  });

  it('killed with its whole process group in mid-pulse, leaves its keeper that ends the hold and releases', async () => {
    await using cluster = await liveCluster(agent.program);
    const time = new AbortController();
    const off = cluster.run('off', {}, time);
    await until('the line is asserted', () => cluster.harness.boards[1].extout);
    time.abort();
    expect(await off).toMatchObject({ timedOut: true, stdout: '' });
    await until('the line is released', () => !cluster.harness.boards[1].extout);
    expect(cluster.holds()[0]).toBeGreaterThanOrEqual(12_000);
    // It was true: the keeper proved it. And yet the next off does not believe it but pulses in full.
    expect(await cluster.run('status')).toMatchObject({ exitStatus: 2, stdout: 'Status: OFF\n' });
    expect(await cluster.run('off')).toMatchObject({ exitStatus: 0 });
    expect(cluster.holds()).toHaveLength(2);
    expect(cluster.holds()[1]).toBeGreaterThanOrEqual(12_000);
  });

  it('whose keeper is killed in mid-pulse, fails at once, and the line is released', async () => {
    await using cluster = await liveCluster(agent.program);
    const off = cluster.run('off');
    await until('the line is asserted', () => cluster.harness.boards[1].extout);
    kill(cluster.service.pid, 'SIGKILL');
    expect(await off).toMatchObject({
      exitStatus: 1,
      stdout: '',
      stderr: expect.stringContaining('the line keeper died'),
    });
    await until('the line is released', () => !cluster.harness.boards[1].extout);
    expect(await cluster.run('status')).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
    expect(cluster.harness.boards[0].powered).toBe(true);
  });

  it('killed together with its keeper, leaves a line that is released, and a keeper that fences', async () => {
    await using cluster = await liveCluster(agent.program);
    const time = new AbortController();
    const off = cluster.run('off', {}, time);
    await until('the line is asserted', () => cluster.harness.boards[1].extout);
    time.abort();
    kill(cluster.service.pid, 'SIGKILL');
    expect(await off).toMatchObject({ timedOut: true });
    await until('the line is released', () => !cluster.harness.boards[1].extout);
    expect(await cluster.run('status')).toMatchObject({ stdout: 'Status: ON\n' });
    expect(await cluster.run('off')).toMatchObject({ exitStatus: 0 });
  });

  it('whose keeper hangs, says so and does not wait for it', async () => {
    await using cluster = await liveCluster(agent.program);
    const off = cluster.run('off');
    await until('the line is asserted', () => cluster.harness.boards[1].extout);
    kill(cluster.service.pid, 'SIGSTOP');
    expect(await off).toMatchObject({ exitStatus: 1, stderr: expect.stringContaining('the line keeper is hung') });
    // What systemd's watchdog does.
    kill(cluster.service.pid, 'SIGKILL');
    await until('the line is released', () => !cluster.harness.boards[1].extout);
  });

  it('asked while its keeper starts again, waits and is served', async () => {
    await using cluster = await liveCluster(agent.program);
    kill(cluster.service.pid, 'SIGKILL');
    expect(await cluster.run('off')).toMatchObject({ exitStatus: 0, stdout: 'Success: Powered OFF\n' });
  });

  it('has one keeper only: a second one says that there is one', async () => {
    await using cluster = await liveCluster(agent.program);
    const words = ['keeper', '--defaults-file', cluster.parameters['defaults_file'] ?? ''];
    const { status, stderr } = spawnSync(agent.program, words, {
      env: { ...process.env, ...cluster.service.env },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('a line keeper is running already')]);
    expect(residentMegabytes(cluster.service.pid)).toBeLessThan(80);
  });

  it('asked twice at once for the same off, pulses once and tells both', async () => {
    await using cluster = await liveCluster(agent.program);
    const both = await Promise.all([cluster.run('off'), cluster.run('off')]);
    expect(both).toMatchObject([{ exitStatus: 0 }, { exitStatus: 0 }]);
    expect(cluster.holds()).toHaveLength(1);
  });

  it('clears a line that was left asserted with no owner, says so once, and is content then', async () => {
    await using cluster = await liveCluster(agent.program);
    cluster.harness.boards[1].poke('ioStatus', 1);
    expect(await cluster.run('monitor')).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining('with no owner'),
    });
    expect(cluster.harness.boards[1].extout).toBe(false);
    const content = { exitStatus: 0, stderr: expect.not.stringContaining('EXTOUT') };
    expect(await cluster.run('monitor')).toMatchObject(content);
  });

  it.each([
    ['this node itself', { target: self }],
    ['a stranger', { target: 'node3' }],
    ['contradictory targets', { target: 'node1', alias: self }],
  ])('refuses %s without touching the line', async (_, call) => {
    await using cluster = await liveCluster(agent.program);
    for (const action of ['off', 'on', 'reboot', 'status']) {
      expect(await cluster.run(action, call)).toMatchObject({
        exitStatus: 1,
        stdout: '',
        stderr: expect.stringContaining('Refused'),
      });
    }
    expect(cluster.holds()).toEqual([]);
  });

  it.each([
    ['EIPDE is 0', 0b000, 'to mend it: fence_sleepi3 boot'],
    ['EITRG is 1', 0b011, 'to mend it: fence_sleepi3 boot'],
  ])('fails its monitor with the remedy when %s', async (_, inputControl, remedy) => {
    await using cluster = await liveCluster(agent.program);
    cluster.harness.boards[1].poke('inputControl', inputControl);
    expect(await cluster.run('monitor')).toMatchObject({ exitStatus: 1, stderr: expect.stringContaining(remedy) });
  });

  it('does not trust a directory that others can write to', async () => {
    await using cluster = await liveCluster(agent.program);
    await chmod(cluster.service.env['FENCE_SLEEPI3_DIRECTORY'] ?? '', 0o777);
    expect(await cluster.run('off')).toMatchObject({
      exitStatus: 1,
      stdout: '',
      stderr: expect.stringContaining('can be written by others'),
    });
    expect(cluster.holds()).toEqual([]);
  });

  it.runIf(canMakeScratchRoot()).each([
    ['read-only', 'mount -o remount,ro'],
    ['full', 'dd if=/dev/zero bs=1k of='],
  ])('fences although the disk of its directory is %s', async (disk, how) => {
    await using cluster = await liveCluster(agent.program, (state) => {
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', state]);
    });
    const state = cluster.service.env['FENCE_SLEEPI3_DIRECTORY'] ?? '';
    spawnSync('sh', ['-c', disk === 'full' ? `${how}${state}/zeros` : `${how} ${state}`]);
    expect(await cluster.run('reboot')).toMatchObject({ exitStatus: 0, stdout: 'Success: Rebooted\n' });
    expect(cluster.holds()[0]).toBeGreaterThanOrEqual(12_000);
    await until('the peer is woken', () => cluster.harness.boards[0].powered);
    spawnSync('umount', ['--lazy', state]);
  });

  it.each([
    ['another board', { bus: 'unix:/dev/null/board', address: '0x6e' }],
    ['another defaults file', { defaults_file: '/dev/null/sleepi3' }],
    ['an address that is none', { address: '0x42' }],
    ['a bus that is none', { bus: 'usb' }],
    ['an unknown preferred node', { preferred: 'node3' }],
  ])('says in one line what to do about %s', async (_, wrong) => {
    await using cluster = await liveCluster(agent.program);
    for (const action of ['off', 'monitor']) {
      const { exitStatus, stdout, stderr } = await cluster.run(action, {
        parameters: { ...cluster.parameters, ...wrong },
      });
      expect({ exitStatus, stdout }).toEqual({ exitStatus: 1, stdout: '' });
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
    expect(cluster.holds()).toEqual([]);
  });
});
