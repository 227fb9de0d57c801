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

/** Parameters by their names. */
export type ParameterValues<N extends ParameterName> = { readonly [K in N]: ParameterValue<K> };

/** Everything the board says, each register read once. */
export type Snapshot = ParameterValues<ParameterName> & {
  /** mV at CN1. */
  readonly voltage1: number;
  /** mV at CN2. */
  readonly voltage2: number;
  /** The controller's firmware version. */
  readonly version: number;
};

/** What registers hold: those that were read. */
export type Contents = Readonly<Record<RegisterName, number>>;

/** The snapshot that the contents of all registers mean. */
export function decodeSnapshot(contents: Contents): Snapshot {
  const { voltage1, voltage2, version } = contents;
  return Object.assign(decodeParameters(Object.keys(parameters) as ParameterName[], contents), {
    voltage1,
    voltage2,
    version,
  });
}

/** The parameters that the contents of their registers, {@link registersOf}, mean. */
export function decodeParameters<N extends ParameterName>(names: readonly N[], contents: Contents): ParameterValues<N> {
  const values: Partial<Record<ParameterName, unknown>> = {};
  for (const name of names) {
    const { register, second = register, decode } = parameterReading(parameters[name]);
    values[name] = decode(contents[register], contents[second]);
  }
  return values as ParameterValues<N>;
}

/** The registers that parameters are read from, each once. */
export function registersOf(names: readonly ParameterName[]): ReadonlySet<RegisterName> {
  return new Set(
    names.flatMap((name) => {
      const { register, second = register } = parameterReading(parameters[name]);
      return [register, second];
    }),
  );
}
