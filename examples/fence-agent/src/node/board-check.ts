// What monitor looks at: would this node go down if the peer fenced it now, and is its own line ready to fence the peer? What
// is wrong with what it finds, the driver judges.
import type { HealthReading, Sleepi3 } from '@sleepi3/driver';
import { settled } from '../line/lines.js';

/**
 * Reads what is judged until three readings in a row agree: a bit that flips on the bus must neither report that this node
 * cannot be fenced nor hide it.
 */
export function readBoard(board: Pick<Sleepi3, 'get' | 'getAll' | 'ioStatus'>): Promise<HealthReading> {
  const read = async (): Promise<HealthReading> => {
    const { extout, extin } = await board.ioStatus();
    return {
      extout,
      extin,
      'extin-count': await board.get('extin-count'),
      ...(await board.getAll(['extin-powerdown', 'extin-trigger'])),
      'watchdog-timeout': await board.get('watchdog-timeout'),
    };
  };
  return settled('the board', read, isSameReading);
}

function isSameReading(a: HealthReading, b: HealthReading): boolean {
  // The count goes up by one a second while EXTIN is asserted.
  const counted = Math.abs(a['extin-count'] - b['extin-count']) <= 2;
  const same = ['extout', 'extin', 'extin-powerdown', 'extin-trigger', 'watchdog-timeout'] as const;
  return counted && same.every((name) => a[name] === b[name]);
}
