// The program's one error class.

/**
 * What went wrong, in a word that never changes.
 *
 * | code | meaning |
 * |---|---|
 * | `USAGE` | the command line cannot be carried out |
 * | `BAD_FILE` | the cluster file is wrong; {@link SetupError.problems} says where |
 * | `UNREADABLE` | a file cannot be read |
 * | `FOREIGN_CLUSTER` | there is another cluster, and its name was not typed |
 * | `NOT_READY` | something that has to be done by hand comes first |
 * | `COMMAND_FAILED` | a command on a node failed |
 * | `NO_EFFECT` | a step was carried out, and reality did not follow |
 * | `PASSWORD` | no password could be had |
 * | `REFUSED` | it was not done: the person, or the other node, said no |
 */
export type SetupErrorCode =
  | 'USAGE'
  | 'BAD_FILE'
  | 'UNREADABLE'
  | 'FOREIGN_CLUSTER'
  | 'NOT_READY'
  | 'COMMAND_FAILED'
  | 'NO_EFFECT'
  | 'PASSWORD'
  | 'REFUSED';

/** One mistake in a cluster file. */
export interface Problem {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** Where in the file: `nodes[0].name`; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
}

/** The facts of a {@link SetupError}. */
export interface SetupErrorFacts extends ErrorOptions {
  readonly problems?: readonly Problem[];
}

/** The only error this program throws on purpose. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly code: SetupErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: SetupErrorCode, message: string, facts: SetupErrorFacts = {}) {
    super(message, facts);
    this.code = code;
    this.problems = facts.problems ?? [];
  }
}
