import { Sleepi3Error } from '../errors.js';
import type { Sleepi3, Snapshot } from '../board/sleepi3.js';
import type { Arguments } from './arguments.js';
import type { CommandIo } from './io.js';
import { jsonOf, shownValue, statusTable } from './status.js';

/**
 * Prints the board's state and then every change, until stopped. A board that does not answer for a while is reported
 * once and looked at again: watching is what one does when it comes and goes.
 *
 * @returns the exit status: 0.
 */
export async function watch(board: Sleepi3, io: CommandIo, { json, interval = 1 }: Arguments): Promise<number> {
  const signal = io.stopSignal();
  const start = io.clock.now();
  let last: Snapshot | undefined;
  let failing = '';
  while (!signal.aborted) {
    try {
      const snapshot = await board.snapshot();
      const seconds = ((io.clock.now() - start) / 1000).toFixed(1);
      failing = '';
      if (json) {
        if (JSON.stringify(snapshot) !== JSON.stringify(last))
          io.write(jsonOf({ seconds: Number(seconds), ...snapshot }));
      } else if (last === undefined) {
        io.write(`${statusTable(snapshot)}\n`);
      } else {
        for (const change of changesBetween(last, snapshot)) io.write(`+${seconds} s  ${change}\n`);
      }
      last = snapshot;
    } catch (error) {
      if (!(error instanceof Sleepi3Error)) throw error;
      if (error.message !== failing) io.writeError(`sleepi3: ${error.message}\n`);
      failing = error.message;
    }
    await io.clock.sleep(interval * 1000, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }
  return 0;
}

/** The changes a person looks for: each value once, not again as a byte. */
function changesBetween(before: Snapshot, after: Snapshot): string[] {
  return (Object.keys(after) as (keyof Snapshot)[])
    .filter((name) => name !== 'voltage1' && name !== 'voltage2' && name !== 'wakeup-status')
    .map((name) => [name, shownValue(before, name), shownValue(after, name)] as const)
    .filter(([, old, now]) => old !== now)
    .map(([name, old, now]) => `${name}  ${old} → ${now}`);
}
