/**
 * /dev/i2c-N through the i2c-bus addon (5.2.3), and around its traps. Each was seen, each has a test:
 *
 * - `openSync` succeeds without a device; the file is opened by the first transfer. (`Sleepi3.open` reads a register.)
 * - The address is set by the first transfer to it. When that fails (EBUSY), the next call takes it for done and talks
 *   to whatever the kernel was told last: so the handle is thrown away.
 * - Concurrent first transfers race for the address: so transfers run one after the other.
 * - An errno of the bus comes as `code: ''` with a positive `errno`, one of the file as `code: 'ENOENT'` with a negative.
 * - A second close rejects with EBADF: so it is closed once.
 * - The addon loads in one thread only.
 */
import { type Bus, BusError, type BusOptions } from './bus.js';
import { Sleepi3Error } from '../errors.js';
import { Mutex } from '../system/mutex.js';
import { DeviceLock } from './device-lock.js';
import { loadI2cBus, packagedI2cBus } from './load-i2c-bus.js';

type Callback<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** An open bus of the i2c-bus package, as far as it is used here. */
export interface I2cBusHandle {
  readByte(address: number, register: number, callback: Callback<number>): void;
  readWord(address: number, register: number, callback: Callback<number>): void;
  writeByte(address: number, register: number, value: number, callback: Callback<undefined>): void;
  writeWord(address: number, register: number, value: number, callback: Callback<undefined>): void;
  close(callback: Callback<undefined>): void;
}

/** The i2c-bus package, as far as it is used here. */
export interface I2cBusModule {
  openSync(busNumber: number): I2cBusHandle;
}

/**
 * Loads the addon and opens /dev/i2c-`number`.
 *
 * @throws {@link Sleepi3Error} `BUS_UNAVAILABLE` when the addon is not installed or cannot be loaded.
 */
export async function openI2cBus(number: number, options: BusOptions & { readonly lockTimeout: number }): Promise<Bus> {
  const { i2cBusDirectory: directory = packagedI2cBus } = options;
  let module: I2cBusModule;
  try {
    module = moduleOf(await (options.loadI2cBus ?? (() => loadI2cBus(directory)))());
  } catch (cause) {
    const reason = String(cause instanceof Error ? cause.message : cause)
      .replace(/\n(?:Require stack|Please try)[^]*/, '')
      .replaceAll('\n', ' ');
    const remedy = reason.includes('did not self-register')
      ? 'it loads in one thread only: open the bus in that thread'
      : 'install it (npm install i2c-bus; a new Node.js needs it rebuilt: npm rebuild i2c-bus)';
    throw new Sleepi3Error(
      'BUS_UNAVAILABLE',
      `cannot load i2c-bus: ${reason}; ${remedy}, or use the bus i2c-tools:${number}`,
      { bus: String(number), cause },
    );
  }
  const { devicePath = `/dev/i2c-${number}`, lockTimeout, run } = options;
  return new I2cBus(number, module, new DeviceLock(devicePath, lockTimeout, run));
}

class I2cBus implements Bus {
  readonly name: string;
  readonly #transfers = new Mutex();
  #handle: I2cBusHandle | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly number: number,
    private readonly module: I2cBusModule,
    private readonly lock: DeviceLock,
  ) {
    this.name = String(number);
  }

  readByte(address: number, register: number): Promise<number> {
    return this.#transfer((handle, done) => {
      handle.readByte(address, register, done);
    });
  }

  readWord(address: number, register: number): Promise<number> {
    return this.#transfer((handle, done) => {
      handle.readWord(address, register, done);
    });
  }

  writeByte(address: number, register: number, value: number): Promise<void> {
    return this.#transfer((handle, done) => {
      handle.writeByte(address, register, value, done);
    });
  }

  writeWord(address: number, register: number, value: number): Promise<void> {
    return this.#transfer((handle, done) => {
      handle.writeWord(address, register, value, done);
    });
  }

  withLock<T>(body: () => Promise<T>): Promise<T> {
    return this.lock.withLock(body);
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#transfers.run(() => this.#discardHandle()));
  }

  #transfer<T>(start: (handle: I2cBusHandle, done: Callback<T>) => void): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(new BusError('EBADF', `bus ${this.name} is closed`));
    return this.#transfers.run(async () => {
      try {
        const handle = (this.#handle ??= this.module.openSync(this.number));
        return await called<T>((done) => {
          start(handle, done);
        });
      } catch (error) {
        const failure = busErrorOf(error);
        if ((error as NodeJS.ErrnoException).syscall?.startsWith('setAddr')) await this.#discardHandle();
        throw failure;
      }
    });
  }

  async #discardHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle === undefined) return;
    await called<undefined>((done) => {
      handle.close(done);
    }).catch((error: unknown) => {
      throw busErrorOf(error);
    });
  }
}

function moduleOf(loaded: unknown): I2cBusModule {
  return ((loaded as { default?: unknown }).default ?? loaded) as I2cBusModule;
}

function called<T>(start: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error) reject(error);
      else resolve(value as T);
    });
  });
}

/** Linux's numbers of the errnos that the bus and its device node give. Source: asm-generic/errno.h. */
const errnoNames: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  9: 'EBADF',
  11: 'EAGAIN',
  13: 'EACCES',
  16: 'EBUSY',
  19: 'ENODEV',
  22: 'EINVAL',
  71: 'EPROTO',
  95: 'EOPNOTSUPP',
  110: 'ETIMEDOUT',
  121: 'EREMOTEIO',
};

function busErrorOf(error: unknown): BusError {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  const number = Math.abs(errno ?? 0);
  const name = errnoNames[number] ?? (code === undefined || code === '' ? `errno ${number}` : code);
  // The addon builds its messages as 'CODE, text' and does not know the codes of all numbers.
  return new BusError(name, message.replace(/^, /, ''), { cause: error });
}
