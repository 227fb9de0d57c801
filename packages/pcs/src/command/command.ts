// A command is data: what to run, with which words, and how to read the answer. Nothing here runs anything.
import type { RawResult } from '../run/runner.js';

/** The programs this package knows how to speak to. */
export type Program =
  | 'pcs'
  | 'crm_mon'
  | 'cibadmin'
  | 'crm_simulate'
  | 'crm_resource'
  | 'crm_verify'
  | 'stonith_admin'
  | 'corosync-quorumtool'
  | 'corosync-cmapctl';

/** The answer of `pcs --version --full`. */
export interface Features {
  /** For people to read; decisions are made on {@link Features.has}. */
  readonly version: string;
  /** The capability ids of pcs's own capabilities list, such as `pcmk.resource.move.autoclean.default`. */
  readonly ids: ReadonlySet<string>;
  /** Whether the installed pcs names this capability. */
  has(capability: string): boolean;
}

/** A form of a command for the pcs versions that lack, or have, a capability. The first that holds is used. */
export interface Variant {
  /** Holds when `pcs --version --full` lists this capability … */
  readonly having?: string;
  /** … or does not list this one. Both must hold when both are given. */
  readonly without?: string;
  /** Replace the command's own. */
  readonly options?: readonly string[];
  readonly words?: readonly string[];
  /** This version cannot do it: the call throws `UNSUPPORTED` with this reason, before anything runs. */
  readonly unsupported?: string;
}

/**
 * One call of one program, as data.
 * @typeParam T What {@link Command.parse} makes of the answer.
 */
export interface Command<T> {
  readonly program: Program;
  /** Options, complete and each in one word but for `-x VALUE`; they go first. */
  readonly options?: readonly string[];
  /** The words after `--`, each a literal: none can become an option. */
  readonly words?: readonly string[];
  /** What older or newer versions want instead. */
  readonly variants?: readonly Variant[];
  /** Whole seconds pcs waits for the cluster to settle (`--wait=n`); not possible on a file. */
  readonly wait?: number;
  readonly stdin?: string | Uint8Array;
  /** Texts never shown: masked in every error, dry run and script. */
  readonly secrets?: readonly string[];
  /** Added to the scrubbed environment, for instance `CIB_file`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are an answer and not a failure; default only 0. */
  readonly exitCodes?: readonly number[];
  /** Milliseconds the program may take, `wait` not counted; default the caller's. */
  readonly timeoutMs?: number;
  /** Turns a successful answer into the typed value; throws `MALFORMED_ANSWER` when it is not one. */
  parse(result: RawResult): T;
}

/** A command that works on a CIB in a file too (`pcs -f FILE`, `CIB_file`), and so may be part of a transaction. */
export interface CibCommand<T> extends Command<T> {
  readonly onFile: true;
}

/** What is really started. */
export interface Invocation {
  readonly program: Program;
  readonly argv: readonly string[];
}

/**
 * The argument vector of a command: options first, then `--`, then words, so that no word can become an option.
 * @param features Needed when the command has variants; ignored otherwise.
 * @param file A CIB file to work on instead of the running cluster (`pcs -f`).
 */
export function invocation(command: Command<unknown>, features?: Features, file?: string): Invocation {
  const variant = features && variantFor(command, features);
  const options = variant?.options ?? command.options ?? [];
  const words = variant?.words ?? command.words ?? [];
  const wait = command.wait === undefined ? [] : [`--wait=${command.wait}`];
  return {
    program: command.program,
    argv: [
      // Pacemaker's own tools take the file from the environment.
      ...(file === undefined || command.program !== 'pcs' ? [] : ['-f', file]),
      ...options,
      ...wait,
      ...(words.length > 0 ? ['--', ...words] : []),
    ],
  };
}

/** The form of the command for these features, or undefined for its own. */
export function variantFor(command: Command<unknown>, features: Features): Variant | undefined {
  return command.variants?.find(
    ({ having, without }) =>
      (having === undefined || features.has(having)) && (without === undefined || !features.has(without)),
  );
}
