// Boards and the wires between them: two, as a two-node cluster is wired, CN5 of each to CN4 of the other; or more in a ring.
import type { Clock } from '@sleepi3/driver';
import { VirtualBoard } from './board/board.js';
import type { BoardOptions } from './board/board-options.js';
import { oneOf, SimulatorError } from './errors.js';
import { timersOn, type Timers } from './time/timers.js';
import { VirtualClock } from './time/virtual-clock.js';

/** What a wire does: its job, nothing (`open`), or one thing whatever it is told (`stuck-high` is asserted). */
export type WireState = 'sound' | 'open' | 'stuck-high' | 'stuck-low';

/**
 * How the two wires run.
 *
 * - `crossed`: as they should, each EXTOUT to the other board's EXTIN.
 * - `swapped`: the plugs of one cable end are exchanged, CN5 to CN5 and CN4 to CN4: nothing arrives.
 * - `looped`: each EXTOUT to its own board's EXTIN: a node that shoots shoots itself.
 * - `shorted`: the wires touch, and either EXTOUT asserts both EXTINs (open-collector outputs, I).
 */
export type Wiring = 'crossed' | 'swapped' | 'looped' | 'shorted';

/** One of the two wires, named by the EXTIN at its end. */
export interface Wire {
  /** Takes effect at once; an unknown one is refused with SimulatorError `INVALID_ARGUMENT`. */
  state: WireState;
}

export interface HarnessOptions extends Omit<BoardOptions, 'name' | 'clock' | 'pi'> {
  /** Default: a new {@link VirtualClock}. */
  readonly clock?: Clock;
  /** Of the boards; default `raspberrypi-1` and `raspberrypi-2`. */
  readonly names?: readonly [string, string];
  /** Options of one board alone, over those of both. */
  readonly boards?: readonly [Omit<BoardOptions, 'clock'>, Omit<BoardOptions, 'clock'>];
}

/** Two boards, wired. */
export class Harness<C extends Timers = Timers> {
  readonly clock: C;
  readonly boards: readonly [VirtualBoard, VirtualBoard];
  /** `wires[0]` leads to the EXTIN of `boards[0]`, from the EXTOUT that {@link wiring} puts at its other end. */
  readonly wires: readonly [Wire, Wire];
  #wiring: Wiring = 'crossed';

  constructor(clock: C, boards: readonly [VirtualBoard, VirtualBoard]) {
    this.clock = clock;
    this.boards = boards;
    const settle = () => {
      this.#settle();
    };
    this.wires = [new HarnessWire(settle), new HarnessWire(settle)];
    for (const board of boards) board.on('extout', settle);
    settle();
  }

  /** How the wires run; takes effect at once. */
  get wiring(): Wiring {
    return this.#wiring;
  }

  /** @throws SimulatorError `INVALID_ARGUMENT` for an unknown one. */
  set wiring(wiring: Wiring) {
    oneOf('wiring', wiring, Object.keys(sources));
    this.#wiring = wiring;
    this.#settle();
  }

  /** Takes both boards off their clock. */
  close(): void {
    for (const board of this.boards) board.close();
  }

  #settle(): void {
    const [first, second] = this.boards;
    // Each from how things stand then: what the first EXTIN sets off may move an EXTOUT.
    first.setExtin(this.#arrivingAt(0));
    second.setExtin(this.#arrivingAt(1));
  }

  #arrivingAt(index: 0 | 1): boolean {
    const [first, second] = this.boards;
    return throughWire[this.wires[index].state](sources[this.#wiring](first.extout, second.extout)[index]);
  }
}

/** Two boards on a virtual clock, or on the one given, wired CN5 to CN4 both ways. */
export function createHarness(options?: HarnessOptions & { readonly clock?: VirtualClock }): Harness<VirtualClock>;
export function createHarness(options: HarnessOptions): Harness;
export function createHarness(options: HarnessOptions = {}): Harness {
  const { clock: given = new VirtualClock(), names = ['raspberrypi-1', 'raspberrypi-2'], boards, ...common } = options;
  const clock = timersOn(given);
  const board = (index: 0 | 1) => new VirtualBoard({ ...common, name: names[index], ...boards?.[index], clock });
  return new Harness(clock, [board(0), board(1)]);
}

/** What all boards of a ring have in common. */
export interface RingOptions extends Omit<BoardOptions, 'name' | 'clock' | 'pi'> {
  /** Default: a new {@link VirtualClock}. */
  readonly clock?: Clock;
  /** Of the boards, in the order in which they are wired: three or more. */
  readonly names: readonly string[];
  /** Options of one board alone, in the same order, over those of all. */
  readonly boards?: readonly (Omit<BoardOptions, 'clock'> | undefined)[];
}

/** Three or more boards in a ring: CN5 of each to CN4 of the next, and of the last to the first. */
export class Ring<C extends Timers = Timers> {
  readonly clock: C;
  readonly boards: readonly [VirtualBoard, ...VirtualBoard[]];
  /** `wires[i]` leads to the EXTIN of `boards[i]`, from the EXTOUT of the one before it. */
  readonly wires: readonly Wire[];

  constructor(clock: C, boards: readonly VirtualBoard[]) {
    const [first, ...others] = boards;
    if (first === undefined || others.length < 2) {
      throw new SimulatorError(
        'INVALID_ARGUMENT',
        `a ring has three boards or more, not ${boards.length}: two are a harness`,
      );
    }
    this.clock = clock;
    this.boards = [first, ...others];
    const settle = () => {
      this.#settle();
    };
    this.wires = boards.map(() => new HarnessWire(settle));
    for (const board of boards) board.on('extout', settle);
    settle();
  }

  /** Takes all boards off their clock. */
  close(): void {
    for (const board of this.boards) board.close();
  }

  #settle(): void {
    for (const [index, board] of this.boards.entries()) {
      const before = this.boards.at(index - 1);
      board.setExtin(throughWire[this.wires[index]?.state ?? 'sound'](before?.extout ?? false));
    }
  }
}

/** A {@link Ring} on a virtual clock, or on the one given. */
export function createRing(options: RingOptions & { readonly clock?: VirtualClock }): Ring<VirtualClock>;
export function createRing(options: RingOptions): Ring;
export function createRing(options: RingOptions): Ring {
  const { clock: given = new VirtualClock(), names, boards, ...common } = options;
  const clock = timersOn(given);
  return new Ring(
    clock,
    names.map((name, index) => new VirtualBoard({ ...common, name, ...boards?.[index], clock })),
  );
}

class HarnessWire implements Wire {
  readonly #changed: () => void;
  #state: WireState = 'sound';

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get state(): WireState {
    return this.#state;
  }

  set state(state: WireState) {
    oneOf('state', state, Object.keys(throughWire));
    this.#state = state;
    this.#changed();
  }
}

/** What the two EXTOUTs put on the wires to the first and the second EXTIN. */
const sources: Readonly<Record<Wiring, (first: boolean, second: boolean) => readonly [boolean, boolean]>> = {
  crossed: (first, second) => [second, first],
  swapped: () => [false, false],
  looped: (first, second) => [first, second],
  shorted: (first, second) => [first || second, first || second],
};

const throughWire: Readonly<Record<WireState, (asserted: boolean) => boolean>> = {
  sound: (asserted) => asserted,
  open: () => false,
  'stuck-high': () => true,
  'stuck-low': () => false,
};
