// What a line keeper tells people and Prometheus of its node, on virtual boards and a virtual clock.
import { execFileSync } from 'node:child_process';
import { parseDefaults } from '@sleepi3/driver';
import type { Alert } from '@sleepi3/program';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { createCluster } from '../virtual/virtual-cluster.js';

async function watched() {
  const alerts: Alert[] = [];
  const texts: string[] = [];
  const outside = {
    full: false,
    undelivered: false,
    alerts,
    texts,
    /** The samples of the last textfile, by name and labels. */
    get samples(): Record<string, number> {
      const lines = (texts.at(-1) ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return Object.fromEntries(
        lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
      );
    },
  };
  const cluster = await createCluster({
    talking: true,
    watch: {
      replaceTextfile: async (text) => {
        if (outside.full) throw new Error('ENOSPC: no space left on device');
        texts.push(text);
      },
      alert: async (event) => {
        if (outside.undelivered) throw new Error('/usr/sbin/alert_sleepi3 exited 1: no');
        alerts.push(event);
      },
    },
  });
  await cluster.clock.advance(180_000);
  return { ...cluster, outside };
}

describe('the textfile', () => {
  it('says what check says and what the board measures, each minute', async () => {
    const { outside, clock } = await watched();
    expect(outside.samples).toMatchObject({
      'sleepi3_voltage_volts{supply="CN1"}': 12,
      sleepi3_extin: 0,
      sleepi3_extout: 0,
      sleepi3_fenceable: 1,
      'sleepi3_wakeup{cause="poweron"}': 1,
      'sleepi3_wakeup{cause="extin"}': 0,
      fence_sleepi3_ready: 1,
      fence_sleepi3_peer_fenceable: 1,
      fence_sleepi3_wire_test_sound: 1,
      fence_sleepi3_wire_test_timestamp_seconds: 0,
      fence_sleepi3_wake_owed: 0,
    });
    const before = outside.texts.length;
    await clock.advance(600_000);
    expect(outside.texts.length - before).toBe(10);
  });

  it.runIf(haveRealParts('promtool'))('is without fault for promtool', async () => {
    const { outside, act } = await watched();
    await act(0);
    const [text = ''] = outside.texts.slice(-1);
    expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
  });

  it('has no board in it that cannot be read, and says that the node is not ready', async () => {
    const { outside, clock, pis } = await watched();
    pis[0].onOpenBoard = () => {
      throw new Error('no such bus');
    };
    await clock.advance(120_000);
    expect(outside.samples).toMatchObject({ fence_sleepi3_ready: 0 });
    expect(Object.keys(outside.samples).filter((name) => name.startsWith('sleepi3_'))).toEqual([]);
  });

  it('has the time of the last fencing and of the last one in vain, right after it', async () => {
    const { outside, act, clock, pis, harness } = await watched();
    const name = (end: string) => `fence_sleepi3_last_${end}_timestamp_seconds{target="raspberrypi-2"}`;
    expect(outside.samples).not.toHaveProperty(name('success'));
    await act(0, { action: 'reboot' });
    const first = clock.now();
    await clock.advance(10_000);
    expect(outside.samples[name('success')]).toBeCloseTo(first / 1000, 0);
    expect(outside.samples).not.toHaveProperty(name('failure'));
    // It is on again, and its wire is broken.
    harness.wires[1].state = 'open';
    await clock.runUntil(pis[1].boot());
    await clock.advance(30_000);
    await act(0, { action: 'reboot' });
    const second = clock.now();
    await clock.advance(10_000);
    expect(outside.samples[name('success')]).toBeCloseTo(first / 1000, 0);
    expect(outside.samples[name('failure')]).toBeCloseTo(second / 1000, 0);
    // Both outlive the process.
    pis[0].keeper?.kill();
    await clock.advance(90_000);
    expect(outside.samples[name('success')]).toBeCloseTo(first / 1000, 0);
    expect(outside.samples[name('failure')]).toBeCloseTo(second / 1000, 0);
  });

  it('waits for the end of an act, which has the bus to itself', async () => {
    const transfersOfAnAct = async (watch: boolean) => {
      let count = 0;
      const outside = { replaceTextfile: async () => undefined, alert: async () => undefined };
      const cluster = await createCluster({
        talking: true,
        ...(watch && { watch: outside }),
        onBusOperation: () => count++,
      });
      await cluster.clock.advance(175_000); // the next look is in 5 s
      const before = count;
      await cluster.act(0);
      return count - before;
    };
    expect(await transfersOfAnAct(true)).toBe(await transfersOfAnAct(false));
  });
});

describe('a change of readiness', () => {
  it('is told once when two looks agree, and once more when it is mended', async () => {
    const { outside, clock, harness } = await watched();
    expect(outside.alerts).toEqual([]);
    harness.boards[0].poke('inputControl', 0);
    await clock.advance(3_600_000);
    expect(outside.alerts).toMatchObject([
      { kind: 'readiness', severity: 'error', subject: 'raspberrypi-1', title: expect.stringContaining('could not') },
    ]);
    expect(outside.alerts[0]?.text).toMatch(/EIPDE is 0.*On raspberrypi-1: fence_sleepi3 boot/s);
    harness.boards[0].poke('inputControl', 1);
    await clock.advance(3_600_000);
    expect(outside.alerts).toHaveLength(2);
    expect(outside.alerts[1]).toMatchObject({
      severity: 'info',
      text: expect.stringContaining('Nothing has to be done'),
    });
  });

  it('is not told again by a line keeper that was started anew', async () => {
    const { outside, clock, harness, pis } = await watched();
    harness.boards[0].poke('inputControl', 0);
    pis[0].defaults = parseDefaults('EXTIN_FORCED_SHUTDOWN=0\n');
    await clock.advance(180_000);
    for (let time = 0; time < 5; time++) {
      pis[0].keeper?.kill();
      await clock.advance(180_000);
    }
    expect(outside.alerts).toHaveLength(1);
  });

  it('that lasts for one look only is not told', async () => {
    const { outside, clock, pis } = await watched();
    const sound = pis[0].onOpenBoard;
    pis[0].onOpenBoard = () => {
      throw new Error('no such bus');
    };
    while (outside.samples['fence_sleepi3_ready'] === 1) await clock.advance(1000);
    pis[0].onOpenBoard = sound;
    await clock.advance(600_000);
    expect(outside.alerts).toEqual([]);
  });

  it('of the other node is left to that node', async () => {
    const { outside, clock, harness } = await watched();
    harness.boards[1].poke('inputControl', 0);
    await clock.advance(600_000);
    expect(outside.samples).toMatchObject({ fence_sleepi3_ready: 0, fence_sleepi3_peer_fenceable: 0 });
    expect(outside.alerts).toEqual([]);
  });

  it('is told later when it could not be told at once; a textfile that cannot be written keeps nothing from being told', async () => {
    const { outside, clock, harness, pis } = await watched();
    outside.undelivered = true;
    harness.boards[0].poke('inputControl', 0);
    await clock.advance(600_000);
    expect(pis[0].logs.join('\n')).toContain('could not be passed on: /usr/sbin/alert_sleepi3 exited 1');
    outside.undelivered = false;
    outside.full = true;
    await clock.advance(60_000);
    expect(outside.alerts).toHaveLength(1);
  });
});
