/**
 * The board's parameters by the names sleepi3ctl gives them. Types, ranges, the command's help and its output all come
 * from the table below. Source: sleepi3-utils 1.0 (`GET_PARAMETERS`, `SET_PARAMETERS`).
 */
import { shown, Sleepi3Error } from '../errors.js';
import { type BitName, bits, type RegisterName, type WakeupFlag, wakeupFlags } from './registers.js';

/** A parameter: where it lives on the board, what its value is, and whether it can be set. */
export type Parameter = (SettableParameter | ReadOnlyParameter) & {
  /** What it is, in a few words, for help texts. */
  readonly description: string;
};

/** Kinds that can be set; some parameters of these kinds cannot. */
type SettableParameter = {
  /** `read`: setting it does not compile and is refused at run time. */
  readonly access: 'read' | 'read-write';
} & (
  | {
      /** One bit: a boolean; or what wakes the Pi, 0 `'edge'`, 1 `'level'`. */
      readonly kind: 'flag' | 'trigger';
      readonly bit: BitName;
    }
  | {
      /** A whole register: an integer from `min` to `max`. */
      readonly kind: 'number';
      readonly register: RegisterName;
      readonly unit: 's' | 'mV' | undefined;
      readonly min: number;
      readonly max: number;
    }
);

/** Kinds that cannot. */
type ReadOnlyParameter = { readonly access: 'read' } & (
  | {
      /** The larger of the two supply voltages, which the board runs on: mV. */
      readonly kind: 'voltage';
      readonly unit: 'mV';
    }
  | {
      /** The names of the bits that are set in wakeup_status. */
      readonly kind: 'wakeup-flags';
    }
);

const seconds = { kind: 'number', unit: 's', min: 0, max: 255 } as const;

export const parameters = {
  extin: { kind: 'flag', bit: 'EI', access: 'read', description: 'external input state' },
  'extin-count': {
    ...seconds,
    register: 'externalInputCount',
    access: 'read',
    description: 'seconds that the external input has been detected',
  },
  'extin-powerdown': {
    kind: 'flag',
    bit: 'EIPDE',
    access: 'read-write',
    description: 'cut the power when the external input is held for 10 s',
  },
  'extin-trigger': {
    kind: 'trigger',
    bit: 'EITRG',
    access: 'read-write',
    description: 'external input wakes by 0 edge, 1 level',
  },
  extout: { kind: 'flag', bit: 'EO', access: 'read-write', description: 'external output state' },
  'measurement-interval': {
    ...seconds,
    register: 'adcInterval',
    access: 'read-write',
    description: 'seconds between voltage measurements, 0 = none',
  },
  restart: {
    kind: 'flag',
    bit: 'RSTE',
    access: 'read-write',
    description: 'after a watchdog time-out 1 power-cycles, 0 cuts the power',
  },
  'restore-voltage': {
    kind: 'number',
    register: 'restoreVoltage',
    unit: 'mV',
    min: 0,
    max: 24000,
    access: 'read-write',
    description: 'millivolts above which the board wakes, 0 = off',
  },
  'ri-trigger': {
    kind: 'trigger',
    bit: 'RITRG',
    access: 'read-write',
    description: 'ring indicator wakes by 0 edge, 1 level',
  },
  'sleep-timeout': {
    ...seconds,
    register: 'sleepTimeout',
    access: 'read-write',
    description: 'seconds from power-off to the cut, 0 = off',
  },
  switch: { kind: 'flag', bit: 'SW', access: 'read', description: 'push switch state' },
  'switch-count': {
    ...seconds,
    register: 'pushSwitchCount',
    access: 'read',
    description: 'seconds that the push switch has been pressed',
  },
  uvlo: { kind: 'flag', bit: 'UVLO', access: 'read-write', description: 'under-voltage lock-out' },
  voltage: { kind: 'voltage', unit: 'mV', access: 'read', description: 'supply voltage in millivolts' },
  'wakeup-flag': { kind: 'wakeup-flags', access: 'read', description: 'what last powered the Pi on, one flag a line' },
  'wakeup-status': {
    kind: 'number',
    register: 'wakeupStatus',
    unit: undefined,
    min: 0,
    max: 255,
    access: 'read',
    description: 'what last powered the Pi on, as a byte',
  },
  'watchdog-timeout': {
    ...seconds,
    register: 'watchdogTimeout',
    access: 'read-write',
    description: 'seconds without a heartbeat until the board acts, 0 = off',
  },
} as const satisfies Record<string, Parameter>;

/** Every parameter that can be read. */
export type ParameterName = keyof typeof parameters;

/** Every parameter that can be set. */
export type SettableParameterName = {
  [N in ParameterName]: (typeof parameters)[N]['access'] extends 'read-write' ? N : never;
}[ParameterName];

interface ValueOfKind {
  flag: boolean;
  trigger: 'edge' | 'level';
  number: number;
  voltage: number;
  'wakeup-flags': readonly WakeupFlag[];
}

/** The type of a parameter's value, from the table. */
export type ParameterValue<N extends ParameterName> = ValueOfKind[(typeof parameters)[N]['kind']];

/** A change of one register: the bits under `mask` become `value`. */
export interface RegisterChange {
  readonly register: RegisterName;
  readonly mask: number;
  readonly value: number;
}

/** The names that can be set, in the table's order. */
export const settableParameterNames = (Object.keys(parameters) as ParameterName[]).filter(isSettable);

/** True when `name` is in the table. */
export function isParameterName(name: unknown): name is ParameterName {
  return typeof name === 'string' && Object.hasOwn(parameters, name);
}

/** True when the parameter can be set. */
export function isSettable(name: ParameterName): name is SettableParameterName {
  return parameters[name].access === 'read-write';
}

/**
 * The entry for `name`.
 *
 * @throws {@link Sleepi3Error} `UNKNOWN_PARAMETER`.
 */
export function parameterNamed(name: unknown): Parameter {
  if (isParameterName(name)) return parameters[name];
  throw unknownParameter(name);
}

/** The error for a name that is not in the table. */
export function unknownParameter(name: unknown): Sleepi3Error {
  return new Sleepi3Error(
    'UNKNOWN_PARAMETER',
    `unknown parameter '${shown(name)}'; the parameters are ${Object.keys(parameters).join(', ')}`,
    { parameter: shown(name) },
  );
}

/** The one or two registers that a parameter is read from, and the value their contents mean. */
export interface ParameterReading<T = ValueOfKind[Parameter['kind']]> {
  readonly register: RegisterName;
  readonly second?: RegisterName;
  readonly decode: (contents: number, second?: number) => T;
}

/** How to read `parameter`. */
export function parameterReading(parameter: Parameter): ParameterReading {
  switch (parameter.kind) {
    case 'flag': {
      const { bit } = parameter;
      return { register: bits[bit].register, decode: (byte) => bitOf(byte, bit) };
    }
    case 'trigger': {
      const { bit } = parameter;
      return { register: bits[bit].register, decode: (byte) => (bitOf(byte, bit) ? 'level' : 'edge') };
    }
    case 'number':
      return { register: parameter.register, decode: (value) => value };
    case 'voltage':
      return { register: 'voltage1', second: 'voltage2', decode: (one, two = 0) => Math.max(one, two) };
    case 'wakeup-flags':
      return { register: 'wakeupStatus', decode: decodeWakeupFlags };
  }
}

/**
 * Turns a value into the change of the register it needs.
 *
 * @throws {@link Sleepi3Error} `UNKNOWN_PARAMETER`, `READ_ONLY`, `INVALID_VALUE` or `OUT_OF_RANGE`.
 */
export function encodeParameter(name: string, value: unknown): RegisterChange {
  const parameter = parameterNamed(name);
  if (parameter.access === 'read') {
    throw new Sleepi3Error(
      'READ_ONLY',
      `${name} can only be read; what can be set is ${settableParameterNames.join(', ')}`,
      { parameter: name, value },
    );
  }
  switch (parameter.kind) {
    case 'flag':
      if (typeof value !== 'boolean') throw wrongType(name, value, 'true or false');
      return bitChange(parameter.bit, value);
    case 'trigger':
      if (value !== 'edge' && value !== 'level') throw wrongType(name, value, `'edge' or 'level'`);
      return bitChange(parameter.bit, value === 'level');
    case 'number': {
      const { register, min, max, unit } = parameter;
      if (!Number.isInteger(value)) throw wrongType(name, value, `a whole number from ${min} to ${max}`);
      const number = value as number;
      if (number < min || number > max) {
        throw new Sleepi3Error(
          'OUT_OF_RANGE',
          `${name} must be from ${min} to ${max}${unit === undefined ? '' : ` ${unit}`}, not ${number}`,
          { parameter: name, value, range: [min, max] },
        );
      }
      return { register, mask: max > 255 ? 0xffff : 0xff, value: number };
    }
  }
}

/** Whether the bit is set in the contents of its register. */
export function bitOf(contents: number, bit: BitName): boolean {
  return ((contents >> bits[bit].bit) & 1) === 1;
}

/** The names of the bits set in wakeup_status, from bit 0 up. */
export function decodeWakeupFlags(byte: number): readonly WakeupFlag[] {
  return wakeupFlags.filter((_, bit) => (byte >> bit) & 1);
}

function bitChange(name: BitName, on: boolean): RegisterChange {
  const { register, bit } = bits[name];
  return { register, mask: 1 << bit, value: on ? 1 << bit : 0 };
}

function wrongType(name: string, value: unknown, wanted: string): Sleepi3Error {
  const given = typeof value === 'string' ? `'${value}'` : shown(value);
  return new Sleepi3Error('INVALID_VALUE', `${name} must be ${wanted}, not ${given}`, { parameter: name, value });
}
