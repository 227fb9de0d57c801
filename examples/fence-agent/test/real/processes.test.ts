// The built agent with its keeper and guard as real processes, killed for real.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLikePacemaker } from '@sleepi3/fence-protocol/testing';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { stateFiles } from '../../src/node/state.js';
import { canMakeScratchRoot } from '../scratch-root.js';
import { buildAgent, liveCluster, processesOf, self, until } from './live-cluster.js';

const timeout = 60_000;
/** How soon after a death the line must be released, s. A starved machine is no reason to fail. */
const soon = 5;

describe.runIf(haveRealParts('flock')).concurrent('fence_sleepi3 as a process', { timeout }, () => {
  let directory: string;
  let program: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-built-'));
    program = buildAgent(directory);
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** The program in a mount namespace of its own, with a /run and a /mnt that all its calls have in common. */
  async function withMounts(name: string, how: 'sound' | 'read-only' = 'sound'): Promise<string> {
    const own = join(directory, name);
    await mkdir(join(own, 'run'), { recursive: true });
    await mkdir(join(own, 'mnt'), { recursive: true });
    const script = [
      `mount --bind ${own}/run /run`,
      `mount --bind ${own}/mnt /mnt`,
      ...(how === 'read-only' ? ['mount -o remount,bind,ro /mnt'] : []),
      `exec ${program}`,
    ].join('; ');
    const wrapper = join(own, how);
    await writeFile(wrapper, `#!/bin/sh\nexec unshare --mount sh -c '${script}'\n`, { mode: 0o755 });
    return wrapper;
  }

  it('reboots the peer, answers after the hold, wakes it afterwards, and leaves nothing behind', async () => {
    const cluster = await liveCluster(program);
    expect(await cluster.run('reboot')).toEqual({
      exitStatus: 0,
      stdout: 'Success: Rebooted\n',
      stderr: '',
      timedOut: false,
    });
    expect(cluster.harness.boards[0].powered).toBe(false);
    await until('the peer is woken', () => cluster.harness.boards[0].powered);
    await until('all processes have ended', () => processesOf(cluster).length === 0);
    expect(cluster.harness.boards[0].wakeupCause).toBe('extin');
    expect(cluster.harness.boards[1].extout).toBe(false);
    await cluster.close();
  });

  it('killed with its whole process group in mid-pulse, leaves a keeper that ends the hold and releases', async () => {
    const cluster = await liveCluster(program);
    expect(await cluster.run('off', {}, 5)).toMatchObject({ timedOut: true, stdout: '' });
    expect(cluster.harness.boards[1].extout).toBe(true);
    await until('the line is released', () => !cluster.harness.boards[1].extout);
    expect(cluster.holds()[0]).toBeGreaterThanOrEqual(12_000);
    await until('all processes have ended', () => processesOf(cluster).length === 0);
    // It was true: the keeper proved it. And yet the next off does not believe it but pulses in full.
    expect(await cluster.run('status')).toMatchObject({ exitStatus: 2, stdout: 'Status: OFF\n' });
    expect(await cluster.run('off')).toMatchObject({ exitStatus: 0 });
    expect(cluster.holds()).toHaveLength(2);
    expect(cluster.holds()[1]).toBeGreaterThanOrEqual(12_000);
    await cluster.close();
  });

  it('whose keeper is killed in mid-pulse, fails at once, and the line is released', async () => {
    const cluster = await liveCluster(program);
    const off = cluster.run('off');
    await until('the line is asserted', () => cluster.harness.boards[1].extout);
    kill(await cluster.keeperPid(), 'SIGKILL');
    expect(await off).toMatchObject({
      exitStatus: 1,
      stdout: '',
      stderr: expect.stringContaining('the line keeper died'),
    });
    expect(cluster.harness.boards[1].extout).toBe(false);
    expect(await cluster.run('status')).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
    expect(cluster.harness.boards[0].powered).toBe(true);
    await cluster.close();
  });

  it('killed together with its keeper, leaves a guard that releases', async () => {
    const cluster = await liveCluster(program);
    const off = cluster.run('off', {}, 4);
    await until('the line is asserted', () => cluster.harness.boards[1].extout);
    expect(await off).toMatchObject({ timedOut: true });
    kill(await cluster.keeperPid(), 'SIGKILL');
    await until('the line is released', () => !cluster.harness.boards[1].extout, soon);
    expect(await cluster.run('status')).toMatchObject({ stdout: 'Status: ON\n' });
    await until('all processes have ended', () => processesOf(cluster).length === 0);
    await cluster.close();
  });

  it('whose keeper hangs, notices, kills it and releases', async () => {
    const cluster = await liveCluster(program);
    const off = cluster.run('off');
    await until('the line is asserted', () => cluster.harness.boards[1].extout);
    kill(await cluster.keeperPid(), 'SIGSTOP');
    expect(await off).toMatchObject({ exitStatus: 1, stderr: expect.stringContaining('the line keeper is hung') });
    expect(cluster.harness.boards[1].extout).toBe(false);
    await cluster.close();
  });

  it('asked twice at once for the same off, pulses once and tells both', async () => {
    const cluster = await liveCluster(program);
    const both = await Promise.all([cluster.run('off'), cluster.run('off')]);
    expect(both).toMatchObject([{ exitStatus: 0 }, { exitStatus: 0 }]);
    expect(cluster.holds()).toHaveLength(1);
    await cluster.close();
  });

  it('clears a line that was left asserted with no owner, says so once, and is content then', async () => {
    const cluster = await liveCluster(program);
    cluster.harness.boards[1].poke('ioStatus', 1);
    expect(await cluster.run('monitor')).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining('with no owner'),
    });
    expect(cluster.harness.boards[1].extout).toBe(false);
    const content = { exitStatus: 0, stderr: expect.not.stringContaining('EXTOUT') };
    expect(await cluster.run('monitor')).toMatchObject(content);
    await cluster.close();
  });

  it.each([
    ['this node itself', { target: self }],
    ['a stranger', { target: 'node3' }],
    ['contradictory targets', { target: 'node1', alias: self }],
  ])('refuses %s without touching the line', async (_, call) => {
    const cluster = await liveCluster(program);
    for (const action of ['off', 'on', 'reboot', 'status']) {
      expect(await cluster.run(action, call)).toMatchObject({
        exitStatus: 1,
        stdout: '',
        stderr: expect.stringContaining('Refused'),
      });
    }
    expect(cluster.holds()).toEqual([]);
    await cluster.close();
  });

  it.each([
    ['EIPDE is 0', 0b000, 'set EXTIN_FORCED_SHUTDOWN=1'],
    ['EITRG is 1', 0b011, 'sleepi3 set extin-trigger edge'],
  ])('fails its monitor with the remedy when %s', async (_, inputControl, remedy) => {
    const cluster = await liveCluster(program);
    cluster.harness.boards[1].poke('inputControl', inputControl);
    expect(await cluster.run('monitor')).toMatchObject({ exitStatus: 1, stderr: expect.stringContaining(remedy) });
    await cluster.close();
  });

  it('does not trust a state directory that others can write to', async () => {
    const cluster = await liveCluster(program);
    await mkdir(cluster.stateDirectory);
    await chmod(cluster.stateDirectory, 0o777);
    expect(await cluster.run('off')).toMatchObject({
      exitStatus: 1,
      stdout: '',
      stderr: expect.stringContaining('can be written by others'),
    });
    expect(cluster.holds()).toEqual([]);
    await cluster.close();
  });

  it.runIf(canMakeScratchRoot()).each([
    ['read-only', 'mount -t tmpfs -o ro tmpfs /mnt'],
    ['full', 'mount -t tmpfs -o size=4k tmpfs /mnt; mkdir -m 700 /mnt/state; cat /dev/zero >/mnt/zeros 2>/dev/null'],
    ['out of inodes', 'mount -t tmpfs -o nr_inodes=2 tmpfs /mnt; mkdir -m 700 /mnt/state'],
  ])('fences although the disk of its state directory is %s', async (disk, mount) => {
    // In a mount namespace of its own, with a /run of its own to go to.
    const wrapper = join(directory, `on-a-disk-${disk.replaceAll(' ', '-')}`);
    const script = `mount -t tmpfs tmpfs /run; ${mount}; exec ${program}`;
    await writeFile(wrapper, `#!/bin/sh\nexec unshare --mount sh -c '${script}'\n`, { mode: 0o755 });
    const cluster = await liveCluster(wrapper);
    const parameters = { ...cluster.parameters, state_dir: '/mnt/state' };
    expect(await cluster.run('off', { parameters })).toMatchObject({ exitStatus: 0, stdout: 'Success: Powered OFF\n' });
    expect(cluster.holds()[0]).toBeGreaterThanOrEqual(12_000);
    expect(cluster.harness.boards[0].powered).toBe(false);
    await cluster.close();
  });

  describe.runIf(canMakeScratchRoot())('of whose calls some cannot use the disk of their state directory', () => {
    async function brokenNow(name: string) {
      const cluster = await liveCluster(await withMounts(name));
      const parameters = { ...cluster.parameters, state_dir: '/mnt/state' };
      const elsewhere = await withMounts(name, 'read-only');
      return {
        cluster,
        run: (action: string) => cluster.run(action, { parameters }),
        runElsewhere: (action: string) =>
          runLikePacemaker(elsewhere, { action, target: 'node1', parameters }, { timeout: 60 }),
      };
    }

    it('joins an act that was carried out from another directory, and lets it be', async () => {
      const { cluster, run, runElsewhere } = await brokenNow('joined');
      const first = runElsewhere('off');
      await until('the line is asserted', () => cluster.harness.boards[1].extout);
      expect(await run('status')).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
      expect(await run('off')).toMatchObject({ exitStatus: 0 });
      expect(await first).toMatchObject({ exitStatus: 0 });
      expect(cluster.holds()).toHaveLength(1);
      await cluster.close();
    });

    it('pulses once when all call at the same time', async () => {
      const { cluster, run, runElsewhere } = await brokenNow('at-once');
      const all = await Promise.all([run, runElsewhere, run, runElsewhere].map((call) => call('off')));
      expect(all).toMatchObject(all.map(() => ({ exitStatus: 0 })));
      expect(cluster.holds()).toHaveLength(1);
      await cluster.close();
    });
  });

  it.runIf(canMakeScratchRoot())('calls nobody in another directory that others can write to', async () => {
    const cluster = await liveCluster(await withMounts('open'));
    const bus = `unix:${join(cluster.stateDirectory, '../board.sock')}`;
    const open = join(directory, 'open/run/fence_sleepi3');
    await mkdir(open);
    await chmod(open, 0o777);
    const callers: unknown[] = [];
    const impostor = createServer((caller) => callers.push(caller.end('{"event":"busy"}\n')));
    impostor.listen(stateFiles(open, { bus, address: 0x6e }).socket);
    expect(await cluster.run('off')).toMatchObject({ exitStatus: 0 });
    expect(cluster.holds()).toHaveLength(1);
    expect(callers).toEqual([]);
    impostor.close();
    await cluster.close();
  });

  it.each([
    ['a board that is not there', { bus: 'unix:/dev/null/board', address: '0x6e' }],
    ['a missing defaults file', { defaults_file: '/dev/null/sleepi3' }],
    ['an address that is none', { address: '0x42' }],
    ['a bus that is none', { bus: 'usb' }],
    ['a state directory that cannot be made', { state_dir: '/dev/null/state' }],
    ['an unknown preferred node', { preferred: 'node3' }],
  ])('says in one line what to do about %s', async (_, wrong) => {
    const cluster = await liveCluster(program);
    for (const action of ['off', 'monitor']) {
      const { exitStatus, stdout, stderr } = await cluster.run(action, {
        parameters: { ...cluster.parameters, ...wrong },
      });
      expect({ exitStatus, stdout }).toEqual({ exitStatus: 1, stdout: '' });
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
    expect(cluster.holds()).toEqual([]);
    await cluster.close();
  });
});
