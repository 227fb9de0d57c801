import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/index.js';

describe("this machine's clock", () => {
  it('does not run backwards, and sleeps', async () => {
    const start = systemClock.now();
    await systemClock.sleep(1);
    await systemClock.sleep(1, new AbortController().signal);
    expect(systemClock.now()).toBeGreaterThan(start);
  });

  it('wakes up with the reason when aborted, before and during the sleep', async () => {
    const reason = new Error('enough');
    await expect(systemClock.sleep(600_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    const sleep = systemClock.sleep(600_000, abort.signal);
    abort.abort(reason);
    await expect(sleep).rejects.toBe(reason);
  });
});
