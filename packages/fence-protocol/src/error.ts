/**
 * What went wrong, for programs:
 *
 * | code | meaning | when |
 * |---|---|---|
 * | `definition` | the agent's author made an illegal definition | when it is defined |
 * | `request` | the request is ill-formed, contradictory or incomplete | before anything moves |
 * | `status` | the power status of a plug cannot be told | at run time |
 * | `waiting-on`, `waiting-off` | the device did not get there within power_timeout | at run time |
 * | `reboot-cycle` | the device's own power cycle failed | at run time |
 * | `device` | the device refused or failed; for agents to throw | at run time |
 * | `output` | the answer could not be written | at the end |
 */
export type FenceErrorCode =
  'definition' | 'request' | 'status' | 'waiting-on' | 'waiting-off' | 'reboot-cycle' | 'device' | 'output';

/** Every error this package throws, and the one agents throw to fail with one clear line: the message is what is logged. */
export class FenceError extends Error {
  override readonly name = 'FenceError';
  readonly code: FenceErrorCode;
  /** The plug it is about, where it is about one. */
  readonly plug: string | undefined;

  constructor(
    code: FenceErrorCode,
    message: string,
    options: ErrorOptions & { readonly plug?: string | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.plug = options.plug;
  }
}
