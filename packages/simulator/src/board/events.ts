// What a board tells of itself, with the time of its clock.
import type { WakeupFlag } from '@sleepi3/driver';
import type { TransferRequest } from './faults.js';

/** Why the board cut its Pi's power. `restart`: the watchdog power-cycles it; `supply`: the board itself has none. */
export type CutCause = 'extin' | 'watchdog' | 'restart' | 'sleep' | 'supply';

/** One transfer as its host saw it: `value` is what it wrote or read. */
export interface TransferRecord extends TransferRequest {
  /** The errno the host got, if the transfer failed. */
  readonly errno?: string;
}

/** Every event by its name. */
export interface BoardEvents {
  /** EXTOUT was asserted or released. */
  extout: { readonly asserted: boolean };
  /** EXTIN was asserted or released. */
  extin: { readonly asserted: boolean };
  /** external_input_count changed. */
  'extin-count': { readonly count: number };
  /** The push switch was pressed or released. */
  switch: { readonly pressed: boolean };
  /** RI was asserted or released. */
  ri: { readonly asserted: boolean };
  /** The Pi was given power, or lost it. */
  power: { readonly on: true; readonly cause: WakeupFlag } | { readonly on: false; readonly cause: CutCause };
  /** The supply changed, mV. */
  supply: { readonly voltage1: number; readonly voltage2: number };
  /** The Pi gave a sign of life. */
  heartbeat: object;
  /** A transfer took effect or failed; the host hears of it after the listeners. */
  transfer: TransferRecord;
}

export type BoardEventName = keyof BoardEvents;

/** Told of an event with its time, ms of the board's clock. */
export type BoardListener<Name extends BoardEventName> = (event: BoardEvents[Name], time: number) => void;

/** Listeners by event. A listener is called at once, before the board goes on. */
export class BoardEmitter {
  readonly #listeners = new Map<BoardEventName, Set<BoardListener<never>>>();

  /** Adds a listener; the returned function removes it. */
  on<Name extends BoardEventName>(name: Name, listener: BoardListener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // Its own wrapper, so that the same function added twice is called twice and removed one at a time.
    const entry: BoardListener<Name> = (event, time) => {
      listener(event, time);
    };
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
    };
  }

  /** Whether anyone listens, where an event is costly to make. */
  listening(name: BoardEventName): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  emit<Name extends BoardEventName>(name: Name, event: BoardEvents[Name], time: number): void {
    const listeners = this.#listeners.get(name) as Set<BoardListener<Name>> | undefined;
    if (listeners === undefined) return;
    for (const listener of listeners) listener(event, time);
  }
}
