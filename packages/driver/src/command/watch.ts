import { type ParameterName, parameters } from '../board/parameters.js';
import type { Sleepi3 } from '../board/sleepi3.js';
import type { Snapshot } from '../board/snapshot.js';
import type { Arguments } from './arguments.js';
import type { CommandIo } from './io.js';
import { jsonOf, shownValue, statusTable } from './status.js';
import { formatValue } from './values.js';

/**
 * Prints the board's state and then every change, until stopped. A board that does not answer for a while is reported
 * once and looked at again: watching is what one does when it comes and goes.
 *
 * @returns the exit status: 0.
 */
export async function watch(
  board: Sleepi3,
  io: CommandIo,
  { json, interval = 1, exec }: Arguments,
  only: readonly ParameterName[] = [],
): Promise<number> {
  const options = { intervalMs: interval * 1000, signal: io.stopSignal(), clock: io.clock };
  for await (const event of board.watch(options)) {
    const seconds = (event.elapsedMs / 1000).toFixed(1);
    if (event.kind === 'unreadable') {
      io.writeError(`sleepi3: ${event.error.message}\n`);
      continue;
    }
    const changed = event.changed.filter((name) => (only.length === 0 ? !hidden.has(name) : isIn(name, only)));
    if (only.length > 0 && event.previous !== undefined && changed.length === 0) continue;
    if (json) io.write(jsonOf({ seconds: Number(seconds), ...event.snapshot }));
    else if (event.previous === undefined) io.write(`${statusTable(event.snapshot)}\n`);
    else
      for (const change of shownChanges(event.previous, event.snapshot, changed))
        io.write(`+${seconds} s  ${change}\n`);
    if (exec !== undefined && changed.length > 0) await runHook(io, exec, event.snapshot, changed);
  }
  return 0;
}

/** What a person does not look for: each value is shown once, not again as a byte. */
const hidden: ReadonlySet<keyof Snapshot> = new Set(['voltage1', 'voltage2', 'wakeup-status']);

const isIn = (name: string, names: readonly string[]): boolean => names.includes(name);

/** The changes as lines. */
function shownChanges(before: Snapshot, after: Snapshot, changed: readonly (keyof Snapshot)[]): string[] {
  return changed
    .map((name) => [name, shownValue(before, name), shownValue(after, name)] as const)
    .filter(([, old, now]) => old !== now)
    .map(([name, old, now]) => `${name}  ${old} → ${now}`);
}

/** ms that a command of `--exec` may take. */
const hookTimeout = 60_000;

/** Runs the command of `--exec`, and says how it ended when it did not end well. What it prints is passed on. */
async function runHook(
  io: CommandIo,
  command: string,
  snapshot: Snapshot,
  changed: readonly (keyof Snapshot)[],
): Promise<void> {
  const variable = (name: string, value: string) => `SLEEPI3_${name.toUpperCase().replaceAll('-', '_')}=${value}`;
  const names = Object.keys(parameters) as ParameterName[];
  const environment = [
    variable('changed', changed.join(' ')),
    ...names.map((name) => variable(name, formatValue(snapshot[name]).replaceAll('\n', ' '))),
  ];
  const result = await io.run('env', [...environment, 'sh', '-c', command], { timeout: hookTimeout });
  io.write(result.stdout);
  io.writeError(result.stderr);
  const end = result.timedOut
    ? `did not end within ${hookTimeout / 1000} s`
    : result.signal !== null
      ? `was killed by ${result.signal}`
      : `exited with status ${String(result.status)}`;
  if (result.status !== 0) io.writeError(`sleepi3: the command of --exec ${end}\n`);
}
