import type { WakeAlarmFiles } from '../board/wake-alarm.js';
import type { Clock } from '../system/clock.js';
import type { RunProgram } from '../system/run-program.js';

/** The outside of the `sleepi3` command. */
export interface CommandIo {
  /** The words after the program's name. */
  readonly args: readonly string[];
  /** Writes to the standard output; the text ends its own lines. */
  write(text: string): void;
  /** Writes to the standard error; the text ends its own lines. */
  writeError(text: string): void;
  readonly clock: Clock;
  /** The time of the system, ms since 1970. */
  epoch(): number;
  /** Runs date and what `watch --exec` names. */
  readonly run: RunProgram;
  /** The files of the clock chip; this machine's by default. */
  readonly files?: WakeAlarmFiles;
  /** Aborts when the user wants the command to end (Ctrl-C); asked for only by commands that do not end by themselves. */
  stopSignal(): AbortSignal;
}
