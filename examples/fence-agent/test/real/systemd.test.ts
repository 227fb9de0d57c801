// The package under a systemd that boots: the line keeper killed, stopped, upgraded and purged in mid-hold, for real.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editDefaults, systemClock } from '@sleepi3/driver';
import { createHarness, type Harness, serveBoard } from '@sleepi3/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { buildPackage } from '../../packaging/build-package.js';
import { buildAgent } from './live-cluster.js';
import { bootContainer, canBootSystemd, type SystemdContainer } from './systemd-container.js';
import { inRealTime, until } from './until.js';

const service = 'fence-sleepi3.service';

describe.runIf(haveRealParts('systemd-nspawn', 'dpkg', 'unshare', 'nsenter') && canBootSystemd())(
  'the service under systemd',
  inRealTime,
  () => {
    let directory: string;
    let harness: Harness;
    let server: AsyncDisposable;
    let container: SystemdContainer;

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'fence-systemd-'));
      buildAgent(join(directory, 'bundle'));
      const deb = buildPackage(join(directory, 'bundle'), 1_767_225_600);
      harness = createHarness({ clock: systemClock, coldRegisters: { inputControl: 0b001 } });
      server = await serveBoard(harness.boards[0], { path: join(directory, 'board.sock') });
      const defaults = join(directory, 'sleepi3');
      writeFileSync(defaults, editDefaults('', { EXTIN_FORCED_SHUTDOWN: true, HEARTBEAT_TIMEOUT: 0 }));
      const dropIn = join(directory, 'bus.conf');
      const words = '--bus unix:/board/board.sock';
      writeFileSync(
        dropIn,
        `[Service]\nExecStart=\nExecStart=/usr/sbin/fence_sleepi3 keeper ${words}\n` +
          `ExecStopPost=\nExecStopPost=/usr/sbin/fence_sleepi3 release ${words}\n`,
      );
      container = await bootContainer([deb, defaults, dropIn], { [directory]: '/board' });
      await mustRun(
        'cp /root/sleepi3 /etc/default/sleepi3\n' +
          'install -D -m 644 /root/bus.conf /run/systemd/system/fence-sleepi3.service.d/bus.conf\n' +
          'systemctl daemon-reload',
      );
    });
    afterAll(async () => {
      await container.close();
      await server[Symbol.asyncDispose]();
      harness.close();
      rmSync(directory, { recursive: true });
    });

    const mustRun = async (script: string) => {
      const { status, output } = await container.run(script);
      if (status !== 0) throw new Error(`${script}: exit ${status}: ${output}`);
      return output;
    };
    const agent = (action: string) =>
      container.run(
        `fence_sleepi3 --action ${action} -n node1 --self $(hostname) --peer node1 --peer-address none --corosync-conf /dev/null`,
      );
    /** Begins an act and waits until the line is held. */
    const hold = async (action = 'off') => {
      harness.boards[1].setSwitch(true);
      harness.boards[1].poke('inputControl', 0b001);
      const result = agent(action);
      await until('the line is held', () => harness.boards[0].extout);
      return { result };
    };
    /** The package is there, as it is not after a purge, of which an earlier try may be. */
    const installed = () =>
      mustRun(
        'dpkg --status fence-sleepi3 >/dev/null 2>&1 || dpkg --install /root/*.deb\n' +
          'cp /root/sleepi3 /etc/default/sleepi3; fence_sleepi3 boot',
      );
    const killAll = () => mustRun(`main=$(systemctl show -P MainPID ${service}); kill -KILL $(pgrep -P $main) $main`);
    const released = () => until('the line is released', () => !harness.boards[0].extout);

    it('is installed over what there was before, runs at once, and keeps this node fenceable', async () => {
      await mustRun(
        'mkdir -p /var/lib/fence_sleepi3 /etc/systemd/system/multi-user.target.wants;' +
          'echo "2026-01-01T00:00:00.000Z sound" >/var/lib/fence_sleepi3/i2c-1-6e.wire-test;' +
          'ln -s /lib/systemd/system/fence-sleepi3-boot.service /etc/systemd/system/multi-user.target.wants/',
      );
      harness.boards[0].poke('inputControl', 0);
      await mustRun('dpkg --install /root/*.deb');
      await mustRun('systemctl is-active fence-sleepi3.socket fence-sleepi3.service');
      expect(harness.boards[0].bit('EIPDE')).toBe(true);
      expect(await mustRun(`systemctl show -P StatusText ${service}`)).toContain('this node can be fenced');
      expect(await mustRun('cat /var/lib/fence_sleepi3/wire-test')).toContain('sound');
      expect(await mustRun('find /etc/systemd/system -name "fence-sleepi3-*"')).toBe('');
      expect(
        (await container.run('systemd-analyze --man=no verify fence-sleepi3.service 2>&1 | grep sleepi3')).output,
      ).toBe('');
    });

    it.each([
      ['killed', 'KILL', /the line keeper died/],
      // Its own watchdog may come first.
      ['stopped', 'STOP', /the line keeper (is hung|died)/],
    ])(
      '%s in mid-hold, has the line released before it can cut, and fences at the next request',
      async (_, signal, why) => {
        const { result } = await hold();
        await mustRun(`systemctl kill --signal=${signal} --kill-who=main ${service}`);
        const { status, output } = await result;
        expect(status).toBe(1);
        expect(output).toMatch(why);
        await released();
        expect(harness.boards[1].powered).toBe(true);
        expect(await agent('off')).toMatchObject({ status: 0, output: 'Success: Powered OFF\n' });
        expect(harness.boards[1].powered).toBe(false);
      },
    );

    it('killed with everything in its group, does the same', async () => {
      const { result } = await hold();
      await killAll();
      expect((await result).status).toBe(1);
      await released();
      expect(harness.boards[1].powered).toBe(true);
      await mustRun('fence_sleepi3 boot');
    });

    it('upgraded in mid-hold, ends the act first, and those who call meanwhile are served by the new one', async () => {
      const before = await mustRun(`systemctl show -P MainPID ${service}`);
      const { result } = await hold();
      const upgrade = container.run('dpkg --install /root/*.deb');
      const late = agent('on');
      expect(await result).toMatchObject({ status: 0, output: 'Success: Powered OFF\n' });
      expect((await upgrade).status).toBe(0);
      expect(await late).toMatchObject({ status: 0, output: 'Success: Powered ON\n' });
      expect(await mustRun(`systemctl show -P MainPID ${service}`)).not.toBe(before);
    });

    it('is the only line keeper: one that is started by hand in mid-hold ends, and the hold goes on', async () => {
      const { result } = await hold();
      const { status, output } = await container.run('fence_sleepi3 keeper --bus unix:/board/board.sock');
      expect([status, output]).toEqual([1, expect.stringContaining('of fence-sleepi3.service (systemctl status')]);
      expect(await result).toMatchObject({ status: 0, output: 'Success: Powered OFF\n' });
      await mustRun('fence_sleepi3 boot');
    });

    it('waits when it is started again for a line keeper that holds on, and follows it', async () => {
      await mustRun('systemctl stop fence-sleepi3.socket fence-sleepi3.service');
      await mustRun('systemd-run --unit by-hand fence_sleepi3 keeper --bus unix:/board/board.sock');
      const started = container.run(
        'until [ -S /run/fence_sleepi3/keeper.sock ]; do sleep 0.1; done; systemctl start fence-sleepi3.service',
      );
      await until('it waits', async () => {
        return (await mustRun(`systemctl show -P StatusText ${service}`)).includes('waiting for another line keeper');
      });
      await mustRun('systemctl kill --signal=KILL by-hand');
      expect((await started).status).toBe(0);
      await mustRun('fence_sleepi3 boot; systemctl is-active fence-sleepi3.socket fence-sleepi3.service');
    });

    it('gives a wake pulse that is owed after its death', async () => {
      const { result } = await hold('reboot');
      expect((await result).status).toBe(0);
      await killAll();
      await until('the peer is woken', () => harness.boards[1].powered);
      await until('nothing is owed', () => !harness.boards[0].extout);
      await mustRun('fence_sleepi3 boot');
      expect((await container.run('ls /var/lib/fence_sleepi3/owed-wake')).status).not.toBe(0);
    });

    it('purged in mid-hold, ends the act first, and leaves nothing', async () => {
      await installed();
      const { result } = await hold();
      const purge = container.run('dpkg --purge fence-sleepi3');
      expect(await result).toMatchObject({ status: 0, output: 'Success: Powered OFF\n' });
      expect((await purge).status).toBe(0);
      expect(harness.boards[0].extout).toBe(false);
      // But the drop-in, which is this test's own.
      const elsewhere = '-not -path "/var/log/*" -not -path "/run/systemd/system/fence-sleepi3.service.d*"';
      expect(await mustRun(`find /etc /usr /var /run -xdev -name "*fence[-_]sleepi3*" ${elsewhere}`)).toBe('');
    });

    it('lets go of the line when the node goes down', async () => {
      await installed();
      await hold();
      await container.run('systemctl start --no-block poweroff.target');
      await released();
      expect(harness.boards[1].powered).toBe(true);
    });
  },
);
