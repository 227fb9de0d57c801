// The units of the package beside those of the vendor and of the cluster: nothing waits for itself, as systemd sees it.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';

const packaging = join(import.meta.dirname, '../../packaging');

describe.runIf(haveRealParts('systemd-analyze'))('the order of the units at boot', () => {
  let units: string;

  beforeEach(async () => {
    units = await mkdtemp(join(tmpdir(), 'fence-units-'));
    for (const file of ['fence-sleepi3.service', 'fence-sleepi3.socket']) {
      await copyFile(join(packaging, file), join(units, file));
    }
    await mkdir(join(units, 'pacemaker.service.d'));
    await copyFile(join(packaging, 'pacemaker.conf'), join(units, 'pacemaker.service.d/fence-sleepi3.conf'));
    // The vendor's service is ordered like this, and wanted so early.
    await unit('sleepi3-start.service', 'DefaultDependencies=no\nAfter=sysinit.target\nBefore=shutdown.target');
    await unit('corosync.service', 'After=network-online.target\nWants=network-online.target');
    await unit('pacemaker.service', 'After=network.target corosync.service\nRequires=corosync.service');
    await wants('sysinit.target', 'sleepi3-start.service');
    await wants('sockets.target', 'fence-sleepi3.socket');
    for (const name of ['fence-sleepi3.service', 'corosync.service', 'pacemaker.service']) {
      await wants('multi-user.target', name);
    }
  });
  afterEach(() => rm(units, { recursive: true }));

  const unit = (name: string, order: string) =>
    writeFile(join(units, name), `[Unit]\n${order}\n\n[Service]\nType=oneshot\nExecStart=/bin/true\n`);
  const wants = async (target: string, name: string) => {
    const directory = join(units, `${target}.wants`);
    await mkdir(directory, { recursive: true });
    await symlink(join('..', name), join(directory, name));
  };
  /** The circles that a boot would find. */
  const circles = () =>
    new Promise<string[]>((resolve) => {
      const words = ['--man=no', 'verify', 'multi-user.target', 'sleepi3-start.service', 'pacemaker.service'];
      // The colon at the end: after these units those of the machine.
      const env = { ...process.env, SYSTEMD_UNIT_PATH: `${units}:` };
      execFile('systemd-analyze', words, { env, encoding: 'utf8' }, (_, stdout, stderr) => {
        resolve(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('ordering cycle')));
      });
    });

  it('has no circle', async () => {
    expect(await circles()).toEqual([]);
  });

  it('would be found to have one', async () => {
    await mkdir(join(units, 'sysinit.target.d'));
    await writeFile(join(units, 'sysinit.target.d/circle.conf'), '[Unit]\nAfter=sleepi3-start.service\n');
    expect(await circles()).not.toEqual([]);
  });
});

const pacemaker = '/usr/lib/systemd/system/pacemaker.service';

describe.runIf(haveRealParts(pacemaker))('the look at the board before Pacemaker', () => {
  it('leaves Pacemaker 25 s of those that its own unit gives it for its start, however busy the node is', async () => {
    const [, kill, limit, own] =
      /^ExecStartPre=-\/usr\/bin\/timeout --kill-after=(\d+) (\d+) \S+ boot --timeout=(\d+)$/m.exec(
        await readFile(join(packaging, 'pacemaker.conf'), 'utf8'),
      ) ?? [];
    const [, start] = /^TimeoutStartSec=(\d+)s$/m.exec(await readFile(pacemaker, 'utf8')) ?? [];
    expect(Number(limit) + Number(kill)).toBeLessThanOrEqual(Number(start) - 25);
    // Where it can look at all, it says itself what it did not see.
    expect(Number(own)).toBeLessThan(Number(limit));
  });
});
