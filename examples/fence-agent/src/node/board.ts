// How this node's board is reached.
import { parseBusSpec, Sleepi3, Sleepi3Error } from '@sleepi3/driver';
import type { Lines } from '../line/lines.js';
import type { BoardName } from './state.js';

/**
 * Opens a board and sees that it answers. An addon that does not load is no reason not to fence: i2c-tools takes its
 * place, and the log says so.
 *
 * @throws Sleepi3Error with the remedy when the board cannot be reached.
 */
export async function openBoard({ bus, address }: BoardName, log: (message: string) => void): Promise<Sleepi3> {
  const spec = parseBusSpec(bus);
  try {
    const board = await Sleepi3.open({ bus, address });
    if (spec.backEnd === 'i2c-bus') log(`reaching the board on bus ${bus} through i2c-bus`);
    return board;
  } catch (error) {
    const addonMissing =
      error instanceof Sleepi3Error && error.code === 'BUS_UNAVAILABLE' && spec.backEnd === 'i2c-bus';
    if (!addonMissing) throw error;
    log(`reaching the board on bus ${bus} through i2c-tools, because i2c-bus does not load (${error.message})`);
    return Sleepi3.open({ bus: `i2c-tools:${spec.number}`, address });
  }
}

/** The lines of an open board; closing them closes the board. */
export function boardLines(board: Sleepi3): Lines & { close(): Promise<void> } {
  return {
    read: () => board.ioStatus(),
    writeExtout: (asserted) => board.set('extout', asserted, { tries: 1 }),
    close: () => board.close(),
  };
}
