// What goes wrong in the alert agent.

/** Stable codes of an {@link AlertError}. */
export type AlertErrorCode =
  /** The file of receivers cannot be read, or is wrong. */
  | 'RECEIVERS'
  /** The environment is none that Pacemaker gives to an alert agent. */
  | 'NOT_AN_ALERT'
  /** A receiver did not take a message. */
  | 'NOT_DELIVERED';

/** The only error this program throws on purpose. */
export class AlertError extends Error {
  override readonly name = 'AlertError';
  readonly code: AlertErrorCode;

  constructor(code: AlertErrorCode, message: string, facts?: ErrorOptions) {
    super(message, facts);
    this.code = code;
  }
}
