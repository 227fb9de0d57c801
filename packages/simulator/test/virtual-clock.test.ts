import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/index.js';

describe('the virtual clock', () => {
  it('starts at 0, or where it is told to, and stands still until it is advanced', async () => {
    const clock = new VirtualClock();
    expect(clock.now()).toBe(0);
    await Promise.resolve();
    expect(clock.now()).toBe(0);
    expect(new VirtualClock({ start: 5000 }).now()).toBe(5000);
  });

  it('advances by exactly what it is told, timers or none', async () => {
    const clock = new VirtualClock();
    await clock.advance(1500);
    expect(clock.now()).toBe(1500);
    clock.after(100, () => {});
    await clock.advance(250);
    expect(clock.now()).toBe(1750);
  });

  it('fires timers by time, and those of one time in the order in which they were set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 60 }), async (delays) => {
        const clock = new VirtualClock({ settle: 'promises' });
        const fired: { delay: number; index: number; at: number }[] = [];
        delays.forEach((delay, index) => clock.after(delay, () => fired.push({ delay, index, at: clock.now() })));
        await clock.run();
        const expected = delays
          .map((delay, index) => ({ delay, index, at: delay }))
          .sort((a, b) => a.delay - b.delay || a.index - b.index);
        expect(fired).toEqual(expected);
      }),
    );
  });

  it('does not fire a timer that was called off, and calling off twice or late does no harm', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const cancelFirst = clock.after(10, () => fired.push('first'));
    const cancelSecond = clock.after(10, () => fired.push('second'));
    cancelFirst();
    cancelFirst();
    await clock.run();
    cancelSecond();
    expect(fired).toEqual(['second']);
  });

  it.each(['event-loop', 'promises'] as const)(
    'lets async code run on until it waits again before the next timer fires (settling by %s)',
    async (settle) => {
      const clock = new VirtualClock({ settle });
      const log: string[] = [];
      const walk = async (name: string, pace: number) => {
        for (let step = 1; step <= 3; step++) {
          await clock.sleep(pace);
          for (let deep = 0; deep < 50; deep++) await Promise.resolve();
          log.push(`${name}${step}@${clock.now()}`);
        }
      };
      const both = Promise.all([walk('a', 10), walk('b', 15)]);
      await clock.runUntil(both);
      expect(log).toEqual(['a1@10', 'b1@15', 'a2@20', 'b2@30', 'a3@30', 'b3@45']);
    },
  );

  it('runs until a promise is settled and no further, and passes on what it was settled with', async () => {
    const clock = new VirtualClock();
    clock.after(1000, () => {});
    expect(await clock.runUntil(clock.sleep(30).then(() => 'done'))).toBe('done');
    expect(clock.now()).toBe(30);
    await expect(clock.runUntil(clock.sleep(5).then(() => Promise.reject(new Error('no'))))).rejects.toThrow('no');
  });

  it('runs until a condition holds', async () => {
    const clock = new VirtualClock();
    let count = 0;
    const tick = () => {
      count++;
      clock.after(10, tick);
    };
    tick();
    await clock.runUntil(() => count === 5);
    expect(clock.now()).toBe(40);
  });

  it('says STALLED when what is waited for cannot happen on this clock', async () => {
    const clock = new VirtualClock();
    await expect(clock.runUntil(new Promise(() => {}))).rejects.toMatchObject({
      name: 'SimulatorError',
      code: 'STALLED',
      message: expect.stringContaining('no timer is left') as unknown,
    });
  });

  it('says TIME_LIMIT when it takes longer than allowed, and does not go past the limit', async () => {
    const clock = new VirtualClock();
    const beat = () => {
      clock.after(1000, beat);
    };
    beat();
    await expect(clock.run({ within: 3500 })).rejects.toMatchObject({ code: 'TIME_LIMIT' });
    expect(clock.now()).toBe(3000);
    await expect(clock.runUntil(() => false, { within: 2000 })).rejects.toMatchObject({ code: 'TIME_LIMIT' });
    await expect(clock.run()).rejects.toThrow('86400000 simulated ms');
  });

  it('says LIVELOCK when timers keep firing at one instant', async () => {
    const clock = new VirtualClock({ settle: 'promises' });
    const again = () => {
      clock.after(0, again);
    };
    again();
    await expect(clock.advance(1)).rejects.toMatchObject({ code: 'LIVELOCK' });
  });

  it('says CLOCK_BUSY when two callers advance it, and goes on for the first', async () => {
    const clock = new VirtualClock();
    const first = clock.advance(10);
    await expect(clock.advance(10)).rejects.toMatchObject({ code: 'CLOCK_BUSY' });
    await first;
    expect(clock.now()).toBe(10);
  });

  it('ends a sleep with the reason of its signal, before, during and never after', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(100, controller.signal);
    const slept = clock.sleep(10, controller.signal);
    await clock.runUntil(slept);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(1, controller.signal)).rejects.toBe(reason);
    await clock.run();
    expect(clock.now()).toBe(10);
  });

  it('refuses a timer at no time at all, and takes a negative one for now', async () => {
    const clock = new VirtualClock();
    expect(() => clock.after(NaN, () => {})).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
    await expect(clock.sleep(NaN)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await clock.runUntil(clock.sleep(-5));
    expect(clock.now()).toBe(0);
  });
});
