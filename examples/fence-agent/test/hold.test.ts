// The hold itself, on lines that do what they are told at the time they are told to.
import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { verifiedHold } from '../src/line/hold.js';
import type { Lines } from '../src/line/lines.js';

const plan = { hold: 12_000, deadline: 40_000, preferred: true, random: () => 0.5 };

/** Lines whose transfers take `transfer` ms; a write takes effect at its end. */
function slowLines(clock: VirtualClock, transfer: number | (() => number) = 5) {
  const state = { extout: false, extin: false };
  const duration = typeof transfer === 'number' ? () => transfer : transfer;
  const lines: Lines = {
    read: async () => {
      const seen = { ...state };
      await clock.sleep(duration());
      return seen;
    },
    writeExtout: async (asserted) => {
      await clock.sleep(duration());
      state.extout = asserted;
    },
  };
  return { state, lines };
}

describe('a hold', () => {
  it('may be as long as all the time there is: the first one is always begun', async () => {
    const clock = new VirtualClock();
    const { lines } = slowLines(clock);
    await clock.advance(1);
    expect(await clock.runUntil(verifiedHold(lines, clock, { ...plan, deadline: plan.hold }))).toMatchObject({
      kind: 'verified',
    });
  });

  it('is not begun once it is not wanted any more', async () => {
    const clock = new VirtualClock();
    const { lines, state } = slowLines(clock);
    const stop = new AbortController();
    stop.abort(new Error('the request was withdrawn'));
    const outcome = await clock.runUntil(verifiedHold(lines, clock, plan, undefined, stop.signal));
    expect(outcome).toEqual({ kind: 'failed', reason: 'the request was withdrawn' });
    expect(state.extout).toBe(false);
  });

  it('is proven on a slow machine, where a transfer by i2c-tools takes 150 ms', async () => {
    const clock = new VirtualClock();
    const { lines } = slowLines(clock, 150);
    expect(await clock.runUntil(verifiedHold(lines, clock, plan))).toMatchObject({ kind: 'verified', restarts: 0 });
  });

  it('counts a sample from when it was asked for: what happened while the answer was under way is not proven', async () => {
    const clock = new VirtualClock();
    let answersLate = 0;
    const { lines, state } = slowLines(clock, () => answersLate);
    let proven: number | undefined;
    const hold = verifiedHold(lines, clock, plan).then((outcome) => {
      proven = outcome.kind === 'verified' ? outcome.held : undefined;
    });
    await clock.advance(11_250);
    answersLate = 700; // the next sample is taken at 11.4 s and known at 12.1 s
    await clock.advance(200);
    state.extout = false; // and somebody releases the line just after it was taken
    await clock.advance(850);
    expect(proven).toBeUndefined();
    answersLate = 0;
    state.extout = true;
    await clock.advance(30_000);
    await hold;
  });

  it('is no hold of old when the line fell: what asserts it again obeys the rule of firing', async () => {
    const clock = new VirtualClock();
    let writing = 5;
    const { lines, state } = slowLines(clock);
    const stalling: Lines = {
      read: () => lines.read(),
      writeExtout: async (asserted) => {
        const stall = writing;
        writing = 5;
        await clock.sleep(stall);
        await lines.writeExtout(asserted);
      },
    };
    const hold = verifiedHold(stalling, clock, { ...plan, deadline: 60_000 });
    await clock.advance(2000);
    state.extout = false;
    writing = 2500; // the write hangs after the clearance, and meanwhile the peer begins to fire
    await clock.advance(500);
    state.extin = true;
    await clock.advance(3000);
    expect(await clock.runUntil(hold)).toMatchObject({ kind: 'conceded' });
  });

  it.each([
    ['before its first sample', 0],
    ['in the middle', 6000],
  ])(
    'is let go by the node that is not preferred when the peer shoots %s, and not by the preferred one',
    async (_, at) => {
      for (const preferred of [false, true]) {
        const clock = new VirtualClock();
        const { lines, state } = slowLines(clock);
        const watched: Lines = {
          read: () => lines.read(),
          writeExtout: async (asserted) => {
            await lines.writeExtout(asserted);
            if (at === 0) state.extin = true; // both nodes saw each other idle, and fired
          },
        };
        const hold = verifiedHold(watched, clock, { ...plan, preferred });
        await clock.advance(at);
        if (at > 0) state.extin = true;
        const outcome = await clock.runUntil(hold);
        if (preferred) {
          // Twice it has let go for a moment, to see that the shot is not its own.
          expect(outcome).toMatchObject({ kind: 'verified', restarts: 2 });
        } else {
          expect(outcome).toEqual({ kind: 'conceded', reason: expect.stringContaining('is not the preferred one') });
          expect(clock.now()).toBeLessThan(at === 0 ? 100 : at + 500); // before the first sample, or at the next
        }
      }
    },
  );

  it('is not begun on a line that was asserted before, when the peer shoots: that one was first', async () => {
    const clock = new VirtualClock();
    const { lines, state } = slowLines(clock);
    state.extout = true;
    state.extin = true;
    expect(await clock.runUntil(verifiedHold(lines, clock, plan))).toMatchObject({ kind: 'conceded' });
  });

  it.each([true, false])(
    'obeys, when its first write fails, the rule of what came of that (asserted: %s)',
    async (took) => {
      for (const preferred of [true, false]) {
        const clock = new VirtualClock();
        const { lines, state } = slowLines(clock);
        const writes: boolean[] = [];
        const failing: Lines = {
          read: () => lines.read(),
          writeExtout: async (asserted) => {
            writes.push(asserted);
            if (took || writes.length > 1) await lines.writeExtout(asserted);
            state.extin = true; // and the peer shoots at the same time
            if (writes.length === 1) throw new Error('EREMOTEIO');
          },
        };
        const outcome = await clock.runUntil(verifiedHold(failing, clock, { ...plan, preferred }));
        expect(outcome.kind).toBe(took && preferred ? 'verified' : 'conceded');
        expect(writes.slice(0, 2)).toEqual([true, false]);
        expect(state.extout).toBe(false);
      }
    },
  );

  it('that is to be let go is let go in the first transfer there is, and looked at afterwards', async () => {
    for (const transfer of [5, 150, 1000, 1200]) {
      const clock = new VirtualClock();
      const { lines, state } = slowLines(clock, transfer);
      const done: string[] = [];
      let fellAt = 0;
      const watched: Lines = {
        read: async () => {
          const seen = await lines.read();
          done.push(seen.extin ? 'saw EXTIN' : 'read');
          return seen;
        },
        writeExtout: async (asserted) => {
          done.push(`wrote ${asserted ? 1 : 0}`);
          await lines.writeExtout(asserted);
          fellAt = clock.now();
        },
      };
      const hold = verifiedHold(watched, clock, { ...plan, preferred: false });
      await clock.advance(10_100);
      state.extin = true;
      expect(await clock.runUntil(hold)).toMatchObject({ kind: 'conceded' });
      const [first, ...then] = done.slice(done.indexOf('saw EXTIN') + 1);
      expect([first, then[0]]).toContain('wrote 0');
      if (transfer > 250) expect(first).toBe('wrote 0'); // no time to look again
      expect(fellAt - 10_100).toBeLessThanOrEqual(200 + 3 * transfer);
    }
  });

  it.each([1, 50, 300, 700, 1000])('is proven, alone, on a bus of %i ms a transfer', async (transfer) => {
    const clock = new VirtualClock();
    const { lines } = slowLines(clock, transfer);
    expect(await clock.runUntil(verifiedHold(lines, clock, plan))).toMatchObject({ kind: 'verified', restarts: 0 });
  });

  it('whose write hangs begins no later than the clearance allows, and lets go of what came late', async () => {
    const clock = new VirtualClock();
    const { lines, state } = slowLines(clock);
    const asserted: number[] = [];
    let writes = 0;
    const hanging: Lines = {
      read: () => lines.read(),
      writeExtout: async (value) => {
        if (++writes === 1) await clock.sleep(3000);
        await lines.writeExtout(value);
        if (value) asserted.push(clock.now());
      },
    };
    expect(await clock.runUntil(verifiedHold(hanging, clock, plan))).toMatchObject({ kind: 'verified' });
    expect(asserted).toHaveLength(2);
    expect((asserted[1] ?? 0) - (asserted[0] ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(state.extout).toBe(false);
  });

  describe('on wires that touch each other', () => {
    /** Lines whose EXTIN is asserted by either node: by this one, and by a peer that holds until `peerUntil`. */
    const touching = (clock: VirtualClock, transfer: number, peer: readonly [number, number] = [0, 0]) => {
      const { lines, state } = slowLines(clock, transfer);
      const edges: [number, boolean][] = [];
      const shorted: Lines = {
        read: async () => {
          const peerShoots = clock.now() >= peer[0] && clock.now() < peer[1];
          const { extout } = state;
          await lines.read();
          return { extout, extin: extout || peerShoots };
        },
        writeExtout: async (asserted) => {
          const before = state.extout;
          await lines.writeExtout(asserted);
          if (before !== state.extout) edges.push([clock.now(), asserted]);
        },
      };
      const longest = () =>
        Math.max(...edges.flatMap(([at, rose], index) => (rose ? [(edges[index + 1]?.[0] ?? clock.now()) - at] : [])));
      return { lines: shorted, state, longest };
    };

    it.each([true, false])('finds that it shoots itself, and says so (preferred: %s)', async (preferred) => {
      for (const transfer of [1, 5, 50, 200, 500, 1000]) {
        for (const random of [0, 0.5, 0.999]) {
          const clock = new VirtualClock();
          const { lines, state, longest } = touching(clock, transfer);
          const outcome = await clock.runUntil(
            verifiedHold(lines, clock, { ...plan, preferred, random: () => random }),
          );
          expect(outcome).toEqual({ kind: 'failed', reason: expect.stringContaining("this node's own EXTOUT") });
          expect(state.extout).toBe(false);
          expect(longest(), `${transfer} ms`).toBeLessThan(9000);
        }
      }
    });

    it('finds it, too, when the peer shoots as well, and lets go late', async () => {
      const clock = new VirtualClock();
      const { lines, longest } = touching(clock, 5, [10, 4000]);
      const outcome = await clock.runUntil(verifiedHold(lines, clock, plan));
      expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('own EXTOUT') });
      expect(longest()).toBeLessThan(9000);
      expect(clock.now()).toBeLessThan(9000);
    });
  });

  it('does not believe a single garbled sample', async () => {
    for (const garbled of [
      { extout: false, extin: false },
      { extout: true, extin: true },
    ]) {
      const clock = new VirtualClock();
      const { lines } = slowLines(clock);
      let told = false;
      const noisy: Lines = {
        ...lines,
        read: async () => {
          const state = await lines.read();
          if (told || clock.now() < 5000) return state;
          told = true;
          return garbled;
        },
      };
      const outcome = await clock.runUntil(verifiedHold(noisy, clock, { ...plan, preferred: false }));
      expect(outcome).toMatchObject({ kind: 'verified', restarts: 0 });
    }
  });

  it('takes its last sample at its end, however long a sample takes', async () => {
    const clock = new VirtualClock();
    const { lines } = slowLines(clock, 30);
    expect(await clock.runUntil(verifiedHold(lines, clock, { ...plan, hold: 12_050 }))).toMatchObject({ held: 12_051 });
  });

  it('goes on at its pace when that sample fails', async () => {
    const clock = new VirtualClock();
    const { lines } = slowLines(clock);
    let failed = 0;
    const failing: Lines = {
      ...lines,
      read: async () => {
        if (clock.now() < 12_010 || clock.now() > 12_600) return lines.read();
        failed++;
        throw new Error('EREMOTEIO');
      },
    };
    expect(await clock.runUntil(verifiedHold(failing, clock, plan))).toMatchObject({ kind: 'verified', restarts: 0 });
    expect(failed).toBeLessThanOrEqual(5);
  });

  it('goes on after a gap in which the peer began to shoot when it is the preferred one, and not when it is not', async () => {
    for (const preferred of [false, true]) {
      const clock = new VirtualClock();
      const { lines, state } = slowLines(clock);
      let blind = false;
      const failing: Lines = {
        read: () => (blind ? Promise.reject(new Error('EREMOTEIO')) : lines.read()),
        writeExtout: (asserted) => lines.writeExtout(asserted),
      };
      const hold = verifiedHold(failing, clock, { ...plan, preferred });
      await clock.advance(3000);
      blind = true;
      state.extin = true;
      await clock.advance(1500);
      blind = false;
      const outcome = await clock.runUntil(hold);
      if (preferred) expect(outcome).toMatchObject({ kind: 'verified', restarts: 3 });
      else expect(outcome).toMatchObject({ kind: 'conceded' });
      expect(state.extout).toBe(false);
    }
  });

  it('is sampled every 200 ms, the last time at its end, and tells each time how far it is', async () => {
    const clock = new VirtualClock();
    const { lines } = slowLines(clock);
    const told: { held: number; samples: number; restarts: number }[] = [];
    const outcome = await clock.runUntil(verifiedHold(lines, clock, plan, (progress) => told.push(progress)));
    expect(outcome).toEqual({ kind: 'verified', ...told.at(-1) });
    expect(told.map(({ samples }) => samples)).toEqual(told.map((_, index) => index + 2));
    expect(told).toHaveLength(60);
    told.forEach(({ held, restarts }, index) => {
      expect(held - (told[index - 1]?.held ?? 0)).toBeLessThanOrEqual(200);
      expect(restarts).toBe(0);
    });
    expect(told[0]?.held).toBe(200);
    expect(told.at(-1)?.held).toBe(12_000);
  });

  it('fails with the reason when EXTOUT does not follow, or cannot be written', async () => {
    const clock = new VirtualClock();
    const { lines } = slowLines(clock);
    const deaf = await clock.runUntil(verifiedHold({ ...lines, writeExtout: async () => {} }, clock, plan));
    expect(deaf).toEqual({
      kind: 'failed',
      reason: expect.stringContaining('asserted: EXTOUT does not follow what is'),
    });
    const start = clock.now();
    const broken = { ...lines, writeExtout: () => Promise.reject(new Error('EREMOTEIO')) };
    expect(await clock.runUntil(verifiedHold(broken, clock, plan))).toEqual({
      kind: 'failed',
      reason: 'EXTOUT could not be asserted: EREMOTEIO',
    });
    expect(clock.now() - start).toBeGreaterThanOrEqual(3000);
    expect(clock.now() - start).toBeLessThan(3200);
  });
});
