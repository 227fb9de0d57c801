import type { RunProgram } from '../system/run-program.js';

/**
 * SMBus transfers as the slee-Pi 3 uses them: the one door between the driver and the outside.
 *
 * A back end carries out exactly one transfer per call and does not retry; the driver does that. Calls may
 * overlap, the back end puts them in order. A failed transfer rejects with a {@link BusError}.
 */
export interface Bus {
  /** What a person would call this bus, such as `i2c-tools:1`; stands in error messages. */
  readonly name: string;

  /** Reads one byte. `address` 0x03–0x77, `register` 0–255; resolves to 0–255. */
  readByte(address: number, register: number): Promise<number>;

  /** Reads one word, low byte first (SMBus); resolves to 0–65535. */
  readWord(address: number, register: number): Promise<number>;

  /** Writes one byte, `value` 0–255. */
  writeByte(address: number, register: number, value: number): Promise<void>;

  /** Writes one word, low byte first (SMBus), `value` 0–65535. */
  writeWord(address: number, register: number, value: number): Promise<void>;

  /**
   * Runs `body` while no other user of the lock, in this process or in another one, runs theirs. The lock is
   * advisory and goes away with the process that holds it. Not reentrant.
   *
   * It orders the transfers of the bodies: a back end may send the body's first transfers before it knows that it has
   * the lock, if they are carried out only then. Without the lock they fail, and so does the call.
   */
  withLock<T>(body: () => Promise<T>): Promise<T>;

  /** Lets go of the bus. A second call does nothing; a transfer afterwards rejects. */
  close(): Promise<void>;
}

/** Which bus transfer failed. */
export type Transfer = 'readByte' | 'readWord' | 'writeByte' | 'writeWord';

/**
 * A single transfer that failed, as a back end reports it; its code is the errno. The driver retries it, or wraps it in a
 * `Sleepi3Error`.
 */
export class BusError extends Error {
  override readonly name = 'BusError';
  /** The errno by name, such as `EREMOTEIO` (nobody acknowledged), `ETIMEDOUT`, `EACCES`, `ENOENT`, `EBADF`. */
  readonly errno: string;

  constructor(errno: string, message: string, facts?: ErrorOptions) {
    super(message, facts);
    this.errno = errno;
  }
}

/** What the back ends need from outside; everything has a default. */
export interface BusOptions {
  /** ms that the lock between processes is waited for; default 5000. */
  readonly lockTimeout?: number;
  /** ms that one transfer may take on a back end that can hang (`i2c-tools:`, `unix:`); default 2000. */
  readonly transferTimeout?: number;
  /** How programs (flock, i2cget, i2cset) are run; this machine's by default. */
  readonly run?: RunProgram;
  /** Loads the i2c-bus package; by default the one that was installed with the driver, or the one in `i2cBusDirectory`. */
  readonly loadI2cBus?: () => Promise<unknown>;
  /** The directory whose `node_modules` have i2c-bus; `/usr/lib/fence-sleepi3` by default, of the Debian package of that name. */
  readonly i2cBusDirectory?: string;
  /** Where i2cget and i2cset are; `/usr/sbin` by default, as in Debian. */
  readonly i2cToolsDirectory?: string;
  /** The device node of bus N, which is locked; `/dev/i2c-N` by default. */
  readonly devicePath?: string;
}
