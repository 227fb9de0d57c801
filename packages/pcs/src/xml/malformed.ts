// The one way an answer is refused, so that no reader invents its own.
import { PcsError } from '../errors.js';

/** How much of a refused answer goes into the message. */
const SHOWN_LENGTH = 120;

/**
 * The error for an answer that is cut off, malformed or not what was asked for.
 *
 * @param source - Who answered: `crm_mon`, `cibadmin` …
 * @param reason - What is wrong with it.
 * @param answer - The answer itself, when its text explains more (`Error: cluster is not running`); kept as `stdout`.
 */
export function malformedAnswer(source: string, reason: string, answer?: string, cause?: unknown): PcsError {
  const start = answer === undefined ? '' : `; it starts with ${JSON.stringify(answer.slice(0, SHOWN_LENGTH))}`;
  return new PcsError(
    'MALFORMED_ANSWER',
    `The answer of ${source} cannot be trusted, so none of it was used: ${reason}${start}`,
    { ...(answer !== undefined && { stdout: answer }), ...(cause !== undefined && { cause }) },
  );
}
