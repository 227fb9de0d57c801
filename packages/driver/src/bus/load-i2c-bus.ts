/** Where the i2c-bus package comes from. It is an optional dependency, and loaded when a real bus is opened. */

/** Where the Debian package fence-sleepi3 has it, compiled for the Nodes of Debian. */
export const packagedI2cBus = '/usr/lib/fence-sleepi3';

/**
 * Loads i2c-bus: the one that was installed with the driver, or else the one in `directory`.
 *
 * @returns The package.
 * @throws What kept the one from loading that is there; the driver's own when none is.
 */
export async function loadI2cBus(directory: string, own: () => Promise<unknown> = importOwn): Promise<unknown> {
  let failure: unknown;
  for (const load of [own, () => requireFrom(directory)]) {
    try {
      return await load();
    } catch (error) {
      if (failure === undefined || isMissing(failure)) failure = isMissing(error) ? (failure ?? error) : error;
    }
  }
  throw failure;
}

/** By a name that no bundler follows. */
const importOwn = (): Promise<unknown> => {
  const packageName = 'i2c-bus' as string;
  return import(packageName);
};

/** By its path: what NODE_PATH or a folder above has is somebody else's. */
async function requireFrom(directory: string): Promise<unknown> {
  const { createRequire } = await import('node:module');
  return createRequire(`${directory}/`)(`${directory}/node_modules/i2c-bus`) as unknown;
}

/** Nothing is there, unlike a package that lacks a part of its own or does not load. */
const isMissing = (error: unknown): boolean => error instanceof Error && error.message.includes("i2c-bus'");
