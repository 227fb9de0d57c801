// The package's one error class. Errors of the simulated bus are the driver's BusError, as from a real bus.

/**
 * What went wrong, in a word that never changes.
 *
 * | code | meaning |
 * |---|---|
 * | `INVALID_ARGUMENT` | a value that the simulator cannot take; nothing was changed |
 * | `STALLED` | the virtual clock has nothing left to do, but what is waited for has not happened |
 * | `TIME_LIMIT` | what is waited for did not happen within the given simulated time |
 * | `LIVELOCK` | timers keep firing at one instant, and virtual time does not advance |
 * | `CLOCK_BUSY` | the virtual clock is already being advanced |
 * | `POWER_LOST` | the program's Pi lost its power |
 * | `KILLED` | the virtual process was killed |
 * | `NOT_RUNNING` | the Pi is off or has not booted |
 * | `ADDRESS_IN_USE` | another server answers on that socket |
 * | `NOT_A_SOCKET` | the path is taken by something that is not a socket, which is left alone |
 * | `NOT_SERVED` | the system refuses the socket (see `cause`) |
 */
export type SimulatorErrorCode =
  | 'INVALID_ARGUMENT'
  | 'STALLED'
  | 'TIME_LIMIT'
  | 'LIVELOCK'
  | 'CLOCK_BUSY'
  | 'POWER_LOST'
  | 'KILLED'
  | 'NOT_RUNNING'
  | 'ADDRESS_IN_USE'
  | 'NOT_A_SOCKET'
  | 'NOT_SERVED';

/** Everything this package throws of its own. Look at {@link SimulatorError.code}, not at the message. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string, facts?: ErrorOptions) {
    super(message, facts);
    this.code = code;
  }
}

/** Returns `value` if it is a number from `min` to `max`. */
export function inRange(name: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw new SimulatorError('INVALID_ARGUMENT', `${name} must be from ${min} to ${max}, not ${value}`);
}

/** Returns `value` if it is a whole number from `min` to `max`. */
export function wholeInRange(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value)) return inRange(name, value, min, max);
  throw new SimulatorError('INVALID_ARGUMENT', `${name} must be a whole number from ${min} to ${max}, not ${value}`);
}

/** Throws unless `value` is left out or one of `allowed`. */
export function oneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new SimulatorError('INVALID_ARGUMENT', `${name} must be ${allowed.join(' or ')}, not ${value}`);
}
