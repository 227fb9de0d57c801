import { VirtualClock } from '@sleepi3/simulator';
import { expect, it } from 'vitest';
import type { Host } from '../src/host.js';
import type { Journal } from '../src/journal.js';
import type { Settings } from '../src/settings.js';
import { Turn } from '../src/turn.js';

/** How often a look that takes `lookTime` ms is taken in vain within 100 s. */
async function looks(lookTime: number): Promise<number> {
  const clock = new VirtualClock({ settle: 'promises' });
  const host: Partial<Host> = { clock, signal: new AbortController().signal };
  const turn = new Turn(host as Host, {} as Settings, {} as Journal);
  let count = 0;
  const waiting = turn.until(100, async () => {
    count += 1;
    if (lookTime > 0) await clock.sleep(lookTime);
    return 'the cluster is not there';
  });
  const given = expect(waiting).rejects.toMatchObject({ code: 'STEP_FAILED' });
  await clock.advance(200_000);
  await given;
  return count;
}

it('looks every two seconds at a cluster that answers quickly', async () => {
  expect(await looks(0)).toBe(51);
});

it('spends at most a quarter of its time on looking, so that what it waits for gets the rest', async () => {
  expect(await looks(4000)).toBe(7);
});
