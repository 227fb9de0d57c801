/**
 * /dev/i2c-N through i2cget and i2cset of Debian's i2c-tools (4.3): one process a transfer, slow and sturdy. It works
 * where the addon does not load, as after an upgrade of Node.js.
 */
import { access, constants } from 'node:fs';
import { promisify } from 'node:util';
import { hex } from './board-address.js';
import { type Bus, BusError, type BusOptions } from './bus.js';
import { Sleepi3Error } from '../errors.js';
import { Mutex } from '../system/mutex.js';
import type { ProgramResult, RunProgram } from '../system/run-program.js';
import { DeviceLock } from './device-lock.js';

/**
 * Opens /dev/i2c-`number`.
 *
 * @throws {@link Sleepi3Error} `BUS_UNAVAILABLE` when the programs are not installed.
 */
export async function openI2cTools(
  number: number,
  options: BusOptions & { readonly lockTimeout: number; readonly transferTimeout: number },
): Promise<Bus> {
  // Debian has them in /usr/sbin, which is in root's PATH only.
  const { i2cToolsDirectory: directory = '/usr/sbin', devicePath = `/dev/i2c-${number}` } = options;
  const run = options.run ?? (await import('../system/run-program.js')).runProgram;
  for (const program of ['i2cget', 'i2cset']) {
    await isExecutable(`${directory}/${program}`, constants.X_OK).catch((cause: unknown) => {
      throw new Sleepi3Error(
        'BUS_UNAVAILABLE',
        `cannot run ${directory}/${program}; install it with: apt install i2c-tools`,
        { bus: `i2c-tools:${number}`, path: `${directory}/${program}`, cause },
      );
    });
  }
  const lock = new DeviceLock(devicePath, options.lockTimeout, options.run);
  return new I2cTools(number, directory, run, options.transferTimeout, lock);
}

const isExecutable = promisify(access);

class I2cTools implements Bus {
  readonly name: string;
  readonly #transfers = new Mutex();
  #closed: Promise<void> | undefined;

  constructor(
    private readonly number: number,
    private readonly directory: string,
    private readonly run: RunProgram,
    private readonly timeout: number,
    private readonly lock: DeviceLock,
  ) {
    this.name = `i2c-tools:${number}`;
  }

  readByte(address: number, register: number): Promise<number> {
    return this.#read(address, register, 'b');
  }

  readWord(address: number, register: number): Promise<number> {
    return this.#read(address, register, 'w');
  }

  async writeByte(address: number, register: number, value: number): Promise<void> {
    await this.#transfer('i2cset', [hex(address), hex(register), hex(value), 'b']);
  }

  async writeWord(address: number, register: number, value: number): Promise<void> {
    await this.#transfer('i2cset', [hex(address), hex(register), hex(value), 'w']);
  }

  withLock<T>(body: () => Promise<T>): Promise<T> {
    return this.lock.withLock(body);
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#transfers.run(() => Promise.resolve()));
  }

  async #read(address: number, register: number, mode: 'b' | 'w'): Promise<number> {
    const output = await this.#transfer('i2cget', [hex(address), hex(register), mode]);
    const digits = mode === 'b' ? /^0x([0-9a-f]{2})\n$/ : /^0x([0-9a-f]{4})\n$/;
    const match = digits.exec(output);
    if (match?.[1] === undefined) throw new BusError('EPROTO', `i2cget printed ${JSON.stringify(output)}`);
    return Number.parseInt(match[1], 16);
  }

  #transfer(program: 'i2cget' | 'i2cset', args: readonly string[]): Promise<string> {
    if (this.#closed !== undefined) return Promise.reject(new BusError('EBADF', `bus ${this.name} is closed`));
    return this.#transfers.run(async () => {
      const words = ['-y', String(this.number), ...args];
      const result = await this.run(`${this.directory}/${program}`, words, { timeout: this.timeout }).catch(
        (cause: unknown) => {
          throw new BusError('ENOPKG', `cannot run ${program}: ${String(cause)}`, { cause });
        },
      );
      if (result.status === 0) return result.stdout;
      throw failureOf(program, result, this.timeout);
    });
  }
}

/** What i2c-tools 4.3 prints to stderr, and the errno behind it. It hides that of the transfer itself. */
const errnoOfMessage: readonly (readonly [RegExp, string])[] = [
  [/Read failed|Write failed/, 'EIO'],
  [/No such file or directory|doesn't match any bus present/, 'ENOENT'],
  [/Permission denied/, 'EACCES'],
  [/Operation not permitted/, 'EPERM'],
  [/Device or resource busy/, 'EBUSY'],
  [/No such device/, 'ENODEV'],
  [/does not have .* capability/, 'EOPNOTSUPP'],
];

function failureOf(program: string, { status, signal, stderr, timedOut }: ProgramResult, timeout: number): BusError {
  if (timedOut) return new BusError('ETIMEDOUT', `${program} did not end within ${timeout} ms`);
  const text = stderr.trim().replace(/^Error: /, '');
  const errno = errnoOfMessage.find(([pattern]) => pattern.test(text))?.[1] ?? 'EINVAL';
  const end = status === null ? `was killed by ${String(signal)}` : `exited ${status}`;
  return new BusError(errno, `${program} ${end}${text === '' ? '' : `: ${text}`}`);
}
