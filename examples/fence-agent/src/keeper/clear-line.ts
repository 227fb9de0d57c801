// Lets go of a line that nobody owns. Its one caller at a time is whoever owns the line: the keeper between two acts, or what
// the service manager runs when the keeper is dead.
import type { Clock } from '@sleepi3/driver';
import { type Lines, readSettled } from '../line/lines.js';
import { release } from '../line/pulse.js';
import { reasonOf } from '../reason.js';

/** What the journal says of it. */
export const releasedText = 'EXTOUT was asserted and has been released';

export interface LineHost {
  readonly clock: Clock;
  readonly openLines: () => Promise<Lines & { close(): Promise<void> }>;
  readonly log: (message: string) => void;
}

/** Between two attempts to open the board, ms. */
const openInterval = 500;
/** A transfer that takes longer than this, ms, leaves no time to look again before letting go. */
const quickTransfer = 250;

/** Releases EXTOUT if it is asserted, or cannot be read, trying for `timeout` ms. Rejects when the board cannot be opened. */
export async function clearLine(host: LineHost, timeout: number): Promise<'idle' | 'released' | 'stuck'> {
  const { clock, openLines, log } = host;
  const deadline = clock.now() + timeout;
  let told = false;
  for (;;) {
    try {
      const lines = await openLines();
      try {
        const found = await letGoAtOnce(lines, clock);
        if (found === 'idle') return 'idle';
        const left = Math.max(0, deadline - clock.now());
        return (await release({ lines, clock, log }, left, found === 'written')) ? 'released' : 'stuck';
      } finally {
        await lines.close();
      }
    } catch (error) {
      if (clock.now() >= deadline) throw error;
      if (!told) log(`the board could not be reached to release EXTOUT: ${reasonOf(error)}`);
      told = true;
    }
    await clock.sleep(openInterval);
  }
}

/**
 * Lets go of a line that is asserted with as few transfers as can be, and sees to it later: whoever held it may have done so
 * for seconds, and at 9 s it cuts the other node, or this one where the wires touch. A bus that fails is for later, too: then
 * it is to be released for as long as it takes.
 */
async function letGoAtOnce(lines: Lines, clock: Clock): Promise<'idle' | 'written' | 'asserted'> {
  const asked = clock.now();
  try {
    const { extout } = await lines.read();
    const isQuick = clock.now() - asked <= quickTransfer;
    // A bit may have flipped on the bus; at the cost of seconds that is not looked into.
    if ((isQuick || !extout) && !(await readSettled(lines)).extout) return 'idle';
    await lines.writeExtout(false);
    return 'written';
  } catch {
    return 'asserted';
  }
}
