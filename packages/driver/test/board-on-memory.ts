// A board on a bus in memory, on a clock that takes no time.
import { expect } from 'vitest';
import { type Clock, type OpenOptions, Sleepi3, Sleepi3Error } from '../src/index.js';
import { MemoryBus } from './memory-bus.js';

/** A clock whose sleeps take no time but are remembered. */
export function instantClock(): Clock & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  let now = 0;
  return {
    sleeps,
    now: () => now,
    sleep: async (milliseconds) => {
      sleeps.push(milliseconds);
      now += milliseconds;
    },
  };
}

export async function openOn(bus = new MemoryBus(), options: OpenOptions = {}) {
  const clock = instantClock();
  const board = await Sleepi3.open({ bus, clock, random: () => 0.5, probe: false, ...options });
  return { bus, board, clock };
}

export async function errorOf(promise: Promise<unknown>): Promise<Sleepi3Error> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Sleepi3Error);
  return error as Sleepi3Error;
}
