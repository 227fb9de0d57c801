/**
 * What went wrong, for programs:
 *
 * | code | meaning | when |
 * |---|---|---|
 * | `DEFINITION` | the agent's author made an illegal definition | when it is defined |
 * | `REQUEST` | the request is ill-formed, contradictory or incomplete | before anything moves |
 * | `STATUS` | the power status of a plug cannot be told | at run time |
 * | `WAITING_ON`, `WAITING_OFF` | the device did not get there within power_timeout | at run time |
 * | `REBOOT_CYCLE` | the device's own power cycle failed | at run time |
 * | `DEVICE` | the device refused or failed; for agents to throw | at run time |
 * | `OUTPUT` | the answer could not be written | at the end |
 */
export type FenceErrorCode =
  'DEFINITION' | 'REQUEST' | 'STATUS' | 'WAITING_ON' | 'WAITING_OFF' | 'REBOOT_CYCLE' | 'DEVICE' | 'OUTPUT';

/** The facts of a {@link FenceError}. */
export interface FenceErrorFacts extends ErrorOptions {
  readonly plug?: string | undefined;
}

/** Every error this package throws, and the one agents throw to fail with one clear line: the message is what is logged. */
export class FenceError extends Error {
  override readonly name = 'FenceError';
  readonly code: FenceErrorCode;
  /** The plug it is about, where it is about one. */
  readonly plug: string | undefined;

  constructor(code: FenceErrorCode, message: string, facts: FenceErrorFacts = {}) {
    super(message, facts);
    this.code = code;
    this.plug = facts.plug;
  }
}

/**
 * The text of anything thrown, with what caused it: `fetch failed: connect ECONNREFUSED 127.0.0.1:1`. A cause that the
 * message has told already is not told again.
 */
export function messageOf(error: unknown): string {
  const seen = new Set<unknown>();
  let text = '';
  for (let one = error; one !== undefined && !seen.has(one); one = one instanceof Error ? one.cause : undefined) {
    seen.add(one);
    const own = ownMessageOf(one);
    if (!text.includes(own)) text += text === '' ? own : `: ${own}`;
  }
  return text;
}

/** An error for several (a host with several addresses, none of which answers) may have no text of its own. */
function ownMessageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  const several = error instanceof AggregateError ? error.errors.map(ownMessageOf).join(', ') : '';
  return several === '' ? error.name : several;
}
