// How far a configuration is from what is wanted of it, and the way there.
import type { CibCommand } from '../command/command.js';
import { PcsError } from '../errors.js';

/** One thing that is not as it should be. */
export interface Difference {
  readonly what: string;
  /** Undefined: not there. */
  readonly is?: string | undefined;
  /** Undefined: should not be there. */
  readonly should?: string | undefined;
}

/** How far something is from what is wanted, and the way there. Without differences there are no commands. */
export interface Correction<Answer = unknown> {
  readonly differences: readonly Difference[];
  readonly commands: readonly CibCommand<Answer>[];
}

/** Several corrections as one. */
export function together<Answer>(...corrections: readonly Correction<Answer>[]): Correction<Answer> {
  return {
    differences: corrections.flatMap(({ differences }) => differences),
    commands: corrections.flatMap((correction) => correction.commands),
  };
}

/** What is as it should be. */
export const nothing: Correction<never> = { differences: [], commands: [] };

/** One thing that is in the place of another. */
interface Conflict {
  readonly is: string;
  readonly should: string;
  /** The words of pcs that make way. */
  readonly remove: string;
}

/** @returns the error for what no correction may decide. */
export function different(what: string, { is, should, remove }: Conflict): PcsError {
  return new PcsError(
    'ALREADY_EXISTS',
    `'${what}' is ${is}, not ${should}: to have it replaced, remove it first with 'pcs ${remove}'`,
  );
}
