// The i2c-bus package 5.2.3 as it behaves, traps included, on a board in memory: files are opened late, the address is
// set once per address and forgotten about when that failed, concurrent first calls race, a second close is an error.
import type { I2cBusHandle } from '../src/bus/i2c-bus.js';

export interface FakeI2cBusOptions {
  /** Throws a system error in place of opening /dev/i2c-N. */
  readonly open?: () => void;
  /** An errno in place of setting the address. */
  readonly setAddress?: (address: number) => number | undefined;
  /** An errno in place of a transfer. */
  readonly transfer?: () => number | undefined;
  /** An error in place of closing a file. */
  readonly close?: () => Error | undefined;
}

type Callback<T = undefined> = (error: Error | null, value?: T) => void;

/** The errors of the addon: the code is '' for a number that Node has no name for. */
export function addonError(errno: number, syscall: string): Error {
  const code = { 16: 'EBUSY', 110: 'ETIMEDOUT' }[errno] ?? '';
  return Object.assign(new Error(`${code}, text of ${errno}`), { code, errno, syscall });
}

export function createFakeI2cBus(options: FakeI2cBusOptions = {}) {
  /** Registers by address: boards at 0x6e and, to be told apart, at the address that a kernel driver owns. */
  const boards = new Map([0x6e, 0x48].map((address) => [address, new Uint16Array(16)]));
  /** Open files and the address the kernel was told for each; 0 when it was told none. */
  const files = new Map<number, number>();
  const opened: number[] = [];
  let nextFile = 20;

  class Handle implements I2cBusHandle {
    readonly #peripherals = new Map<number, number>();
    readByte = (address: number, register: number, done: Callback<number>) => {
      this.#transfer(address, 'readByte', done, (board) => board[register]! & 0xff);
    };
    readWord = (address: number, register: number, done: Callback<number>) => {
      this.#transfer(address, 'readWord', done, (board) => board[register]!);
    };
    writeByte = (address: number, register: number, value: number, done: Callback) => {
      this.#transfer(address, 'writeByte', done, (board) => void (board[register] = value));
    };
    writeWord = (address: number, register: number, value: number, done: Callback) => {
      this.#transfer(address, 'writeWord', done, (board) => void (board[register] = value));
    };
    close = (done: Callback) => {
      for (const file of this.#peripherals.values()) {
        const error = options.close?.();
        if (!files.delete(file)) {
          setImmediate(
            done,
            Object.assign(new Error('EBADF: bad file descriptor, close'), { code: 'EBADF', errno: -9 }),
          );
          return;
        }
        if (error !== undefined) {
          setImmediate(done, error);
          return;
        }
      }
      setImmediate(done, null);
    };

    #transfer<T>(address: number, syscall: string, done: Callback<T>, run: (board: Uint16Array) => T) {
      this.#peripheral(address, (error, file) => {
        if (error) {
          done(error);
          return;
        }
        setImmediate(() => {
          const errno = options.transfer?.();
          const board = boards.get(files.get(file!) ?? 0);
          if (errno !== undefined) done(addonError(errno, syscall));
          else if (board === undefined) done(addonError(121, syscall));
          else done(null, run(board));
        });
      });
    }

    #peripheral(address: number, done: Callback<number>) {
      const known = this.#peripherals.get(address);
      if (known !== undefined) {
        setImmediate(done, null, known);
        return;
      }
      setImmediate(() => {
        try {
          options.open?.();
        } catch (error) {
          done(error as Error);
          return;
        }
        const file = nextFile++;
        files.set(file, 0);
        // The trap: the file is remembered before its address is set.
        this.#peripherals.set(address, file);
        setImmediate(() => {
          const errno = options.setAddress?.(address);
          if (errno !== undefined) {
            done(addonError(errno, 'setAddr'));
            return;
          }
          files.set(file, address);
          done(null, file);
        });
      });
    }
  }

  return {
    boards,
    files,
    opened,
    /** What `import('i2c-bus')` gives: a CommonJS module under `default`. */
    load: async () => ({
      default: {
        openSync: (busNumber: number) => {
          opened.push(busNumber);
          return new Handle();
        },
      },
    }),
  };
}
