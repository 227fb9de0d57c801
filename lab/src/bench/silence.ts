// Where the time of a silence goes, part by part, as the journal of the machine that takes over tells it.
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';

/** A step on the way to the service again, and how the journal tells that it is done. */
export interface Step {
  readonly name: string;
  readonly pattern: RegExp;
}

export interface Part {
  readonly name: string;
  /** From the last step to this one. */
  readonly seconds: number;
}

/**
 * The parts of a silence: up to each step from the one before. A step that the journal does not tell, or tells before the
 * one before it, is part of the next one.
 *
 * @param journal - `journalctl --output=short-unix`.
 * @param start - When the silence began, and `end` when it ended: s since 1970, by the clock of the journal.
 */
export function partsOf(journal: string, steps: readonly Step[], start: number, end: number): Part[] {
  const lines = journal
    .split('\n')
    .map((line) => ({ time: Number.parseFloat(line), line }))
    .filter(({ time }) => time >= start && time <= end);
  const parts: Part[] = [];
  let last = start;
  for (const { name, pattern } of steps) {
    const found = lines.find(({ time, line }) => time >= last && pattern.test(line));
    if (found === undefined) continue;
    parts.push({ name, seconds: found.time - last });
    last = found.time;
  }
  return [...parts, { name: 'answer', seconds: end - last }];
}

/** How far a machine's clock is ahead of the lab's, s: the middle of the quickest of three questions. */
export async function clockOffset(lab: Lab, machine: Machine): Promise<number> {
  const asked: { readonly took: number; readonly offset: number }[] = [];
  for (let count = 0; count < 3; count += 1) {
    const before = lab.clock.now();
    const seconds = Number(await machine.mustExec(['date', '+%s.%N']));
    const took = lab.clock.now() - before;
    asked.push({ took, offset: seconds - (before + took / 2) / 1000 });
  }
  return asked.reduce((best, one) => (one.took < best.took ? one : best)).offset;
}

/** The journal of a machine since a time of its own clock. */
export const journalSince = (machine: Machine, time: number): Promise<string> =>
  machine.mustExec(['journalctl', '--output=short-unix', '--no-pager', `--since=@${Math.floor(time)}`], {
    timeout: 120_000,
  });

/** `detection 1.21, membership 0.30, …` */
export const describeParts = (parts: readonly Part[]): string =>
  parts.map(({ name, seconds }) => `${name} ${seconds.toFixed(2)}`).join(', ');
