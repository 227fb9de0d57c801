// What the line keeper knows of this node: it is the process that would have to act.
import type { HealthFinding, HealthReading } from '@sleepi3/driver';
import type { OwedWakeUp } from './owed-wake.js';

/** Something that is wrong, in the driver's form; the line and the wire have rows of their own. */
export interface Finding extends Omit<HealthFinding, 'id'> {
  /** Stable. */
  readonly id: string;
}

export interface NodeReport {
  /** What is wrong with the board, its settings and the line. */
  readonly findings: readonly Finding[];
  /** What the board says; absent when it could not be read. */
  readonly reading?: HealthReading;
  /** The act that is under way. */
  readonly act?: string;
  /** The wake pulse that is owed. */
  readonly owedWake?: OwedWakeUp;
  /** What the last test of the wire found. */
  readonly wireTest?: { readonly at: string; readonly verdict: string };
}

export const lineWasOrphaned: Finding = {
  id: 'extout-orphaned',
  severity: 'error',
  concerns: 'fencing',
  fact: 'EXTOUT was asserted with no owner, and has been released',
  why: 'Something other than the line keeper asserted it; the other node may have been woken, or cut off.',
  remedy: ['find the program or person that set extout'],
};

export function wakeIsOwed({ target, since }: OwedWakeUp): Finding {
  return {
    id: 'wake-owed',
    severity: 'warning',
    concerns: 'fencing',
    fact: `${target} has been owed its wake pulse since ${since}`,
    why: 'It was powered off by a reboot and may still be off.',
    remedy: ['nothing: it is being given now', `press the switch of ${target}'s board if it stays off`],
  };
}
