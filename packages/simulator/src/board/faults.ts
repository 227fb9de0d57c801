// What goes wrong on a board's bus: by rate, by register, by count, by time, or by a function.
import { BusError, type Clock, type RegisterName, registers, type Transfer } from '@sleepi3/driver';
import { inRange, oneOf, wholeInRange } from '../errors.js';
import { seededRandom } from './random.js';

/** A transfer that a host asks for. `value` is what it writes. */
export interface TransferRequest {
  readonly op: Transfer;
  readonly address: number;
  readonly register: number;
  readonly value?: number;
}

/**
 * What goes wrong.
 *
 * | kind | the host gets | on the board |
 * |---|---|---|
 * | `NAK` | `EREMOTEIO` (as the Pi's i2c-bcm2835 reports it) | nothing happens |
 * | `EREMOTEIO`, `ETIMEDOUT`, `EAGAIN` | that errno | nothing happens, unless `carriedOut` |
 * | `stuck` | `ETIMEDOUT`, after `delay` (default 1000 ms, Linux's time-out for an adapter): SDA is held low | nothing happens |
 * | `slow` | its answer, `delay` later (default 25 ms): the controller stretches the clock | it happens, later |
 * | `bit-flip` | a value with one bit wrong, or those of `bits` | takes a value with that bit wrong |
 * | `write-lost` | success | a write does not take effect; reads are spared |
 */
export type FaultKind = 'NAK' | 'EREMOTEIO' | 'ETIMEDOUT' | 'EAGAIN' | 'stuck' | 'slow' | 'bit-flip' | 'write-lost';

/** One fault and the transfers it hits: those that meet every condition given, or all of them. */
export interface Fault {
  readonly kind: FaultKind;
  /** How many of the transfers that meet the other conditions it hits, 0–1; default 1. */
  readonly rate?: number;
  /** What the dice of `rate` and `bit-flip` start from; default 1. */
  readonly seed?: number;
  /** A register by name or address. */
  readonly register?: RegisterName | number;
  readonly op?: Transfer | 'read' | 'write';
  /** Only these of the transfers that meet the conditions above, counted from 1 since the fault was added. */
  readonly at?: number | readonly number[];
  /** Only from this time of the clock on, ms. */
  readonly from?: number;
  /** Only before this time of the clock, ms. */
  readonly until?: number;
  /** Only those for which this is true. */
  readonly when?: (request: TransferRequest) => boolean;
  /** For `slow` and `stuck`: ms until the host has its answer. */
  readonly delay?: number;
  /** For `bit-flip`: a mask of the bits to turn over; default one at random. */
  readonly bits?: number;
  /** For `EREMOTEIO`, `ETIMEDOUT` and `EAGAIN`: the transfer took effect, only its answer was lost. Default false. */
  readonly carriedOut?: boolean;
}

/** A fault that was added. */
export interface ActiveFault {
  readonly fault: Fault;
  /** How many transfers it has hit. */
  readonly hits: number;
  /** Ends the fault; what it has done stays done. */
  remove(): void;
}

/** What becomes of one transfer. */
export interface FaultPlan {
  /** ms to wait first. */
  readonly delay: number;
  /** Does not reach the board. */
  readonly lost: boolean;
  readonly flippedBits: number;
  /** What the host gets. */
  readonly error: BusError | undefined;
}

/** The faults of one bus. All that hit a transfer add up; of several errors the host gets that of the oldest fault. */
export class FaultInjector {
  readonly #clock: Clock;
  readonly #active = new Set<ArmedFault>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether there are no faults. */
  get none(): boolean {
    return this.#active.size === 0;
  }

  /**
   * Adds a fault to those there are.
   *
   * @throws SimulatorError `INVALID_ARGUMENT` for an unknown kind or a number out of range.
   */
  add(fault: Fault): ActiveFault {
    const armed = new ArmedFault(fault, () => this.#active.delete(armed));
    this.#active.add(armed);
    return armed;
  }

  /** Removes all faults. */
  clear(): void {
    this.#active.clear();
  }

  /** What becomes of a transfer that begins now. */
  plan(request: TransferRequest): FaultPlan {
    let plan = noFault;
    for (const armed of this.#active) {
      if (!armed.hit(request, this.#clock.now())) continue;
      const next = armed.effect(request);
      plan = {
        delay: plan.delay + (next.delay ?? 0),
        lost: plan.lost || (next.lost ?? false),
        flippedBits: plan.flippedBits ^ (next.flippedBits ?? 0),
        error: plan.error ?? next.error,
      };
    }
    return plan;
  }
}

export const noFault: FaultPlan = { delay: 0, lost: false, flippedBits: 0, error: undefined };

class ArmedFault implements ActiveFault {
  readonly fault: Fault;
  readonly remove: () => void;
  hits = 0;
  readonly #register: number | undefined;
  readonly #at: readonly number[] | undefined;
  readonly #random: () => number;
  #met = 0;

  constructor(fault: Fault, remove: () => void) {
    oneOf('kind', fault.kind, Object.keys(effects));
    inRange('rate', fault.rate ?? 1, 0, 1);
    inRange('delay', fault.delay ?? 0, 0, Infinity);
    wholeInRange('bits', fault.bits ?? 0, 0, 0xffff);
    this.fault = fault;
    this.remove = remove;
    if (typeof fault.register === 'string') oneOf('register', fault.register, Object.keys(registers));
    this.#register = typeof fault.register === 'string' ? registers[fault.register].address : fault.register;
    this.#at = typeof fault.at === 'number' ? [fault.at] : fault.at;
    this.#random = seededRandom(fault.seed ?? 1);
  }

  hit(request: TransferRequest, now: number): boolean {
    const { op, from = -Infinity, until = Infinity, rate = 1, when } = this.fault;
    if (this.#register !== undefined && request.register !== this.#register) return false;
    if (op !== undefined && !request.op.startsWith(op)) return false;
    this.#met++;
    // The dice are cast for every transfer, so that no other condition shifts what follows.
    const chosen = this.#random() < rate;
    const hit =
      chosen && now >= from && now < until && (this.#at?.includes(this.#met) ?? true) && (when?.(request) ?? true);
    if (hit) this.hits++;
    return hit;
  }

  effect(request: TransferRequest): Partial<FaultPlan> {
    return effects[this.fault.kind](this.fault, request, this.#random);
  }
}

type Effect = (fault: Fault, request: TransferRequest, random: () => number) => Partial<FaultPlan>;

const effects: Readonly<Record<FaultKind, Effect>> = {
  NAK: (_, request) => ({ lost: true, error: noAcknowledge(request.address) }),
  EREMOTEIO: answerLost('EREMOTEIO', 'remote I/O error'),
  ETIMEDOUT: answerLost('ETIMEDOUT', 'the transfer timed out'),
  EAGAIN: answerLost('EAGAIN', 'arbitration was lost'),
  stuck: ({ delay = 1000 }) => ({
    delay,
    lost: true,
    error: new BusError('ETIMEDOUT', 'the transfer timed out: SDA is held low'),
  }),
  slow: ({ delay = 25 }) => ({ delay }),
  'bit-flip': ({ bits }, { op }, random) => ({
    flippedBits: bits ?? 1 << Math.floor(random() * (op.endsWith('Word') ? 16 : 8)),
  }),
  'write-lost': (_, { op }) => ({ lost: op.startsWith('write') }),
};

function answerLost(errno: string, message: string): Effect {
  return ({ carriedOut = false }) => ({ lost: !carriedOut, error: new BusError(errno, message) });
}

/** What a host gets when nobody answers at an address. */
export function noAcknowledge(address: number): BusError {
  return new BusError('EREMOTEIO', `no acknowledge from 0x${address.toString(16)}`);
}
