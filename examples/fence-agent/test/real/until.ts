import { systemClock } from '@sleepi3/driver';

/** Resolves once `condition` is true; rejects after `seconds`, saying for what it waited. */
export async function until(what: string | (() => string), condition: () => boolean, seconds = 20): Promise<void> {
  for (let waited = 0; !condition(); waited += 25) {
    if (waited > seconds * 1000)
      throw new Error(`after ${seconds} s not yet: ${typeof what === 'string' ? what : what()}`);
    await systemClock.sleep(25);
  }
}
