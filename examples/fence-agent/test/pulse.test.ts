// What is done with the line for each act, on lines that do what they are told at the time they are told to.
import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { alone } from '../virtual/lone-pulse.js';
import { requestOf } from '../virtual/virtual-cluster.js';
import type { PulseRequest } from '../src/line/act.js';
import { type Lines, readSettled, settleExtout } from '../src/line/lines.js';
import { PowerRecord } from '../src/line/power-record.js';
import { pulse, type PulseContext, release, releaseTimeout } from '../src/line/pulse.js';

function stage() {
  const clock = new VirtualClock();
  const state = { extout: false, extin: false, obeys: true, works: true };
  const logs: string[] = [];
  const stop = new AbortController();
  const writes: boolean[] = [];
  /** When EXTOUT changed, ms. */
  const edges: number[] = [];
  const transfer = async () => {
    await clock.sleep(5);
    if (!state.works) throw new Error('EREMOTEIO');
  };
  const lines: Lines = {
    read: async () => {
      const { extout, extin } = state;
      await transfer();
      return { extout, extin };
    },
    writeExtout: async (asserted) => {
      await transfer();
      writes.push(asserted);
      if (!state.obeys) return;
      if (state.extout !== asserted) edges.push(clock.now());
      state.extout = asserted;
    },
  };
  const context: PulseContext = {
    ...alone({ lines, clock, random: () => 0.5 }),
    log: (message) => logs.push(message),
    signal: stop.signal,
  };
  const act = (request: Partial<PulseRequest>, changed: Partial<PulseContext> = {}) =>
    pulse(requestOf(0, request), { ...context, ...changed });
  return { clock, state, logs, stop, writes, edges, lines, context, act };
}

/** What comes of an act when something happens to the line `at` ms. */
async function disturbed(
  request: Partial<PulseRequest>,
  at: number,
  state: Partial<ReturnType<typeof stage>['state']>,
) {
  const { act, clock, logs, ...rest } = stage();
  const acting = act(request);
  await clock.advance(at);
  Object.assign(rest.state, state);
  return { outcome: await clock.runUntil(acting), logs };
}

describe('an act that concedes', () => {
  it('arbitrates anew when the shot of the peer has ended and this node lives, and fences within a minute', async () => {
    const { clock, state, logs, edges, act } = stage();
    state.extin = true;
    const acting = act({});
    await clock.advance(8000); // its keeper is killed
    state.extin = false;
    expect(await clock.runUntil(acting)).toMatchObject({ kind: 'verified', restarts: 0 });
    expect(edges[0]).toBeGreaterThanOrEqual(10_000);
    expect(clock.now()).toBeLessThan(23_000);
    expect(logs).toEqual([expect.stringContaining('arbitrating again')]);
  });

  it('is not misled by a peer that lets go for a moment to see whose shot it sees', async () => {
    const { clock, state, writes, act } = stage();
    state.extin = true;
    const acting = act({ holdTimeout: 22_000 });
    for (let second = 0; second < 6; second++) {
      await clock.advance(1000);
      state.extin = false;
      await clock.advance(300);
      state.extin = true;
    }
    expect(await clock.runUntil(acting)).toMatchObject({ kind: 'conceded' });
    expect(writes).toEqual([]);
  });

  it('waits no longer than leaves time for a hold, and ends when it is not wanted any more', async () => {
    const { clock, state, stop, act } = stage();
    state.extin = true;
    expect(await clock.runUntil(act({ holdTimeout: 17_000 }))).toMatchObject({ kind: 'conceded' });
    expect(clock.now()).toBeLessThan(5500);
    const acting = act({});
    await clock.advance(1000);
    stop.abort(new Error('the request was withdrawn'));
    expect(await clock.runUntil(acting)).toEqual({ kind: 'failed', reason: 'the request was withdrawn' });
  });

  it('does not concede for ever to an EXTIN that is stuck: after 20 s it is of nobody', async () => {
    const { clock, state, logs, act } = stage();
    state.extin = true;
    expect(await clock.runUntil(act({ preferred: false }))).toMatchObject({ kind: 'verified', restarts: 0 });
    expect(clock.now()).toBeGreaterThanOrEqual(32_000);
    expect(clock.now()).toBeLessThan(36_000);
    expect(logs[0]).toContain('longer than any shot');
  });

  it('concedes again to a shot that begins after the one that was of nobody', async () => {
    const { clock, state, act } = stage();
    state.extin = true;
    const acting = act({ preferred: false, holdTimeout: 36_000 });
    await clock.advance(25_000);
    state.extin = false;
    await clock.advance(1000);
    state.extin = true;
    expect(await clock.runUntil(acting)).toMatchObject({ kind: 'conceded' });
    expect(state.extout).toBe(false);
  });
});

describe('a bus that fails before anything was asserted', () => {
  it('is waited for as long as leaves time for a hold', async () => {
    const { clock, state, act } = stage();
    state.works = false;
    const acting = act({});
    await clock.advance(20_000);
    state.works = true;
    expect(await clock.runUntil(acting)).toMatchObject({ kind: 'verified' });
  });
});

describe('a wake pulse', () => {
  it('lasts a second', async () => {
    const { clock, edges, act } = stage();
    expect(await clock.runUntil(act({ action: 'on' }))).toEqual({ kind: 'woken' });
    expect(edges).toHaveLength(2);
    expect((edges[1] ?? 0) - (edges[0] ?? 0)).toBeGreaterThanOrEqual(1000);
    expect((edges[1] ?? 0) - (edges[0] ?? 0)).toBeLessThan(1100);
  });

  it('is not given while the peer fences this node, for as long as there is time', async () => {
    const { clock, state, writes, act } = stage();
    state.extin = true;
    expect(await clock.runUntil(act({ action: 'on', holdTimeout: 15_000 }))).toEqual({
      kind: 'conceded',
      reason: 'EXTIN is asserted: this node is being fenced',
    });
    expect(writes).toEqual([]);
    expect(clock.now()).toBeGreaterThanOrEqual(15_000);
  });

  it('is given when the shot of the peer has ended and this node lives', async () => {
    const { clock, state, edges, act } = stage();
    state.extin = true;
    const waking = act({ action: 'on' });
    await clock.advance(5000);
    state.extin = false;
    expect(await clock.runUntil(waking)).toEqual({ kind: 'woken' });
    expect(edges[0]).toBeGreaterThanOrEqual(7000);
  });

  it('that comes back to this node itself is none', async () => {
    const { clock, state, lines, act } = stage();
    const looped: Lines = {
      read: async () => ({ ...(await lines.read()), extin: state.extout }),
      writeExtout: (asserted) => lines.writeExtout(asserted),
    };
    expect(await clock.runUntil(act({ action: 'on' }, { lines: looped }))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining("follows this node's own EXTOUT"),
    });
    expect(state.extout).toBe(false);
  });

  it('is a second long on a bus that takes a second for a transfer, too', async () => {
    const { clock, edges, lines, act } = stage();
    const slow: Lines = {
      read: async () => {
        await clock.sleep(500);
        const state = await lines.read();
        await clock.sleep(500);
        return state;
      },
      writeExtout: async (asserted) => {
        await clock.sleep(1000);
        await lines.writeExtout(asserted);
      },
    };
    expect(await clock.runUntil(act({ action: 'on' }, { lines: slow }))).toEqual({ kind: 'woken' });
    expect((edges[1] ?? 0) - (edges[0] ?? 0)).toBeLessThan(5000);
  });

  it('is taken back when the peer begins to fence this node just when the write fails', async () => {
    const { clock, state, lines, act } = stage();
    const failing: Lines = {
      read: () => lines.read(),
      writeExtout: async (asserted) => {
        await lines.writeExtout(asserted);
        if (!asserted || state.extin) return;
        state.extin = true;
        state.works = false;
        void clock.sleep(300).then(() => (state.works = true));
        throw new Error('EREMOTEIO');
      },
    };
    const acting = act({ action: 'on', holdTimeout: 15_000 }, { lines: failing });
    expect(await clock.runUntil(acting)).toMatchObject({ kind: 'conceded' });
    expect(state.extout).toBe(false);
  });

  it('is none when EXTOUT fell before its end, or cannot be released', async () => {
    const fallen = await disturbed({ action: 'on' }, 500, { extout: false });
    expect(fallen.outcome).toEqual({ kind: 'failed', reason: 'EXTOUT fell during the wake pulse' });
    const stuck = await disturbed({ action: 'on' }, 500, { obeys: false });
    expect(stuck.outcome).toEqual({
      kind: 'failed',
      reason: 'EXTOUT could not be released after the wake pulse',
    });
    expect(stuck.logs).toEqual(['EXTOUT could not be released: EXTOUT was written 0 and reads 1']);
  });

  it('that came late is said to have been as long as it was', async () => {
    const { clock, state, act } = stage();
    const waking = act({ action: 'on' });
    await clock.advance(500);
    state.obeys = false;
    await clock.advance(11_500);
    state.obeys = true;
    expect(await clock.runUntil(waking)).toMatchObject({ reason: expect.stringMatching(/lasted 1[12]\.\d s/) });
  });
});

describe('a test pulse', () => {
  it('is as long as it is wanted, and tells between what bounds it was', async () => {
    const { clock, edges, act } = stage();
    const outcome = await clock.runUntil(act({ action: 'test', hold: 500 }));
    const length = (edges[1] ?? 0) - (edges[0] ?? 0);
    expect(length).toBeGreaterThanOrEqual(480);
    expect(length).toBeLessThan(600);
    expect(outcome).toMatchObject({ kind: 'tested', extinMoved: false });
    if (outcome.kind !== 'tested') return;
    expect(outcome.shortest).toBeGreaterThan(400);
    expect(outcome.shortest).toBeLessThanOrEqual(length);
    expect(outcome.longest).toBeGreaterThanOrEqual(length);
    expect(outcome.longest).toBeLessThan(700);
  });

  it("sees that this node's own EXTIN moves with it, be it for a moment", async () => {
    const { clock, state, act } = stage();
    const testing = act({ action: 'test', hold: 500 });
    await clock.advance(200);
    state.extin = true;
    await clock.advance(100);
    state.extin = false;
    expect(await clock.runUntil(testing)).toMatchObject({ kind: 'tested', extinMoved: true });
  });

  it('is not given while the peer fences this node', async () => {
    const { clock, state, writes, act } = stage();
    state.extin = true;
    expect(await clock.runUntil(act({ action: 'test', hold: 500 }))).toMatchObject({ kind: 'conceded' });
    expect(writes).toEqual([]);
  });

  it('ends at once when it is not wanted any more', async () => {
    const { clock, stop, state, act } = stage();
    const testing = act({ action: 'test', hold: 900 });
    await clock.advance(200);
    stop.abort();
    await clock.runUntil(testing);
    expect(state.extout).toBe(false);
    expect(clock.now()).toBeLessThan(400);
  });

  it('fails when EXTOUT fell, or cannot be released', async () => {
    const test = { action: 'test', hold: 500 } as const;
    expect((await disturbed(test, 300, { extout: false })).outcome).toEqual({
      kind: 'failed',
      reason: 'EXTOUT fell during the test pulse',
    });
    expect((await disturbed(test, 300, { obeys: false })).outcome).toEqual({
      kind: 'failed',
      reason: 'EXTOUT could not be released after the test pulse',
    });
  });
});

describe('an act', () => {
  it('begins with a line that was left asserted: releases it, says so, and rests', async () => {
    const { clock, state, logs, edges, act } = stage();
    state.extout = true;
    expect(await clock.runUntil(act({ action: 'on' }))).toEqual({ kind: 'woken' });
    expect(logs).toEqual(['EXTOUT was asserted with no owner: released']);
    expect((edges[1] ?? 0) - (edges[0] ?? 0)).toBeGreaterThanOrEqual(2000);
  });

  it('goes on without a disk, and says what became of the record, and only then', async () => {
    for (const [remove, said] of [
      [() => Promise.reject(new Error('EIO')), ['the old record of a power-off could not be removed: EIO']],
      [
        () => new Promise<void>(() => {}),
        ['the old record of a power-off could not be removed: the disk takes too long'],
      ],
      [async () => {}, []],
    ] as const) {
      const { clock, logs, act } = stage();
      const record = new PowerRecord({ read: async () => undefined, replace: async () => {}, remove }, 'boot');
      expect(await clock.runUntil(act({ action: 'on' }, { record }))).toEqual({ kind: 'woken' });
      expect(logs).toEqual(said);
    }
  });

  it('tries for half a minute to release what was not held to its end', async () => {
    const { clock, state, stop, act } = stage();
    const holding = act({});
    await clock.advance(3000);
    stop.abort(new Error('withdrawn'));
    state.obeys = false;
    await clock.advance(20_000);
    state.obeys = true;
    expect(await clock.runUntil(holding)).toMatchObject({ kind: 'failed', reason: 'withdrawn' });
    expect(state.extout).toBe(false);
  });
});

describe('releasing', () => {
  it('ends when its time is over, and says the last reason', async () => {
    const { clock, state, logs, context } = stage();
    state.extout = true;
    state.works = false;
    expect(await clock.runUntil(release(context))).toBe(false);
    expect(logs).toEqual(['EXTOUT could not be released: EREMOTEIO']);
    expect(clock.now()).toBeGreaterThanOrEqual(releaseTimeout);
    expect(clock.now()).toBeLessThan(releaseTimeout + 1000);
  });
});

describe('the lines', () => {
  /** Lines that read one of these after the other, again and again. */
  const reading = (
    ...states: readonly (readonly [boolean, boolean])[]
  ): Lines & { count: number; written: boolean[] } => {
    const lines = {
      count: 0,
      written: [] as boolean[],
      read: async () => {
        const [extout, extin] = states[lines.count++ % states.length] ?? [false, false];
        return { extout, extin };
      },
      writeExtout: async (asserted: boolean) => {
        lines.written.push(asserted);
      },
    };
    return lines;
  };

  it('are what three readings in a row agree on', async () => {
    const lines = reading([true, false], [false, false], [true, true], [true, true], [true, true]);
    expect(await readSettled(lines)).toEqual({ extout: true, extin: true });
    expect(lines.count).toBe(5);
  });

  it.each([
    ['EXTOUT', [true, false], [false, false]],
    ['EXTIN', [false, true], [false, false]],
  ] as const)('are unknown when %s reads differently each time', async (_, one, other) => {
    const lines = reading(one, other);
    await expect(readSettled(lines)).rejects.toThrow(
      'EXTIN and EXTOUT read differently each time, 12 readings without agreement',
    );
    expect(lines.count).toBe(12);
  });

  it('are not written to when they are as they should be', async () => {
    const lines = reading([true, false]);
    expect(await settleExtout(lines, true)).toEqual({ extout: true, extin: false });
    expect(lines.written).toEqual([]);
  });

  it('are written to four times, and then it is said what they read', async () => {
    const lines = reading([false, false]);
    await expect(settleExtout(lines, true)).rejects.toThrow('EXTOUT was written 1 and reads 0');
    expect(lines.written).toEqual([true, true, true, true]);
    await expect(settleExtout(reading([false, false]), true, { attempts: 0 })).rejects.toBeUndefined();
  });

  it('are not written to again while they cannot be read, when the bus took the last write', async () => {
    const lines = reading([false, false]);
    let failures = 2;
    const read = () => (failures-- > 0 ? Promise.reject(new Error('no reading')) : lines.read());
    expect(await settleExtout({ ...lines, read }, false, { taken: true })).toEqual({ extout: false, extin: false });
    // Garbled, such a write would have been an edge, and woken the node that was just powered off.
    expect(lines.written).toEqual([]);
  });

  it('are written to although they cannot be read, and the reason is the last failure', async () => {
    const lines = reading([false, false]);
    const blind = { ...lines, read: () => Promise.reject(new Error('no reading')) };
    const failing = {
      ...blind,
      writeExtout: (asserted: boolean) => {
        lines.written.push(asserted);
        return Promise.reject(new Error('no writing'));
      },
    };
    await expect(settleExtout(failing, false)).rejects.toThrow('no reading');
    expect(lines.written).toHaveLength(4);
    const deaf = { ...reading([true, false]), writeExtout: () => Promise.reject(new Error('no writing')) };
    await expect(settleExtout(deaf, false)).rejects.toThrow('no writing');
  });
});
