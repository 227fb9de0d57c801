import type { Clock } from '@sleepi3/driver';
import { systemClock } from '@sleepi3/driver';
import { describe, expect, it } from 'vitest';
import { timersOn, VirtualClock } from '../src/index.js';

/** A clock without callbacks, whose sleeps end `early` ms before their time, as Node's may. */
function earlyClock(clock: VirtualClock, early: number, asked: number[] = []): Clock {
  return {
    now: () => clock.now(),
    sleep: (milliseconds, signal) => {
      asked.push(milliseconds);
      return clock.sleep(Math.max(Math.min(milliseconds, 0.1), milliseconds - early), signal);
    },
  };
}

describe('timers on any clock', () => {
  it('are the clock itself when it can call back', () => {
    const clock = new VirtualClock();
    expect(timersOn(clock)).toBe(clock);
  });

  it('never fire early, even when the clock ends its sleeps early', async () => {
    const clock = new VirtualClock();
    const timers = timersOn(earlyClock(clock, 0.7));
    let firedAt = 0;
    timers.after(100, () => (firedAt = timers.now()));
    await clock.run();
    expect(firedAt).toBeGreaterThanOrEqual(100);
    expect(firedAt).toBeLessThan(101);
  });

  it('wait longer than setTimeout can', async () => {
    const clock = new VirtualClock();
    const asked: number[] = [];
    const timers = timersOn(earlyClock(clock, 0, asked));
    let firedAt = 0;
    timers.after(2 ** 31 + 1000, () => (firedAt = timers.now()));
    await clock.run({ within: 2 ** 32 });
    expect(firedAt).toBe(2 ** 31 + 1000);
    expect(Math.max(...asked)).toBeLessThan(2 ** 31);
  });

  it('do not fire when called off during the sleep', async () => {
    const clock = new VirtualClock();
    const timers = timersOn(earlyClock(clock, 0));
    let fired = 0;
    timers.after(50, () => fired++)();
    await clock.run();
    expect(fired).toBe(0);
  });

  it('do not fire when called off at the moment the sleep ends', async () => {
    let wake = () => {};
    let now = 0;
    const timers = timersOn({ now: () => now, sleep: () => new Promise<void>((resolve) => (wake = resolve)) });
    let fired = 0;
    const cancel = timers.after(20, () => fired++);
    now = 20;
    wake();
    cancel();
    await new Promise((resolve) => setImmediate(resolve));
    expect(fired).toBe(0);
  });

  it('sleep as the clock does', async () => {
    const clock = new VirtualClock();
    const timers = timersOn(earlyClock(clock, 0));
    await clock.runUntil(timers.sleep(25));
    expect(timers.now()).toBe(25);
  });

  it('run on the clock of this machine', async () => {
    const timers = timersOn(systemClock);
    const started = timers.now();
    await new Promise<void>((resolve) => timers.after(5, resolve));
    expect(timers.now() - started).toBeGreaterThanOrEqual(5);
  });
});
