// How a virtual board behaves where the vendor's documents are silent, and what it is connected to.
import type { Clock, RegisterName } from '@sleepi3/driver';
import type { Pi } from '../pi/pi.js';

/**
 * What is not known about the hardware: both behaviours of each, so that a program can be shown to be right under both.
 */
export interface UnknownBehaviour {
  /**
   * Whether EXTOUT stays asserted when the board's own Pi loses its power. `released` clears EO.
   * Default `held`, the worse one for fencing: a node shot in mid-pulse goes on shooting.
   */
  readonly extoutOnPowerCut?: 'held' | 'released';
  /** Whether EIPDE survives a cut of the Pi's power. Default `kept`. */
  readonly eipdeOnPowerCut?: 'kept' | 'lost';
  /** What external_input_count reads between two assertions of EXTIN. Default `reset`, to 0. */
  readonly extinCountOnRelease?: 'reset' | 'kept';
  /**
   * What a write does to read-only registers and bits. Default `ignored`. `written`: it is stored; EI and SW show
   * what was written until the controller looks at its inputs again, at the next edge or one second later.
   */
  readonly readOnlyBits?: 'ignored' | 'written';
  /**
   * When the controller counts the seconds of an EXTIN hold, ms from -1000 to 1000: it counts the n-th at n s plus this,
   * so a forced power-down falls at 10 s plus this, 9–11 s into the hold. Default 0.
   */
  readonly extinPhase?: number;
}

export interface BoardOptions extends UnknownBehaviour {
  /** Stands in recordings and error messages; default `slee-Pi 3`. */
  readonly name?: string;
  /** Its I2C address; default 0x6E. */
  readonly address?: number;
  /** Default: a new {@link VirtualClock}. */
  readonly clock?: Clock;
  /** What the board feeds; more with {@link VirtualBoard.connect}. */
  readonly pi?: Pi;
  /** mV at CN1 and CN2; default 12000 and 0. Without any the controller itself is dead, and its bus with it. */
  readonly supply?: Partial<Supply>;
  /** Whether the Pi has power at first; default true, with wakeup_status `poweron`. */
  readonly powered?: boolean;
  /** What registers hold when the controller gets its supply; all others 0 (U). */
  readonly coldRegisters?: Partial<Readonly<Record<RegisterName, number>>>;
  /** ms without power in a power-cycle by the watchdog, and before a level trigger wakes a Pi just cut; default 1000 (I). */
  readonly powerCycleTime?: number;
  /** ms one bus transfer takes; default 0. A byte read at 100 kHz takes about 0.4 ms. */
  readonly transferTime?: number;
}

/** mV at the board's two supply connectors. The active voltage is the larger one. */
export interface Supply {
  readonly voltage1: number;
  readonly voltage2: number;
}
