import type { WakeupFlag } from '@sleepi3/driver';

/**
 * What a board feeds: a test, a process, a virtual machine. The board calls it at the moment its power switch moves; it
 * gives signs of life with `board.heartbeat()`.
 */
export interface Pi {
  /** Power is there. `cause` is what wakeup_status now reads. */
  powerOn(cause: WakeupFlag): void;
  /** Power is gone: whatever ran has stopped in the middle of what it did. */
  powerOff(): void;
}
