import type { Transfer } from './bus/bus.js';
import type { RegisterName } from './board/registers.js';

/**
 * What went wrong, stable across versions. The facts that come with each stand as fields of {@link Sleepi3Error}.
 *
 * - `UNKNOWN_PARAMETER`, `READ_ONLY`, `INVALID_VALUE`, `OUT_OF_RANGE`: the call was refused, the bus was not touched.
 * - `INVALID_BUS`, `INVALID_ADDRESS`: the bus spec or the address cannot be a slee-Pi 3's.
 * - `BUS_UNAVAILABLE`: the back end cannot be opened (not installed, no such socket …).
 * - `TRANSFER_FAILED`: a transfer failed for good, after `tries` tries with `errno`; `EBADMSG`: it gave something else each
 *   time.
 * - `READ_BACK_MISMATCH`: a write was carried out, but the register holds `actual` and not `expected`.
 * - `LOCK_BUSY`, `LOCK_FAILED`: the lock between processes is held by another one, or cannot be taken at all.
 * - `CLOSED`: the board was closed before.
 * - `DEFAULTS_FILE_UNREADABLE`, `DEFAULTS_FILE_INVALID`, `DEFAULTS_FILE_UNWRITABLE`: /etc/default/sleepi3 or its like.
 * - `WAKE_ALARM_FAILED`: the RTC refused the wake alarm or cannot be reached.
 * - `USAGE`: the command `sleepi3` does not understand its words; the package's functions do not throw it.
 */
export type Sleepi3ErrorCode =
  | 'UNKNOWN_PARAMETER'
  | 'READ_ONLY'
  | 'INVALID_VALUE'
  | 'OUT_OF_RANGE'
  | 'INVALID_BUS'
  | 'INVALID_ADDRESS'
  | 'BUS_UNAVAILABLE'
  | 'TRANSFER_FAILED'
  | 'READ_BACK_MISMATCH'
  | 'LOCK_BUSY'
  | 'LOCK_FAILED'
  | 'CLOSED'
  | 'DEFAULTS_FILE_UNREADABLE'
  | 'DEFAULTS_FILE_INVALID'
  | 'DEFAULTS_FILE_UNWRITABLE'
  | 'WAKE_ALARM_FAILED'
  | 'USAGE';

/** The facts of an error; which of them are there depends on its code. */
export interface Sleepi3ErrorFacts extends ErrorOptions {
  /** The parameter, by sleepi3ctl's name. */
  readonly parameter?: string;
  /** The value that was refused. */
  readonly value?: unknown;
  /** The smallest and the largest value that would have been accepted. */
  readonly range?: readonly [min: number, max: number];
  /** The bus, by {@link Bus.name}. */
  readonly bus?: string;
  /** The board's I2C address. */
  readonly address?: number;
  readonly register?: RegisterName;
  readonly transfer?: Transfer;
  /** The errno by name, such as `EREMOTEIO`. */
  readonly errno?: string;
  /** How often the transfer was tried. */
  readonly tries?: number;
  /** What was written to the register. */
  readonly expected?: number;
  /** What the register held afterwards. */
  readonly actual?: number;
  /** The file, device or socket. */
  readonly path?: string;
  /** The line of the file, from 1. */
  readonly line?: number;
}

/** The only error this package throws on purpose: a stable {@link code}, the facts, and a message that says what to do. */
export class Sleepi3Error extends Error implements Sleepi3ErrorFacts {
  override readonly name = 'Sleepi3Error';
  readonly code: Sleepi3ErrorCode;
  declare readonly parameter?: string;
  declare readonly value?: unknown;
  declare readonly range?: readonly [min: number, max: number];
  declare readonly bus?: string;
  declare readonly address?: number;
  declare readonly register?: RegisterName;
  declare readonly transfer?: Transfer;
  declare readonly errno?: string;
  declare readonly tries?: number;
  declare readonly expected?: number;
  declare readonly actual?: number;
  declare readonly path?: string;
  declare readonly line?: number;

  constructor(code: Sleepi3ErrorCode, message: string, facts: Sleepi3ErrorFacts = {}) {
    super(message, facts);
    this.code = code;
    Object.assign(this, facts);
  }
}

/** A value in a message. It may be anything: what a value can do wrong, it must not do in the middle of an error. */
export function shown(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'something that has no text'; // an object without toString, or with one that throws
  }
}
