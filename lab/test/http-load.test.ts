import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { HttpLoad } from '../src/network/http-load.js';

/** A service that answers after `delay` ms, and not at all in the given stretch of the clock, ms. */
function load({ delay = 10, away = [Infinity, Infinity] as readonly [number, number] } = {}) {
  const clock = new VirtualClock();
  const ask = async () => {
    const asked = clock.now();
    await clock.sleep(delay);
    return asked < away[0] || asked >= away[1];
  };
  return { clock, load: new HttpLoad(clock, ask, 50) };
}

describe('a load on the service', () => {
  it('is as many requests a second as it was told, however slow the answers', async () => {
    const { clock, load: slow } = load({ delay: 700 });
    await clock.advance(9_990);
    const ended = slow.end();
    await clock.advance(700);
    expect(await ended).toMatchObject({ requests: 500, failed: 0 });
  });

  it('counts what fails, and the longest time without an answer', async () => {
    const { clock, load: broken } = load({ away: [5_000, 5_400] });
    await clock.advance(9_990);
    const ended = broken.end();
    await clock.advance(10);
    expect(await ended).toEqual({ requests: 500, failed: 20, longestGap: 420 });
  });

  it('takes a service that stays away for away to the end', async () => {
    const { clock, load: dead } = load({ away: [1_000, Infinity] });
    await clock.advance(4_990);
    const ended = dead.end();
    await clock.advance(10);
    expect((await ended).longestGap).toBeGreaterThanOrEqual(3_990);
  });
});
