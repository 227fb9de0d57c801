// What a Pi with the vendor's software does: apply the defaults file to the board at boot, and give signs of life.
import type { Harness } from '@sleepi3/simulator';
import { parseDefaults } from '@sleepi3/driver';
import { defaultsText, type World } from './world.js';

/** What the vendor's service writes to the board at boot (hardware facts: the vendor's sleepi3-utils). */
export async function bootNode(world: World, node: 0 | 1): Promise<void> {
  const { values } = parseDefaults(defaultsText);
  const board = await world.openBoard(node);
  try {
    await board.set('extin-trigger', 'edge');
    await board.set('ri-trigger', 'edge');
    await board.set('extin-powerdown', values.EXTIN_FORCED_SHUTDOWN);
    await board.set('watchdog-timeout', values.HEARTBEAT_TIMEOUT);
    await board.set('restart', true);
    await board.set('measurement-interval', 1);
  } finally {
    await board.close();
  }
}

/** A heartbeat a second from every Pi that has power. The returned function ends it. */
export function keepBeating(harness: Harness): () => void {
  let cancel: () => void = () => undefined;
  const beat = () => {
    for (const board of harness.boards) if (board.powered) board.heartbeat();
    cancel = harness.clock.after(1000, beat);
  };
  beat();
  return () => {
    cancel();
  };
}
