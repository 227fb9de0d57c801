// All that the procedure needs of the outside. The real one is in node-host.ts; the model test brings its own.
import type { Clock } from '@sleepi3/driver';
import type { ProbeResult } from '@sleepi3/program';
import type { Cluster } from '../cluster/cluster.js';
import type { Records } from '../journal.js';
import type { Reporter } from '../report/report.js';

/** The slee-Pi 3 of this node. */
export interface Board {
  /** Why the Pi was last powered on, in sleepi3ctl's words. */
  wakeupFlags(): Promise<readonly string[]>;
  /** What of the vendor's settings would leave a node off that hangs in its reboot, one sentence each. */
  watchdogProblems(): Promise<readonly string[]>;
  /** What the clock says by which the wake alarm goes, ms since 1970; the system's may say something else. */
  rtcTime(): Promise<number>;
  /** ms since 1970; undefined when none is set. */
  wakeAlarm(): Promise<number | undefined>;
  setWakeAlarm(time: number | undefined): Promise<void>;
}

/** A lock by which a program asks systemd not to shut down (systemd-inhibit(1)). */
export interface Inhibitor {
  /** What is held back, colons between: `shutdown:sleep`. */
  readonly what: string;
  readonly who: string;
  readonly why: string;
  /** `block`, `block-weak` (not for root), `delay` (a few seconds). */
  readonly mode: string;
  readonly pid: number;
}

export interface Host {
  readonly clock: Clock;
  /** ms since 1970. */
  date(): number;
  /** Changes with every boot. */
  bootId(): Promise<string>;
  readonly pid: number;
  readonly cluster: Cluster;
  /** Undefined on a node without one. */
  readonly board: Board | undefined;
  readonly records: Records;
  /** Asks once over HTTP, on a new connection; never rejects. */
  readonly probe: (url: string, timeoutMs: number) => Promise<ProbeResult>;
  /** The locks that programs hold against a shutdown; none where there is no systemd-logind. */
  readonly inhibitors: () => Promise<readonly Inhibitor[]>;
  fileExists(path: string): Promise<boolean>;
  /** Asks the system to reboot. Resolves when it has taken the order. */
  reboot(): Promise<void>;
  /** Whether the system is on its way down, for whatever reason; false when that cannot be told. */
  goingDown(): Promise<boolean>;
  /** Eight random characters. */
  randomWord(): string;
  readonly report: Reporter;
  /** Aborted when the program shall end. */
  readonly signal: AbortSignal;
}
