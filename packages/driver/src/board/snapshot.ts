// What a board says, as one value.
import { type ParameterName, parameterReading, parameters, type ParameterValue } from './parameters.js';
import type { RegisterName } from './registers.js';

/** EXTOUT, EXTIN and the push switch as they were in one and the same transfer. */
export interface IoStatus {
  /** EXTOUT (CN5): true while this board asserts it. */
  readonly extout: boolean;
  /** EXTIN (CN4): true while something asserts it. */
  readonly extin: boolean;
  /** The push switch: true while it is held. */
  readonly switch: boolean;
}

/** The two supply voltages in mV. */
export interface Voltages {
  /** At CN1. */
  readonly voltage1: number;
  /** At CN2. */
  readonly voltage2: number;
  /** The larger of the two, which the board runs on; what `get('voltage')` gives. */
  readonly active: number;
}

/** Everything the board says, each register read once. */
export type Snapshot = { readonly [N in ParameterName]: ParameterValue<N> } & {
  /** mV at CN1. */
  readonly voltage1: number;
  /** mV at CN2. */
  readonly voltage2: number;
  /** The controller's firmware version. */
  readonly version: number;
};

/** The snapshot that the contents of all registers mean. */
export function decodeSnapshot(contents: Readonly<Record<RegisterName, number>>): Snapshot {
  const { voltage1, voltage2, version } = contents;
  const values = Object.entries(parameters).map(([name, parameter]) => {
    const { register, second = register, decode } = parameterReading(parameter);
    return [name, decode(contents[register], contents[second])] as const;
  });
  return { ...Object.fromEntries(values), voltage1, voltage2, version } as unknown as Snapshot;
}
