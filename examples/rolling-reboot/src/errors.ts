// The program's one error class.

/**
 * What went wrong, in a word that never changes.
 *
 * | code | meaning |
 * |---|---|
 * | `BAD_SETTING` | a setting is missing or wrong |
 * | `REFUSED` | a gate is shut: nothing was begun |
 * | `NOT_MY_TURN` | another node has the lock, and kept it until the wait for it ended |
 * | `ROLL_FAILED` | an earlier roll failed, and a person has to look first |
 * | `LOCK_LOST` | another node took the lock over |
 * | `STEP_FAILED` | a step was carried out, and what it should bring about did not come |
 * | `INTERRUPTED` | the program was told to end, or had died |
 * | `UNFINISHED` | something could not be undone; the message says what a person must do |
 * | `BAD_RECORD` | a record of this program cannot be read |
 * | `BUSY` | the program runs on this node already |
 */
export type RollErrorCode =
  | 'BAD_SETTING'
  | 'REFUSED'
  | 'NOT_MY_TURN'
  | 'ROLL_FAILED'
  | 'LOCK_LOST'
  | 'STEP_FAILED'
  | 'INTERRUPTED'
  | 'UNFINISHED'
  | 'BAD_RECORD'
  | 'BUSY';

/** What is known of a failure besides its words. */
export interface RollFacts extends ErrorOptions {
  /** Whether people have been told of it already. */
  readonly told?: boolean;
}

/** The only error this program throws on purpose. */
export class RollError extends Error {
  override readonly name = 'RollError';
  readonly code: RollErrorCode;
  /** Whether people have been told of it already. */
  readonly told: boolean;

  constructor(code: RollErrorCode, message: string, facts: RollFacts = {}) {
    super(message, facts);
    this.code = code;
    this.told = facts.told ?? false;
  }
}

/** The message of whatever was thrown, with what to do where that is known. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return isSystemError(error) && (code === 'EACCES' || code === 'EPERM')
    ? `${error.message}: run it as root`
    : error.message;
}

/** Whether it is an error of Node's for a call of the system. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
