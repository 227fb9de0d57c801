import type { Bus } from './bus.js';
import { Sleepi3Error } from '../errors.js';
import type { RunProgram } from '../system/run-program.js';

/** What the back ends need from outside; everything has a default. */
export interface BusOptions {
  /** ms that the lock between processes is waited for; default 5000. */
  readonly lockTimeout?: number;
  /** ms that one transfer may take on a back end that can hang (`i2c-tools:`, `unix:`); default 2000. */
  readonly transferTimeout?: number;
  /** How programs (flock, i2cget, i2cset) are run; this machine's by default. */
  readonly run?: RunProgram;
  /** Loads the i2c-bus package; by default the one that was installed with the driver, or the one in `i2cBusDirectory`. */
  readonly loadI2cBus?: () => Promise<unknown>;
  /** The directory whose `node_modules` have i2c-bus; `/usr/lib/fence-sleepi3` by default, of the Debian package of that name. */
  readonly i2cBusDirectory?: string;
  /** Where i2cget and i2cset are; `/usr/sbin` by default, as in Debian. */
  readonly i2cToolsDirectory?: string;
  /** The device node of bus N, which is locked; `/dev/i2c-N` by default. */
  readonly devicePath?: string;
}

/** A bus spec taken apart. */
export type BusSpec =
  /** /dev/i2c-`number` through the i2c-bus addon. */
  | { readonly backEnd: 'i2c-bus'; readonly number: number }
  /** /dev/i2c-`number` through i2cget and i2cset of Debian's i2c-tools. */
  | { readonly backEnd: 'i2c-tools'; readonly number: number }
  /** A board in another process, through a unix socket. */
  | { readonly backEnd: 'unix'; readonly path: string };

/**
 * Takes a bus spec apart: `1`, `'1'`, `'i2c-tools:1'`, `'unix:/run/board.sock'`.
 *
 * @throws {@link Sleepi3Error} `INVALID_BUS`.
 */
export function parseBusSpec(spec: number | string): BusSpec {
  const match = /^(?:(?:(i2c-tools):)?(\d{1,6})|unix:(\/.*))$/.exec(String(spec));
  if (match === null) {
    throw new Sleepi3Error(
      'INVALID_BUS',
      `'${spec}' is no bus; write its number (1), i2c-tools:1, or unix:/path of a socket`,
      { value: spec },
    );
  }
  const [, tools, number, path] = match;
  if (path !== undefined) return { backEnd: 'unix', path };
  return { backEnd: tools === undefined ? 'i2c-bus' : 'i2c-tools', number: Number(number) };
}

/**
 * Opens the bus that `spec` names. Each back end is loaded only when it is the one to open.
 *
 * @throws {@link Sleepi3Error} `INVALID_BUS`, `BUS_UNAVAILABLE`.
 */
export async function openBus(spec: number | string, options: BusOptions = {}): Promise<Bus> {
  const parsed = parseBusSpec(spec);
  const settings = { lockTimeout: 5000, transferTimeout: 2000, ...options };
  switch (parsed.backEnd) {
    case 'i2c-bus':
      return (await import('./i2c-bus.js')).openI2cBus(parsed.number, settings);
    case 'i2c-tools':
      return (await import('./i2c-tools.js')).openI2cTools(parsed.number, settings);
    case 'unix':
      return (await import('./unix-socket.js')).openUnixSocket(parsed.path, settings);
  }
}
