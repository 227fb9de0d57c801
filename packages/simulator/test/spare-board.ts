// A virtual board by itself, on a virtual clock, as the tests of boards begin with it.
import { type BoardOptions, VirtualBoard, VirtualClock } from '../src/index.js';

export const address = 0x6e;

/** Bits of the registers. */
export const EIPDE = 1;
export const EITRG = 2;
export const RITRG = 4;
export const RSTE = 1;
export const UVLO = 4;

export function setUp(options: BoardOptions = {}) {
  const clock = new VirtualClock({ settle: 'promises' });
  const board = new VirtualBoard({ clock, ...options });
  const power: string[] = [];
  board.on('power', ({ on, cause }, time) => power.push(`${time} ${on ? 'on' : 'off'} ${cause}`));
  return { clock, board, bus: board.bus, power };
}

/** A board whose Pi can be cut by EXTIN. */
export const armed = (options: BoardOptions = {}) => setUp({ coldRegisters: { inputControl: EIPDE }, ...options });

/** A board whose Pi is off. */
export const asleep = (options: BoardOptions = {}) => setUp({ powered: false, ...options });
