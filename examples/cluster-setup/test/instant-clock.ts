// Time that passes only when it is waited for.
import type { Clock } from '@sleepi3/driver';

export function instantClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}
