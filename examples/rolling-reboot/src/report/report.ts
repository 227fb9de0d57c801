// Telling people and machines: lines for the journal, a hook, a webhook, a textfile for Prometheus. Nothing here can
// make a roll fail.
import type { Outcome } from '../journal.js';
import type { StepName } from '../step-names.js';

export type EventName = 'start' | 'success' | 'failure';

/** Something worth a hook and a webhook. */
export interface RollEvent {
  readonly event: EventName;
  readonly roll: string;
  readonly node: string;
  /** One sentence for people. */
  readonly text: string;
}

/** Where the program is, for the textfile. */
export interface Gauges {
  readonly phase: StepName | 'idle' | 'waiting' | 'standing-down';
  readonly lockHeld: boolean;
}

export interface Reporter {
  /** One line; `roll` is the same on every node that takes part. */
  line(level: 'info' | 'warning' | 'error', text: string, roll?: string): void;
  /** Calls hook and webhook; resolves when both have ended, well or not. */
  event(event: RollEvent): Promise<void>;
  /** Writes the textfile. */
  gauges(gauges: Gauges, history: readonly Outcome[]): Promise<void>;
}
