// Telling people and machines: lines for the journal, a hook, what alert_sleepi3 tells, a textfile for Prometheus. Nothing
// here can make a roll fail.
import type { Outcome } from '../journal.js';
import type { StepName } from '../step-names.js';

export type EventName = 'start' | 'success' | 'failure';

/** Something worth telling people, and a hook. */
export interface RollEvent {
  readonly event: EventName;
  /** Empty where no roll has begun. */
  readonly roll: string;
  readonly node: string;
  /** One sentence for people. */
  readonly text: string;
  /** Of a failure in a roll: no other node begins before somebody has looked. */
  readonly rollStops?: boolean;
}

/** Where the program is, for the textfile. */
export interface Gauges {
  readonly phase: StepName | 'idle' | 'waiting' | 'standing-down';
  readonly lockHeld: boolean;
}

export interface Reporter {
  /** One line; `roll` is the same on every node that takes part. */
  line(level: 'info' | 'warning' | 'error', text: string, roll?: string): void;
  /** Calls the hook, and hands the event to alert_sleepi3; resolves when both have ended, well or not. */
  event(event: RollEvent): Promise<void>;
  /** Writes the textfile. */
  gauges(gauges: Gauges, history: readonly Outcome[]): Promise<void>;
}
