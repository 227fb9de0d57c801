// The duties of a boot: done by the line keeper, or by the command where there is none.
import { editDefaults, parseDefaults, Sleepi3 } from '@sleepi3/driver';
import { FenceError } from '@sleepi3/fence-protocol';
import { createHarness } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { boot as bootCommand } from '../src/commands/boot.js';
import { clearLine } from '../src/keeper/clear-line.js';
import { doDuties, type DutyHost } from '../src/keeper/duties.js';
import { boardLines } from '../src/node/board.js';
import type { Machine } from '../src/node/machine.js';
import { createCluster, requestOf } from '../virtual/virtual-cluster.js';

const fenceable = editDefaults('', { EXTIN_FORCED_SHUTDOWN: true });

function bootCase({ defaults = fenceable, registers = {} } = {}) {
  const harness = createHarness({ coldRegisters: { inputControl: 0b001, ...registers } });
  const { clock } = harness;
  const [board] = harness.boards;
  const logs: string[] = [];
  const stop = new AbortController();
  const openBoard = () => Sleepi3.open({ bus: board.bus, clock, random: () => 0.5 });
  const log = (message: string) => logs.push(message);
  const host: DutyHost = {
    clock,
    stop: stop.signal,
    log,
    readDefaults: async () => parseDefaults(defaults),
    openBoard,
    clearLine: () => clearLine({ clock, log, openLines: async () => boardLines(await openBoard()) }, 0),
    makeGood: async () => undefined,
  };
  const boot = (timeout = 60_000) => clock.runUntil(doDuties(host, timeout));
  return { clock, board, logs, stop, host, boot };
}

describe('the command boot', () => {
  const command = async (machine: Machine, written: string[] = []) => {
    const stop = new AbortController().signal;
    const host = { clock: cluster.clock, machine, stop, writeError: (text: string) => written.push(text) };
    return cluster.clock.runUntil(
      bootCommand({ timeout: 0, json: false, 'defaults-file': '/etc/default/sleepi3' }, host, 0),
    );
  };
  let cluster: Awaited<ReturnType<typeof createCluster>>;

  it('has the line keeper do it, which leaves the line to an act that is under way', async () => {
    cluster = await createCluster();
    const off = cluster.pis[0].runAgent(requestOf(0));
    await cluster.clock.advance(3000);
    expect(await command(cluster.pis[0].machine({ hostname: 'raspberrypi-1' }))).toMatchObject({
      ok: true,
      extout: 'owned',
      message: expect.stringContaining('EXTOUT belongs to an act that is under way'),
    });
    expect(await cluster.clock.runUntil(off.outcome)).toMatchObject({ kind: 'verified', restarts: 0 });
  });

  it('does it itself where there is no line keeper, and says that there is none', async () => {
    cluster = await createCluster();
    const [{ clock }, pi] = [cluster, cluster.pis[0]];
    pi.powerOff();
    cluster.harness.boards[0].poke('ioStatus', 1);
    cluster.harness.boards[0].poke('inputControl', 0);
    const machine = pi.machine({ hostname: 'raspberrypi-1' });
    const alone: Machine = {
      ...machine,
      keeper: (...board) => ({ ...machine.keeper(...board), call: async () => undefined }),
    };
    const written: string[] = [];
    expect(await command(alone, written)).toMatchObject({ ok: true, extout: 'released', extinPowerdown: 'set' });
    expect(written.join('')).toContain('no line keeper runs here');
    expect(clock.now()).toBeLessThan(5000);
  });
});

describe('the duties of a boot', () => {
  it('are done when there is nothing to do, and nothing is written', async () => {
    const { boot, board } = bootCase();
    const writes: unknown[] = [];
    board.on('transfer', (transfer) => transfer.op.startsWith('write') && writes.push(transfer));
    expect(await boot()).toEqual({
      ok: true,
      message: 'this node can be fenced: EXTOUT idle, EIPDE=1, EITRG=edge',
      attempts: 1,
      extout: 'idle',
      extinPowerdown: 'kept',
      extinTrigger: 'kept',
    });
    expect(writes).toEqual([]);
  });

  it('release an EXTOUT that was left asserted', async () => {
    const { boot, board } = bootCase();
    board.poke('ioStatus', 1);
    expect(await boot()).toMatchObject({ ok: true, extout: 'released' });
    expect(board.extout).toBe(false);
  });

  it('set EIPDE and EITRG that the vendor left wrong', async () => {
    const { boot, board } = bootCase({ registers: { inputControl: 0b010 } });
    expect(await boot()).toMatchObject({ ok: true, extinPowerdown: 'set', extinTrigger: 'set' });
    expect(board.bit('EIPDE')).toBe(true);
    expect(board.bit('EITRG')).toBe(false);
  });

  it('are tried again until the board answers, telling of each reason once', async () => {
    const { boot, board, logs } = bootCase({ registers: { inputControl: 0 } });
    board.faults.add({ kind: 'NAK', until: 20_000 });
    const report = await boot();
    expect(report).toMatchObject({ ok: true, extinPowerdown: 'set' });
    expect(report.attempts).toBeGreaterThan(5);
    expect(new Set(logs).size).toBe(logs.length);
    expect(board.bit('EIPDE')).toBe(true);
  });

  it('are given up after their time with the reason and how often it tried', async () => {
    const { boot, board, clock } = bootCase();
    board.faults.add({ kind: 'NAK' });
    const report = await boot(10_000);
    expect(report.ok).toBe(false);
    expect(report.message).toMatch(/^this node is not ready: .*EREMOTEIO.* \(\d+ attempts\)$/);
    expect(clock.now()).toBeLessThan(15_000);
  });

  it('are given up at once when the options name no board', async () => {
    const { host, clock } = bootCase();
    const refuse = () => Promise.reject(new FenceError('REQUEST', 'address=0x42: no'));
    const report = await clock.runUntil(doDuties({ ...host, openBoard: refuse, clearLine: refuse }, 60_000));
    expect(report).toMatchObject({ ok: false, attempts: 1, message: expect.stringContaining('0x42') });
  });

  it('end at once when asked to', async () => {
    const { host, clock, board, stop } = bootCase();
    board.faults.add({ kind: 'NAK' });
    const report = doDuties(host, 60_000);
    await clock.advance(5000);
    stop.abort(new Error('ended by SIGTERM'));
    expect(await clock.runUntil(report)).toMatchObject({ ok: false });
    expect(clock.now()).toBeLessThan(8000);
  });

  it('fail when EIPDE is 0 and the defaults file does not ask for 1', async () => {
    const { boot, board } = bootCase({ defaults: editDefaults('', {}), registers: { inputControl: 0 } });
    board.poke('ioStatus', 1);
    const report = await boot();
    expect(report).toMatchObject({ ok: false, extout: 'released' });
    expect(report.message).toContain('EXTIN_FORCED_SHUTDOWN is not 1 in the defaults file');
    expect(board.bit('EIPDE')).toBe(false);
    expect(board.extout).toBe(false);
  });

  it('name the line of the defaults file that is wrong', async () => {
    const { boot } = bootCase({
      defaults: 'RTC_DEVICE=rtc0\nEXTIN_FORCED_SHUTDOWN=yes\n',
      registers: { inputControl: 0 },
    });
    expect((await boot()).message).toContain('line 2 of the defaults file: EXTIN_FORCED_SHUTDOWN=yes must be 0 or 1');
  });

  it('warn when the board is right and the defaults file is not', async () => {
    const { boot } = bootCase({ defaults: '' });
    expect(await boot()).toMatchObject({ ok: true, message: expect.stringContaining('the next boot loses it') });
  });

  it.each(Array.from({ length: 40 }, (_, index) => index + 1))(
    'leave the board right when its transfers fail from the %i. on, ten times in a row',
    async (first) => {
      const { boot, board } = bootCase({ registers: { inputControl: 0b010 } });
      board.poke('ioStatus', 1);
      board.faults.add({ kind: 'NAK', at: Array.from({ length: 10 }, (_, index) => first + index) });
      expect(await boot()).toMatchObject({ ok: true });
      expect([board.extout, board.bit('EIPDE'), board.bit('EITRG')]).toEqual([false, true, false]);
    },
  );
});
