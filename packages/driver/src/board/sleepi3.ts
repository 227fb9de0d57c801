import { boardAddresses, checkBoardAddress, hex } from '../bus/board-address.js';
import { adviceFor } from '../bus/bus-advice.js';
import { type Bus, type BusOptions, BusError, type Transfer } from '../bus/bus.js';
import { type Clock, systemClock } from '../system/clock.js';
import { defaultsFilePath, readDefaultsFile } from '../defaults/file.js';
import { shown, Sleepi3Error } from '../errors.js';
import {
  bitOf,
  encodeParameter,
  isParameterName,
  type ParameterName,
  type ParameterReading,
  parameterReading,
  parameters,
  type ParameterValue,
  type RegisterChange,
  type SettableParameterName,
  unknownParameter,
} from './parameters.js';
import { openBus } from '../bus/open-bus.js';
import { bits, type Register, type RegisterName, registers } from './registers.js';
import {
  type Contents,
  decodeParameters,
  decodeSnapshot,
  type IoStatus,
  type ParameterValues,
  registersOf,
  type Snapshot,
  type Voltages,
} from './snapshot.js';
import { type BoardEvent, type BoardWatchOptions, watchBoard } from './watch.js';
import { defaultRetryPolicy, isTransient, retryDelay, type RetryPolicy } from './retry.js';

/** How a board is driven, whatever bus it is on. */
export interface BoardOptions {
  /** Its I2C address: 0x6E (default), 0x6D or 0x6B. Nothing else is accepted: 0x6F is the board's clock chip. */
  readonly address?: number;
  /** Where the waits between tries come from; the machine's own clock by default. */
  readonly clock?: Clock;
  /** How failed transfers are tried again; what is left out comes from {@link defaultRetryPolicy}. */
  readonly retry?: Partial<RetryPolicy>;
  /** A number from 0 up to 1 for the jitter of the waits; `Math.random` by default. */
  readonly random?: () => number;
  /** Whether to read the version register first, so that a missing board is found out at once; default true. */
  readonly probe?: boolean;
}

/** Which board to open and how. */
export interface OpenOptions extends BoardOptions, BusOptions {
  /**
   * A bus spec, opened here and closed with the board: `1` or `'1'` (/dev/i2c-1 through i2c-bus, the default),
   * `'i2c-tools:1'`, `'unix:/path'`. Or an open {@link Bus}, which stays its owner's to close.
   */
  readonly bus?: number | string | Bus;
}

/** How to open the board of a defaults file; a `bus` and an `address` go before the file's. */
export type DefaultsFileOptions = Omit<OpenOptions, 'bus'> & Partial<Pick<OpenOptions, 'bus'>>;

/** How a write is carried out. */
export interface WriteOptions {
  /**
   * The most times the write itself is tried, over the {@link RetryPolicy}: because it failed, or because it does not read
   * back. A transfer that failed may have taken effect; 1 is for writes whose repetition is an event of its own, such as an
   * edge on EXTOUT: look first, then decide.
   */
  readonly tries?: number;
  /**
   * Of `extout`, which is alone in what can be written of its register: nothing but the write itself, in one transfer.
   * Neither are the other bits read first (they are written as the last {@link Sleepi3.ioStatus} showed them), nor is the
   * write read back. For a program that looks at the lines itself and has no time for more. Makes no difference to any
   * other parameter.
   */
  readonly atOnce?: boolean;
}

/** The registers that {@link Sleepi3.writeRegister} takes. */
export type WritableRegisterName = {
  [N in RegisterName]: (typeof registers)[N]['access'] extends 'read' ? never : N;
}[RegisterName];

/**
 * One slee-Pi 3.
 *
 * Every transfer that fails for a passing reason is tried again within the {@link RetryPolicy}; what fails for good
 * rejects with a {@link Sleepi3Error} `TRANSFER_FAILED`. After {@link close} every call rejects with `CLOSED`.
 */
export class Sleepi3 {
  readonly #bus: Bus;
  readonly #address: number;
  readonly #clock: Clock;
  readonly #retry: RetryPolicy;
  readonly #random: () => number;
  readonly #closeBus: () => Promise<void>;
  #closed: Promise<void> | undefined;
  #lastIoStatus = 0;

  private constructor(bus: Bus, closeBus: () => Promise<void>, options: BoardOptions) {
    this.#bus = bus;
    this.#closeBus = closeBus;
    this.#address = options.address ?? boardAddresses[0];
    this.#clock = options.clock ?? systemClock;
    this.#retry = { ...defaultRetryPolicy, ...options.retry };
    this.#random = options.random ?? Math.random;
  }

  /**
   * Opens a board and, unless `probe` is false, sees that it answers.
   *
   * @throws {@link Sleepi3Error} `INVALID_ADDRESS`, `INVALID_VALUE` (retry), `INVALID_BUS`, `BUS_UNAVAILABLE`,
   * `TRANSFER_FAILED` when nothing answers.
   */
  static async open(options: OpenOptions = {}): Promise<Sleepi3> {
    checkBoardOptions(options);
    const { bus = 1 } = options;
    const board =
      typeof bus === 'object'
        ? new Sleepi3(bus, () => Promise.resolve(), options)
        : await openBus(bus, options).then((opened) => new Sleepi3(opened, () => opened.close(), options));
    if (options.probe ?? true) {
      try {
        await board.readRegister('version');
      } catch (error) {
        await board.close();
        throw error;
      }
    }
    return board;
  }

  /**
   * Opens the board that a defaults file names: its I2C_BUS and I2C_ADDRESS. Bad lines about other settings do not
   * matter here, so that they cannot keep a node from fencing.
   *
   * @param path - /etc/default/sleepi3 by default.
   * @throws {@link Sleepi3Error} `DEFAULTS_FILE_UNREADABLE`, `DEFAULTS_FILE_INVALID` with `path` and `line`, and what
   * {@link open} throws.
   */
  static async fromDefaultsFile(path: string = defaultsFilePath, options: DefaultsFileOptions = {}): Promise<Sleepi3> {
    const { bus, address } = options;
    const { values, problems } = await readDefaultsFile(path);
    const problem = problems.find(
      ({ key, understood }) =>
        !understood && ((key === 'I2C_BUS' && bus === undefined) || (key === 'I2C_ADDRESS' && address === undefined)),
    );
    if (problem?.key !== undefined) {
      const { key, line, value, message } = problem;
      throw new Sleepi3Error('DEFAULTS_FILE_INVALID', `${path}, line ${line}: ${key}=${value}: ${message}`, {
        path,
        line,
        parameter: key,
        value,
      });
    }
    return Sleepi3.open({ address: values.I2C_ADDRESS, ...options, bus: bus ?? values.I2C_BUS });
  }

  /**
   * Reads one parameter. Flags are booleans, `extin-trigger` and `ri-trigger` `'edge'` or `'level'`, times in s,
   * voltages in mV, `wakeup-flag` the names of the causes.
   *
   * @throws {@link Sleepi3Error} `UNKNOWN_PARAMETER`, `TRANSFER_FAILED`, `CLOSED`.
   */
  get<N extends ParameterName>(name: N): Promise<ParameterValue<N>> {
    if (!isParameterName(name)) return Promise.reject(unknownParameter(name));
    const { register, second, decode } = parameterReading(parameters[name]) as ParameterReading<ParameterValue<N>>;
    if (second === undefined) return this.#read(register, decode);
    return Promise.all([this.readRegister(register), this.readRegister(second)]).then(([one, two]) => decode(one, two));
  }

  /**
   * Reads several parameters as {@link get} does, each register once: those of one register, such as `extin-powerdown` and
   * `extin-trigger`, are as they were in one and the same transfer.
   *
   * @throws {@link Sleepi3Error} `UNKNOWN_PARAMETER`, `TRANSFER_FAILED`, `CLOSED`.
   */
  async getAll<N extends ParameterName>(names: readonly N[]): Promise<ParameterValues<N>> {
    for (const name of names) if (!isParameterName(name)) throw unknownParameter(name);
    return decodeParameters(names, await this.#contentsOf(registersOf(names)));
  }

  /**
   * Sets one parameter: reads, changes and writes its register under the lock between processes, then reads it back. A
   * register that holds more than the parameter is read until two readings in a row agree (`TRANSFER_FAILED` with `EBADMSG`
   * when they do not); one that does not read back as written is written again.
   * `extout` needs no lock, being alone in its register, and is released even if the lock is stuck.
   * The value is checked before the bus is touched.
   *
   * @throws {@link Sleepi3Error} `UNKNOWN_PARAMETER`, `READ_ONLY`, `INVALID_VALUE`, `OUT_OF_RANGE`, `TRANSFER_FAILED`,
   * `READ_BACK_MISMATCH`, `LOCK_BUSY`, `LOCK_FAILED`, `CLOSED`.
   */
  async set<N extends SettableParameterName>(
    name: N,
    value: ParameterValue<N>,
    options: WriteOptions = {},
  ): Promise<void> {
    await this.#change(encodeParameter(name, value), options);
  }

  /**
   * EXTOUT, EXTIN and the switch in one transfer.
   *
   * @throws {@link Sleepi3Error} `TRANSFER_FAILED`, `CLOSED`.
   */
  async ioStatus(): Promise<IoStatus> {
    const byte = await this.readRegister('ioStatus');
    this.#lastIoStatus = byte;
    return { extout: bitOf(byte, 'EO'), extin: bitOf(byte, 'EI'), switch: bitOf(byte, 'SW') };
  }

  /**
   * Both supply voltages, mV.
   *
   * @throws {@link Sleepi3Error} `TRANSFER_FAILED`, `CLOSED`.
   */
  async voltages(): Promise<Voltages> {
    const [voltage1, voltage2] = await Promise.all([this.readRegister('voltage1'), this.readRegister('voltage2')]);
    return { voltage1, voltage2, active: Math.max(voltage1, voltage2) };
  }

  /**
   * Everything the board says, each register read once.
   *
   * @throws {@link Sleepi3Error} `TRANSFER_FAILED`, `CLOSED`.
   */
  async snapshot(): Promise<Snapshot> {
    return decodeSnapshot(await this.#contentsOf(registerNames));
  }

  /**
   * Follows the board: yields everything it says, then every change of it. A board that does not answer is told of once
   * and looked at again. What comes and goes between two looks, such as a short pulse on EXTIN, is not seen.
   *
   * @returns Ends when the signal aborts. Leaving a `for await` over it ends it as well.
   * @throws {@link Sleepi3Error} `CLOSED`.
   */
  watch(options: BoardWatchOptions = {}): AsyncGenerator<BoardEvent, void, undefined> {
    return watchBoard(() => this.snapshot(), this.#clock, options);
  }

  /**
   * Reads a whole register.
   *
   * @throws {@link Sleepi3Error} `TRANSFER_FAILED`, `CLOSED`.
   */
  readRegister(name: RegisterName): Promise<number> {
    return this.#read(name, same);
  }

  /**
   * Writes a whole register under the lock between processes, again if it does not read back as written. In `ioStatus` only
   * EO is compared, its other bits follow the pins. `value` 0–255, or 0–65535 for a word.
   *
   * @throws {@link Sleepi3Error} `READ_ONLY`, `OUT_OF_RANGE`, `TRANSFER_FAILED`, `READ_BACK_MISMATCH`, `LOCK_BUSY`,
   * `LOCK_FAILED`, `CLOSED`.
   */
  async writeRegister(name: WritableRegisterName, value: number): Promise<void> {
    const register: Register = registers[name];
    const mask = fullMask(register);
    if (register.access === 'read') {
      throw new Sleepi3Error('READ_ONLY', `register ${name} can only be read`, { register: name, value });
    }
    if (!Number.isInteger(value) || value < 0 || value > mask) {
      throw new Sleepi3Error(
        'OUT_OF_RANGE',
        `register ${name} takes a whole number from 0 to ${mask}, not ${shown(value)}`,
        {
          register: name,
          value,
          range: [0, mask],
        },
      );
    }
    await this.#change({ register: name, mask, value });
  }

  /** Lets go of the board, and of the bus if `open` opened it. A second call does nothing. */
  close(): Promise<void> {
    return (this.#closed ??= this.#closeBus());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #change(
    { register: name, mask, value }: RegisterChange,
    { tries = this.#retry.tries, atOnce = false }: WriteOptions = {},
  ): Promise<void> {
    const register = registers[name];
    if (this.#closed !== undefined) return Promise.reject(this.#closedError());
    const body = async () => {
      const expected = (mask === fullMask(register) ? 0 : (await this.#readRest(name)) & ~mask) | value;
      // A write that was garbled may have changed the other bits, too: they are mended now, while they are known.
      for (let writes = 1; ; writes++) {
        await this.#write(name, expected, tries);
        const actual = await this.readRegister(name);
        if (((actual ^ expected) & comparedMask(register)) === 0) return;
        if (writes >= Math.min(tries, mostWrites)) throw this.#mismatch(name, expected, actual);
      }
    };
    // EO is the only bit of io_status that can be written: no other program's change can be lost there, and to release
    // EXTOUT must neither wait for a lock nor fail with it.
    const nothingToLose = register.access === 'bits' && mask === comparedMask(register);
    if (nothingToLose && atOnce) return this.#write(name, (this.#lastIoStatus & ~mask) | value, tries);
    return nothingToLose ? body() : this.#bus.withLock(body);
  }

  /**
   * What is to be written back beside a change: read until two readings in a row agree, because no read-back finds a bit
   * that was garbled here. The other bits of io_status follow the pins, whatever is written to them.
   */
  async #readRest(name: RegisterName): Promise<number> {
    const { access, width }: Register = registers[name];
    if (access === 'bits') return this.readRegister(name);
    let last = await this.readRegister(name);
    let next = await this.readRegister(name);
    for (let readings = 2; next !== last; readings++) {
      if (readings === mostReadings) {
        const cause = new BusError('EBADMSG', `it read differently each time, last ${hex(last)} and ${hex(next)}`);
        throw this.#failure(width === 8 ? 'readByte' : 'readWord', name, readings, cause);
      }
      last = next;
      next = await this.readRegister(name);
    }
    return next;
  }

  async #contentsOf(names: Iterable<RegisterName>): Promise<Contents> {
    const contents: Partial<Record<RegisterName, number>> = {};
    for (const name of names) contents[name] = await this.readRegister(name);
    return contents as Contents;
  }

  #read<T>(name: RegisterName, decode: (contents: number) => T): Promise<T> {
    const { address, width }: Register = registers[name];
    return width === 8
      ? this.#transfer('readByte', name, () => this.#bus.readByte(this.#address, address), decode)
      : this.#transfer('readWord', name, () => this.#bus.readWord(this.#address, address), decode);
  }

  #write(name: RegisterName, value: number, tries: number): Promise<void> {
    const { address, width }: Register = registers[name];
    return width === 8
      ? this.#transfer('writeByte', name, () => this.#bus.writeByte(this.#address, address, value), same, tries)
      : this.#transfer('writeWord', name, () => this.#bus.writeWord(this.#address, address, value), same, tries);
  }

  /** Carries out one transfer. The one that succeeds at once, which is nearly every one, costs one promise. */
  #transfer<R, T>(
    transfer: Transfer,
    name: RegisterName,
    run: () => Promise<R>,
    decode: (result: R) => T,
    mostTries = this.#retry.tries,
  ): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closedError());
    return run().then(decode, (error: unknown) => this.#tryAgain(transfer, name, run, error, mostTries).then(decode));
  }

  /** Goes on with a transfer that failed once, while trying again can help. */
  async #tryAgain<R>(
    transfer: Transfer,
    name: RegisterName,
    run: () => Promise<R>,
    error: unknown,
    mostTries: number,
  ): Promise<R> {
    for (let tries = 1; ; tries++) {
      if (!(error instanceof BusError)) throw error;
      if (tries >= mostTries || !isTransient(error.errno)) throw this.#failure(transfer, name, tries, error);
      await this.#clock.sleep(retryDelay(this.#retry, tries, this.#random));
      if (this.#closed !== undefined) throw this.#closedError();
      try {
        return await run();
      } catch (next) {
        error = next;
      }
    }
  }

  #closedError(): Sleepi3Error {
    return new Sleepi3Error('CLOSED', 'the board is closed; open it again', {
      bus: this.#bus.name,
      address: this.#address,
    });
  }

  #failure(transfer: Transfer, name: RegisterName, tries: number, cause: BusError): Sleepi3Error {
    const verb = transfer.startsWith('read') ? 'read' : 'write';
    const advice = adviceFor(cause.errno);
    return new Sleepi3Error(
      'TRANSFER_FAILED',
      `cannot ${verb} ${this.#where(name)}: ${cause.errno} after ${tries === 1 ? '1 try' : `${tries} tries`} ` +
        `(${cause.message})${advice === undefined ? '' : `; ${advice}`}`,
      { bus: this.#bus.name, address: this.#address, register: name, transfer, errno: cause.errno, tries, cause },
    );
  }

  #mismatch(name: RegisterName, expected: number, actual: number): Sleepi3Error {
    return new Sleepi3Error(
      'READ_BACK_MISMATCH',
      `wrote ${hex(expected)} to ${this.#where(name)} but it reads ${hex(actual)}; ` +
        'try again, and see that no other program writes to the board',
      { bus: this.#bus.name, address: this.#address, register: name, expected, actual },
    );
  }

  #where(name: RegisterName): string {
    return `${name} (${hex(registers[name].address)}) of the board at ${hex(this.#address)} on bus ${this.#bus.name}`;
  }
}

/** The most readings that may be needed until two in a row agree. */
const mostReadings = 5;

/** How often a register is written that does not read back as it was written. */
const mostWrites = 3;

const registerNames = Object.keys(registers) as RegisterName[];

const same = <T>(contents: T): T => contents;

function checkBoardOptions({ address, retry }: BoardOptions): void {
  if (address !== undefined) checkBoardAddress(address);
  if (retry?.tries !== undefined && !(Number.isInteger(retry.tries) && retry.tries >= 1)) {
    throw new Sleepi3Error('INVALID_VALUE', `retry.tries must be a whole number from 1, not ${retry.tries}`, {
      value: retry.tries,
    });
  }
}

function fullMask(register: Register): number {
  return register.width === 8 ? 0xff : 0xffff;
}

/** The bits that must read as they were written: in a register of pins and outputs only the outputs. */
function comparedMask(register: Register): number {
  return register.access === 'bits' ? 1 << bits.EO.bit : fullMask(register);
}
