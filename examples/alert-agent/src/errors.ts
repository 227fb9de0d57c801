// What goes wrong in the alert agent.

/** Stable codes of an {@link AlertError}. */
export type AlertErrorCode =
  /** The file of receivers cannot be read, or is wrong. */
  | 'RECEIVERS'
  /** The environment is none that Pacemaker gives to an alert agent. */
  | 'NOT_AN_ALERT'
  /** A receiver did not take a message. */
  | 'NOT_DELIVERED';

export class AlertError extends Error {
  override readonly name = 'AlertError';

  constructor(
    readonly code: AlertErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
