import { Sleepi3Error } from '../errors.js';
import type { Bus, BusOptions } from './bus.js';

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
      `'${spec}' is not a bus; write its number (1), i2c-tools:1, or unix:/path of a socket`,
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
