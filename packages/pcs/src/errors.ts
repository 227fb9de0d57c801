// The package's one error class: a stable code, the facts as fields, and a message that says what to do.

/**
 * What went wrong, in a word that never changes.
 *
 * | code | meaning |
 * |---|---|
 * | `INVALID_ARGUMENT` | refused by this package before anything ran |
 * | `UNSUPPORTED` | the installed pcs cannot do it (a capability is missing) |
 * | `REFUSED` | the program ran and said no |
 * | `NEEDS_FORCE` | it said no, and names the option that overrides (see {@link PcsError.forceHint}) |
 * | `PARTIAL` | some nodes did it, some did not (see {@link PcsError.nodes}) |
 * | `NOT_FOUND` | what was named does not exist |
 * | `ALREADY_EXISTS` | what was to be created exists |
 * | `CONFLICT` | the configuration changed underneath a transaction |
 * | `NOT_RUNNING` | the cluster is not running on this node |
 * | `NOT_AUTHENTICATED` | a host does not accept this one: `pcs host auth` first |
 * | `UNREACHABLE` | no pcsd answers on a node |
 * | `PERMISSION_DENIED` | root (or the haclient group) is needed |
 * | `WAIT_TIMEOUT` | the change was made, but the cluster did not settle within `wait` |
 * | `TIMEOUT` | the program did not end in time and was killed; what it did is unknown |
 * | `TOO_MUCH_OUTPUT` | the program wrote more than 64 MiB and was killed; what it did is unknown |
 * | `KILLED` | the program died of a signal; what it did is unknown |
 * | `ABORTED` | the caller's AbortSignal ended it |
 * | `NOT_INSTALLED` | the program is not on this machine |
 * | `NOT_STARTED` | the program could not be started for another reason (see `cause`) |
 * | `USAGE` | the program did not understand the words |
 * | `TRACEBACK` | pcs itself crashed |
 * | `MALFORMED_ANSWER` | the answer is cut off or is not what was asked for |
 */
export type PcsErrorCode =
  | 'INVALID_ARGUMENT'
  | 'UNSUPPORTED'
  | 'REFUSED'
  | 'NEEDS_FORCE'
  | 'PARTIAL'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'CONFLICT'
  | 'NOT_RUNNING'
  | 'NOT_AUTHENTICATED'
  | 'UNREACHABLE'
  | 'PERMISSION_DENIED'
  | 'WAIT_TIMEOUT'
  | 'TIMEOUT'
  | 'TOO_MUCH_OUTPUT'
  | 'KILLED'
  | 'ABORTED'
  | 'NOT_INSTALLED'
  | 'NOT_STARTED'
  | 'USAGE'
  | 'TRACEBACK'
  | 'MALFORMED_ANSWER';

/** The option a caller may repeat the command with; never added by this package on its own. */
export type ForceOption = 'force' | 'skipOffline' | 'yes';

/** How one node fared in a command that spans nodes. */
export interface NodeOutcome {
  readonly ok: boolean;
  /** What pcs said about the node, in order. */
  readonly messages: readonly string[];
}

/** The facts of a {@link PcsError}: those that there are. */
export interface PcsErrorFacts extends ErrorOptions {
  /** The program and its words as started, secrets masked. */
  readonly argv?: readonly string[];
  readonly exitCode?: number | null;
  readonly signal?: NodeJS.Signals | null;
  /** Text of the standard error output, secrets masked. */
  readonly stderr?: string;
  /** Text of the standard output, secrets masked. */
  readonly stdout?: string;
  readonly forceHint?: ForceOption | undefined;
  readonly nodes?: Readonly<Record<string, NodeOutcome>>;
}

/** The message of a `NOT_RUNNING`: what was said, and what to do. */
export function notRunning(said: string): string {
  return `${said}; start the cluster on this node: pcs cluster start`;
}

/** Everything this package throws. Look at {@link PcsError.code}, not at the message. */
export class PcsError extends Error {
  override readonly name = 'PcsError';
  readonly code: PcsErrorCode;
  /** The program and its words as started, secrets masked; empty when nothing was started. */
  readonly argv: readonly string[];
  /** The exit code; null when a signal ended the program or nothing ran. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly stdout: string;
  /** The option that would have overridden the refusal, when pcs named one. */
  readonly forceHint: ForceOption | undefined;
  /** What is known of each node, when pcs reported per node. */
  readonly nodes: Readonly<Record<string, NodeOutcome>>;

  constructor(code: PcsErrorCode, message: string, facts: PcsErrorFacts = {}) {
    super(message, facts);
    this.code = code;
    this.argv = facts.argv ?? [];
    this.exitCode = facts.exitCode ?? null;
    this.signal = facts.signal ?? null;
    this.stderr = facts.stderr ?? '';
    this.stdout = facts.stdout ?? '';
    this.forceHint = facts.forceHint;
    this.nodes = facts.nodes ?? {};
  }
}

/** Whether `error` is a {@link PcsError}, and of one of `codes` when any are given. */
export function isPcsError(error: unknown, ...codes: readonly PcsErrorCode[]): error is PcsError {
  return error instanceof PcsError && (codes.length === 0 || codes.includes(error.code));
}
