// A bus in memory with one board on it: sixteen bytes of registers, and a hook that can fail or spoil any transfer.
import { type Bus, BusError, type Transfer } from '../src/bus/bus.js';
import { Mutex } from '../src/system/mutex.js';

/** One transfer as it was asked for. */
export interface TransferCall {
  readonly transfer: Transfer;
  readonly address: number;
  readonly register: number;
  readonly value?: number;
}

export class MemoryBus implements Bus {
  readonly name = 'memory';
  /** 0x00–0x0F, words low byte first. */
  readonly memory = new Uint8Array(16);
  /** Every transfer asked for, failed ones too. */
  readonly calls: TransferCall[] = [];
  /** Called before a transfer is carried out; may throw a BusError. */
  before: (call: TransferCall) => void = () => {};
  /** Called after a transfer was carried out, with what a read gives; what it returns is given instead. */
  after: (call: TransferCall, value: number) => number = (_, value) => value;
  locks = 0;
  lockHeld = false;
  closed = 0;
  readonly #mutex = new Mutex();

  constructor(readonly address = 0x6e) {}

  async readByte(address: number, register: number): Promise<number> {
    const call: TransferCall = { transfer: 'readByte', address, register };
    this.#check(call);
    return this.after(call, this.memory[register]!);
  }

  async readWord(address: number, register: number): Promise<number> {
    const call: TransferCall = { transfer: 'readWord', address, register };
    this.#check(call);
    return this.after(call, this.memory[register]! | (this.memory[register + 1]! << 8));
  }

  async writeByte(address: number, register: number, value: number): Promise<void> {
    const call: TransferCall = { transfer: 'writeByte', address, register, value };
    this.#check(call);
    this.memory[register] = value;
    this.after(call, value);
  }

  async writeWord(address: number, register: number, value: number): Promise<void> {
    const call: TransferCall = { transfer: 'writeWord', address, register, value };
    this.#check(call);
    this.memory[register] = value & 0xff;
    this.memory[register + 1] = value >> 8;
    this.after(call, value);
  }

  withLock<T>(body: () => Promise<T>): Promise<T> {
    return this.#mutex.run(async () => {
      this.locks++;
      this.lockHeld = true;
      try {
        return await body();
      } finally {
        this.lockHeld = false;
      }
    });
  }

  async close(): Promise<void> {
    this.closed++;
  }

  #check(call: TransferCall): void {
    if (this.closed > 0) throw new BusError('EBADF', 'bus memory is closed');
    this.calls.push(call);
    this.before(call);
    if (call.address !== this.address) throw new BusError('EREMOTEIO', `no acknowledge from ${call.address}`);
  }
}
