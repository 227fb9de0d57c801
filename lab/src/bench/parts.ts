// Where the time of a silence or of a fencing goes, part by part: what the boards did, as recorded outside the machines, and
// what the journal of the machine that takes over or fences tells.
import type { Recording } from '@sleepi3/simulator';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';

/** A step on the way, and how the journal tells that it is done. */
export interface Step {
  readonly name: string;
  readonly pattern: RegExp;
}

/** When a step was done, s. */
export interface Mark {
  readonly name: string;
  readonly at: number;
}

export interface Part {
  readonly name: string;
  /** From the step before to this one. */
  readonly seconds: number;
}

/**
 * The parts of the time from `start` to `end`, in the order in which the steps were done: up to each from the one before, and
 * from the last one to the answer.
 */
export function partsOf(marks: readonly Mark[], start: number, end: number): Part[] {
  const within = marks.filter(({ at }) => at >= start && at <= end).toSorted((one, other) => one.at - other.at);
  return [...within, { name: 'answer', at: end }].map(({ name, at }, index) => ({
    name,
    seconds: at - (within[index - 1]?.at ?? start),
  }));
}

/**
 * When the journal first tells of each step, by its own clock. A step that it does not tell has no mark.
 *
 * @param journal - `journalctl --output=short-unix`.
 * @param start - s since 1970, by the clock of the journal; what was told before does not count.
 */
export function marksOfJournal(journal: string, steps: readonly Step[], start: number): Mark[] {
  const lines = journal
    .split('\n')
    .map((line) => ({ time: Number.parseFloat(line), line }))
    .filter(({ time }) => time >= start);
  return steps.flatMap(({ name, pattern }) => {
    const found = lines.find(({ line }) => pattern.test(line));
    return found === undefined ? [] : [{ name, at: found.time }];
  });
}

/**
 * What the boards did in a fencing: EXTOUT asserted, the power cut, and EXTOUT let go of. By the clock of the recording.
 *
 * @param start - ms of that clock.
 */
export function marksOfBoards(
  recording: Pick<Recording, 'pulses'>,
  { shooter, target }: { readonly shooter: string; readonly target: string },
  start: number,
): Mark[] {
  const shot = recording.pulses(shooter, 'EXTOUT').find((pulse) => pulse.start >= start);
  const cut = recording.pulses(target, 'power').find(({ open, end }) => !open && end >= start);
  return [
    ...(shot === undefined ? [] : [{ name: 'EXTOUT', at: shot.start / 1000 }]),
    ...(cut === undefined ? [] : [{ name: 'cut', at: cut.end / 1000 }]),
    ...(shot === undefined || shot.open ? [] : [{ name: 'hold', at: shot.end / 1000 }]),
  ];
}

/**
 * The parts of what began at `start` and ended at `end`, ms of the lab's clock.
 *
 * @param shooter - The machine whose journal is asked, and whose board fences where there is a fencing.
 * @param offset - How far the clock of that machine is ahead of the lab's, s.
 */
export async function measureParts(
  lab: Lab,
  { shooter, target, steps, offset }: { shooter: Machine; target: Machine; steps: readonly Step[]; offset: number },
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Part[]> {
  const begun = start / 1000 + offset;
  const told = marksOfJournal(await journalSince(shooter, begun), steps, begun);
  return partsOf(
    [
      ...told.map(({ name, at }) => ({ name, at: at - offset })),
      ...marksOfBoards(lab.recording, { shooter: shooter.name, target: target.name }, start),
    ],
    start / 1000,
    end / 1000,
  );
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
const journalSince = (machine: Machine, time: number): Promise<string> =>
  machine.mustExec(['journalctl', '--output=short-unix', '--no-pager', `--since=@${Math.floor(time)}`], {
    timeout: 120_000,
  });

/** `detection 1.21, membership 0.30, …` */
export const describeParts = (parts: readonly Part[]): string =>
  parts.map(({ name, seconds }) => `${name} ${seconds.toFixed(2)}`).join(', ');
