import { parseDefaults, Sleepi3 } from '@sleepi3/driver';
import { FenceError } from '@sleepi3/fence-protocol';
import { describe, expect, it } from 'vitest';
import { type BootHost, prepareNode } from '../src/commands/boot.js';
import { createCluster, requestOf } from '../virtual/virtual-cluster.js';

const fenceable = 'EXTIN_FORCED_SHUTDOWN=1\n';

async function bootCase({ defaults = fenceable, registers = {} } = {}) {
  const cluster = await createCluster({ coldRegisters: registers });
  const [board] = cluster.harness.boards;
  const logs: string[] = [];
  const stop = new AbortController();
  const parsed = parseDefaults(defaults);
  const machine = cluster.pis[0].machine({
    hostname: 'raspberrypi-1',
    defaults: parsed,
    openBoard: () => Sleepi3.open({ bus: board.bus, clock: cluster.clock, random: () => 0.5 }),
  });
  const host: BootHost = {
    clock: cluster.clock,
    stop: stop.signal,
    log: (message) => logs.push(message),
    readDefaults: () => Promise.resolve(parsed),
    site: () => machine.site({ bus: '1', address: 0x6e }, '/state', { log: host.log, stop: stop.signal }),
  };
  const boot = (patience = 60_000) => cluster.clock.runUntil(prepareNode(host, patience));
  return { cluster, board, logs, stop, host, boot };
}

describe('boot', () => {
  it('says that the node can be fenced when there is nothing to do', async () => {
    const { boot, board } = await bootCase();
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

  it('releases an EXTOUT that was left asserted', async () => {
    const { boot, board } = await bootCase();
    board.poke('ioStatus', 1);
    expect(await boot()).toMatchObject({ ok: true, extout: 'released' });
    expect(board.extout).toBe(false);
  });

  it('leaves the line to a line keeper that is alive', async () => {
    const { cluster, host } = await bootCase();
    const off = cluster.pis[0].runAgent(requestOf(0));
    await cluster.clock.advance(3000);
    expect(await cluster.clock.runUntil(prepareNode(host, 0))).toMatchObject({ ok: true, extout: 'owned' });
    expect(await cluster.clock.runUntil(off.outcome)).toMatchObject({ kind: 'verified', restarts: 0 });
  });

  it('sets EIPDE and EITRG that the vendor left wrong', async () => {
    const { boot, board } = await bootCase({ registers: { inputControl: 0b010 } });
    expect(await boot()).toMatchObject({ ok: true, extinPowerdown: 'set', extinTrigger: 'set' });
    expect(board.bit('EIPDE')).toBe(true);
    expect(board.bit('EITRG')).toBe(false);
  });

  it('tries again until the board answers, and tells of each reason once', async () => {
    const { boot, board, logs } = await bootCase({ registers: { inputControl: 0 } });
    board.faults.add({ kind: 'NAK', until: 20_000 });
    const report = await boot();
    expect(report).toMatchObject({ ok: true, extinPowerdown: 'set' });
    expect(report.attempts).toBeGreaterThan(5);
    expect(new Set(logs).size).toBe(logs.length);
    expect(board.bit('EIPDE')).toBe(true);
  });

  it('gives up after its time with the reason and how often it tried', async () => {
    const { boot, board, cluster } = await bootCase();
    board.faults.add({ kind: 'NAK' });
    const report = await boot(10_000);
    expect(report.ok).toBe(false);
    expect(report.message).toMatch(/^this node is not ready to be fenced: .*EREMOTEIO.* \(\d+ attempts\)$/);
    expect(cluster.clock.now()).toBeLessThan(15_000);
  });

  it('gives up at once when the options name no board', async () => {
    const { host, cluster } = await bootCase();
    const refuse = () => {
      throw new FenceError('request', 'address=0x42: no');
    };
    const report = await cluster.clock.runUntil(prepareNode({ ...host, site: refuse }, 60_000));
    expect(report).toMatchObject({ ok: false, attempts: 1, message: expect.stringContaining('0x42') });
  });

  it('ends at once when it is asked to', async () => {
    const { host, cluster, board, stop } = await bootCase();
    board.faults.add({ kind: 'NAK' });
    const report = prepareNode(host, 60_000);
    await cluster.clock.advance(5000);
    stop.abort(new Error('ended by SIGTERM'));
    expect(await cluster.clock.runUntil(report)).toMatchObject({ ok: false });
    expect(cluster.clock.now()).toBeLessThan(8000);
  });

  it('fails when EIPDE is 0 and the defaults file does not ask for 1', async () => {
    const { boot, board } = await bootCase({ defaults: '', registers: { inputControl: 0 } });
    board.poke('ioStatus', 1);
    const report = await boot();
    expect(report).toMatchObject({ ok: false, extout: 'released' });
    expect(report.message).toContain('EXTIN_FORCED_SHUTDOWN is not 1 in the defaults file');
    expect(board.bit('EIPDE')).toBe(false);
    expect(board.extout).toBe(false);
  });

  it('names the line of the defaults file that is wrong', async () => {
    const { boot } = await bootCase({
      defaults: 'RTC_DEVICE=rtc0\nEXTIN_FORCED_SHUTDOWN=yes\n',
      registers: { inputControl: 0 },
    });
    expect((await boot()).message).toContain('line 2 of the defaults file: EXTIN_FORCED_SHUTDOWN=yes must be 0 or 1');
  });

  it('warns when the board is right and the defaults file is not', async () => {
    const { boot } = await bootCase({ defaults: '' });
    expect(await boot()).toMatchObject({ ok: true, message: expect.stringContaining('the next boot loses it') });
  });

  it.each(Array.from({ length: 40 }, (_, index) => index + 1))(
    'leaves the board right when its transfers fail from the %i. on, ten times in a row',
    async (first) => {
      const { boot, board } = await bootCase({ registers: { inputControl: 0b010 } });
      board.poke('ioStatus', 1);
      board.faults.add({ kind: 'NAK', at: Array.from({ length: 10 }, (_, index) => first + index) });
      expect(await boot()).toMatchObject({ ok: true });
      expect([board.extout, board.bit('EIPDE'), board.bit('EITRG')]).toEqual([false, true, false]);
    },
  );
});
