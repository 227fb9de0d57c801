import type { Sleepi3 } from '../board/sleepi3.js';
import type { Snapshot } from '../board/snapshot.js';
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
  const options = { intervalMs: interval * 1000, signal: io.stopSignal(), clock: io.clock };
  for await (const event of board.watch(options)) {
    const seconds = (event.elapsedMs / 1000).toFixed(1);
    if (event.kind === 'unreadable') io.writeError(`sleepi3: ${event.error.message}\n`);
    else if (json) io.write(jsonOf({ seconds: Number(seconds), ...event.snapshot }));
    else if (event.previous === undefined) io.write(`${statusTable(event.snapshot)}\n`);
    else for (const change of shownChanges(event.previous, event.snapshot)) io.write(`+${seconds} s  ${change}\n`);
  }
  return 0;
}

/** The changes a person looks for: each value once, not again as a byte. */
function shownChanges(before: Snapshot, after: Snapshot): string[] {
  return (Object.keys(after) as (keyof Snapshot)[])
    .filter((name) => name !== 'voltage1' && name !== 'voltage2' && name !== 'wakeup-status')
    .map((name) => [name, shownValue(before, name), shownValue(after, name)] as const)
    .filter(([, old, now]) => old !== now)
    .map(([name, old, now]) => `${name}  ${old} → ${now}`);
}
