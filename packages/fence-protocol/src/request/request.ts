// A request as it came in, on the command line or on stdin: words, not yet judged.
import type { RequestedTarget } from '../definition.js';

export interface Request {
  /** The last text given for each option, by the option's name; a flag's is `true`. */
  readonly values: ReadonlyMap<string, string>;
  /** How often --verbose was given. */
  readonly verbose: number;
  readonly target: RequestedTarget;
  /** What makes the request ill-formed: nothing is done but to tell. */
  readonly problems: readonly string[];
  /** What makes it doubtful: no reason to refuse to look, but a power action is not plainly asked for. */
  readonly doubts: readonly string[];
  /** What is odd and does not matter. */
  readonly warnings: readonly string[];
}
