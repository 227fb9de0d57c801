// Passwords go to pcs through a pipe: on a command line every user of the machine could read them.
import { change, type Change, type RequestTimeout } from './change.js';
import type { Command } from './command.js';
import { invalid, literal } from './words.js';

/** Who pcsd should let in. */
export interface Credentials {
  /** Default `hacluster`. */
  readonly username?: string;
  /** Goes through a pipe: never on a command line, where every user of the machine could read it. */
  readonly password: string;
}

/** A command that reads its password from standard input, one line. */
export function withPassword(
  words: readonly string[],
  { username = 'hacluster', password }: Credentials,
  options: RequestTimeout = {},
): Command<Change> {
  if (literal(password, 'password') === '') invalid('the password is empty');
  return change(words, {
    ...options,
    options: ['-u', literal(username, 'username')],
    stdin: `${password}\n`,
    secrets: [password],
  });
}
