// The board for those who can wait: where each transfer takes long, an act and a caller's question count them.
import type { Clock, Sleepi3 } from '@sleepi3/driver';

/** What those read who can wait. */
export type BoardView = Pick<Sleepi3, 'close' | 'get' | 'getAll' | 'ioStatus' | 'voltages'>;

/** Between two looks whether the bus is wanted no more, ms. */
const politeInterval = 500;

/** Opens a board of which each transfer waits for as long as the bus is wanted. */
export async function openPolitely(
  openBoard: () => Promise<Sleepi3>,
  clock: Clock,
  busIsWanted: () => boolean,
): Promise<BoardView> {
  const politely = async <T>(transfer: () => Promise<T>): Promise<T> => {
    while (busIsWanted()) await clock.sleep(politeInterval);
    return transfer();
  };
  const board = await politely(openBoard);
  return {
    get: (name) => politely(() => board.get(name)),
    getAll: (names) => politely(() => board.getAll(names)),
    ioStatus: () => politely(() => board.ioStatus()),
    voltages: () => politely(() => board.voltages()),
    close: () => board.close(),
  };
}
