// How this node's board is reached, and how it is named.
import { realpathSync } from 'node:fs';
import { parseBusSpec, Sleepi3, Sleepi3Error } from '@sleepi3/driver';
import type { Lines } from '../line/lines.js';

/** Which board, in the driver's words. */
export interface BoardName {
  /** A bus spec such as `1`, `i2c-tools:1` or `unix:/path`. */
  readonly bus: string;
  readonly address: number;
}

/**
 * Opens a board; whether it answers the first reading tells, for each transfer may take a second. An addon that does not load is no reason not to fence: i2c-tools takes its
 * place, and the log says so.
 *
 * @throws Sleepi3Error with the remedy when the board cannot be reached.
 */
export async function openBoard({ bus, address }: BoardName, log: (message: string) => void): Promise<Sleepi3> {
  const spec = parseBusSpec(bus);
  try {
    const board = await Sleepi3.open({ bus, address, probe: false });
    if (spec.backEnd === 'i2c-bus') log(`reaching the board on bus ${bus} through i2c-bus`);
    return board;
  } catch (error) {
    const addonMissing =
      error instanceof Sleepi3Error && error.code === 'BUS_UNAVAILABLE' && spec.backEnd === 'i2c-bus';
    if (!addonMissing) throw error;
    log(`reaching the board on bus ${bus} through i2c-tools, because i2c-bus does not load (${error.message})`);
    return Sleepi3.open({ bus: `i2c-tools:${spec.number}`, address, probe: false });
  }
}

/** The same for all ways in which a bus can be written and reached: `1`, `01`, `i2c-tools:1` and `/dev/i2c-1` are one. */
export function busIdentity(bus: string): string {
  const spec = parseBusSpec(busSpec(bus));
  return spec.backEnd === 'unix' ? `unix:${realPath(spec.path)}` : `i2c-${spec.number}`;
}

/** A bus as the driver takes it: people write the device's path, too. */
export function busSpec(bus: string): string {
  const [, number] = /^\/dev\/i2c-(\d{1,6})$/.exec(bus) ?? [];
  return number ?? bus;
}

/** The path itself where it leads nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The lines of an open board; closing them closes the board. */
export function boardLines(board: Sleepi3): Lines & { close(): Promise<void> } {
  return {
    read: () => board.ioStatus(),
    writeExtout: (asserted) => board.set('extout', asserted, { tries: 1, atOnce: true }),
    close: () => board.close(),
  };
}
