import { systemClock } from '@sleepi3/driver';
import { againWhereStarved } from '../../../../tools/test/support/starved.js';

/** s that a test waits for a state before it fails: it bounds a defect, and a starved machine is none. */
export const timeout = 120;

/**
 * Options of tests of what keeps to seconds of real time, and says that it failed where a starved machine did not let it: there,
 * and nowhere else, they are tried again. What such an act does when all goes as it should is proven on virtual time.
 */
export const inRealTime = { timeout: 300_000, retry: againWhereStarved };

/** Resolves once `condition` is true; rejects after {@link timeout}, saying for what it waited. */
export async function until(what: string | (() => string), condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + timeout * 1000;
  while (!(await condition())) {
    if (systemClock.now() > deadline)
      throw new Error(`after ${timeout} s not yet: ${typeof what === 'string' ? what : what()}`);
    await systemClock.sleep(25);
  }
}
