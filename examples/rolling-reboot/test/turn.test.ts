import { VirtualClock } from '@sleepi3/simulator';
import { expect, it } from 'vitest';
import type { Host } from '../src/node/host.js';
import type { Journal } from '../src/journal.js';
import type { Settings } from '../src/settings.js';
import { Turn } from '../src/turn-state.js';

/** How often a look that takes `lookTime` ms is taken in vain within 100 s, and how long that lasts, ms. */
async function inVain(lookTime: number): Promise<{ looks: number; lasted: number }> {
  const clock = new VirtualClock({ settle: 'promises' });
  const host: Partial<Host> = { clock, signal: new AbortController().signal };
  const turn = new Turn(host as Host, {} as Settings, {} as Journal);
  let looks = 0;
  const begun = clock.now();
  let lasted = 0;
  const waiting = turn
    .until(100, async () => {
      looks += 1;
      if (lookTime > 0) await clock.sleep(lookTime);
      return 'the cluster is not there';
    })
    .finally(() => {
      lasted = clock.now() - begun;
    });
  const given = expect(waiting).rejects.toMatchObject({ code: 'STEP_FAILED' });
  await clock.advance(200_000);
  await given;
  return { looks, lasted };
}

it('looks every two seconds at a cluster that answers quickly', async () => {
  expect(await inVain(0)).toEqual({ looks: 51, lasted: 100_000 });
});

it('spends at most a quarter of its time on looking, so that what it waits for gets the rest', async () => {
  expect((await inVain(4000)).looks).toBe(7);
});

it('does not rest beyond its time, which the lock would not last', async () => {
  for (const lookTime of [4000, 10_000, 20_000, 30_000]) {
    const { lasted } = await inVain(lookTime);
    expect(lasted).toBeGreaterThanOrEqual(100_000);
    expect(lasted).toBeLessThanOrEqual(100_000 + 2000 + lookTime);
  }
});
