// Lets go of a line that nobody owns. Its one caller at a time is whoever owns the line: the keeper between two acts, or what
// the service manager runs when the keeper is dead.
import type { Clock } from '@sleepi3/driver';
import { type Lines, readSettled } from '../line/lines.js';
import { release } from '../line/pulse.js';

export interface LineHost {
  readonly clock: Clock;
  readonly openLines: () => Promise<Lines & { close(): Promise<void> }>;
  readonly log: (message: string) => void;
}

/** Between two attempts to open the board, ms. */
const openPeriod = 500;

/** Releases EXTOUT if it is asserted, or cannot be read, trying for `patience` ms. Rejects when the board cannot be opened. */
export async function clearLine(host: LineHost, patience: number): Promise<'idle' | 'released' | 'stuck'> {
  const { clock, openLines, log } = host;
  const giveUp = clock.now() + patience;
  let told = false;
  for (;;) {
    try {
      const lines = await openLines();
      try {
        if (await isIdle(lines)) return 'idle';
        return (await release({ lines, clock, log }, Math.max(0, giveUp - clock.now()))) ? 'released' : 'stuck';
      } finally {
        await lines.close();
      }
    } catch (error) {
      if (clock.now() >= giveUp) throw error;
      if (!told) log(`the board could not be reached to release EXTOUT: ${String(error)}`);
      told = true;
    }
    await clock.sleep(openPeriod);
  }
}

/** False also when the bus fails: then it is to be released for as long as it takes. */
async function isIdle(lines: Lines): Promise<boolean> {
  try {
    return !(await readSettled(lines)).extout;
  } catch {
    return false;
  }
}
