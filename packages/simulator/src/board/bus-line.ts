// The bus between a Pi and its board, with all that can go wrong on it.
import { type Bus, BusError, type Transfer } from '@sleepi3/driver';
import { FaultInjector, type FaultPlan, noAcknowledge, noFault, type TransferRequest } from './faults.js';
import type { Timers } from '../time/timers.js';

/** The board as its bus sees it. Reads and writes take effect at once. */
export interface BusDevice {
  readonly name: string;
  readonly address: number;
  /** Whether the controller is alive to answer. */
  answers(): boolean;
  readByte(register: number): number;
  readWord(register: number): number;
  /** Writes one or two bytes from `register` up. */
  write(register: number, bytes: readonly number[]): void;
  /** Hears of every transfer when it has taken effect or failed, before the host hears the same. */
  transferred(request: TransferRequest, outcome: number | BusError): void;
}

/** Carries out one transfer at a time, in the order in which they were asked for. */
export class BusLine {
  readonly faults: FaultInjector;
  readonly #device: BusDevice;
  readonly #clock: Timers;
  readonly #transferTime: number;
  /** Transfers asked for that take time, and the last of them. */
  #pending = 0;
  #last: Promise<unknown> = Promise.resolve();
  #lockFree: Promise<unknown> = Promise.resolve();

  /** `transferTime` is in ms. */
  constructor(device: BusDevice, clock: Timers, transferTime: number) {
    this.faults = new FaultInjector(clock);
    this.#device = device;
    this.#clock = clock;
    this.#transferTime = transferTime;
  }

  /** A way onto the bus that can be closed without closing it to others. */
  open(): Bus {
    return new BusHandle(this, this.#device.name);
  }

  async transfer(request: TransferRequest): Promise<number> {
    check(request);
    const instant = this.#transferTime === 0 && this.faults.none && this.#pending === 0;
    return instant ? this.#carryOut(request, noFault) : this.#queue(request);
  }

  #queue(request: TransferRequest): Promise<number> {
    this.#pending++;
    const turn = this.#last.then(() => this.#takeTurn(request));
    this.#last = turn.catch(() => {
      // The host hears of it; the line only needs the order.
    });
    return turn.finally(() => this.#pending--);
  }

  async withLock<T>(body: () => Promise<T>): Promise<T> {
    const free = this.#lockFree;
    let release!: () => void;
    this.#lockFree = new Promise<void>((resolve) => {
      release = resolve;
    });
    await free;
    try {
      return await body();
    } finally {
      release();
    }
  }

  async #takeTurn(request: TransferRequest): Promise<number> {
    const plan = this.faults.plan(request);
    const time = this.#transferTime + plan.delay;
    if (time > 0) await this.#clock.sleep(time);
    return this.#carryOut(request, plan);
  }

  /** Resolves to what was read or written. */
  #carryOut(request: TransferRequest, plan: FaultPlan): number {
    const answers = request.address === this.#device.address && this.#device.answers();
    const error = answers ? plan.error : noAcknowledge(request.address);
    let { value = 0 } = request;
    if (answers && !plan.lost) value = this.#apply(request.op, request.register, value, plan.flippedBits);
    this.#device.transferred(request, error ?? value);
    if (error !== undefined) throw error;
    return value;
  }

  /** What the host gets to see: the value read, or the one it wrote, even if another one arrived. */
  #apply(op: Transfer, register: number, value: number, flippedBits: number): number {
    const arriving = value ^ flippedBits;
    switch (op) {
      case 'readByte':
        return this.#device.readByte(register) ^ (flippedBits & 0xff);
      case 'readWord':
        return this.#device.readWord(register) ^ flippedBits;
      case 'writeByte':
        this.#device.write(register, [arriving & 0xff]);
        return value;
      case 'writeWord':
        this.#device.write(register, [arriving & 0xff, arriving >> 8]);
        return value;
    }
  }
}

class BusHandle implements Bus {
  readonly name: string;
  readonly #line: BusLine;
  #open = true;

  constructor(line: BusLine, name: string) {
    this.#line = line;
    this.name = name;
  }

  readByte(address: number, register: number): Promise<number> {
    return this.#transfer({ op: 'readByte', address, register });
  }

  readWord(address: number, register: number): Promise<number> {
    return this.#transfer({ op: 'readWord', address, register });
  }

  async writeByte(address: number, register: number, value: number): Promise<void> {
    await this.#transfer({ op: 'writeByte', address, register, value });
  }

  async writeWord(address: number, register: number, value: number): Promise<void> {
    await this.#transfer({ op: 'writeWord', address, register, value });
  }

  async withLock<T>(body: () => Promise<T>): Promise<T> {
    if (!this.#open) throw this.#closed();
    return this.#line.withLock(body);
  }

  async close(): Promise<void> {
    this.#open = false;
    return Promise.resolve();
  }

  #transfer(request: TransferRequest): Promise<number> {
    return this.#open ? this.#line.transfer(request) : Promise.reject(this.#closed());
  }

  #closed(): BusError {
    return new BusError('EBADF', `the bus of ${this.name} is closed`);
  }
}

const largestValue: Readonly<Record<Transfer, number>> = {
  readByte: 0,
  readWord: 0,
  writeByte: 0xff,
  writeWord: 0xffff,
};

/** What no bus could send is the caller's mistake, and no fault of the bus. */
function check({ op, address, register, value = 0 }: TransferRequest): void {
  if (isWhole(address, 0x03, 0x77) && isWhole(register, 0, 0xff) && isWhole(value, 0, largestValue[op])) return;
  throw new BusError('EINVAL', `${op} cannot be sent: address ${address}, register ${register}, value ${value}`);
}

function isWhole(number: number, min: number, max: number): boolean {
  return Number.isInteger(number) && number >= min && number <= max;
}
