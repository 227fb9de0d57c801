// Runs one command and turns what came of it into its typed value or a typed error.
import { type Command, type Features, invocation, variantFor } from '../command/command.js';
import { PcsError } from '../errors.js';
import { failure } from './failure.js';
import { mask, maskCause, maskResult } from './mask.js';
import type { RawResult, Runner, RunRequest } from './runner.js';

/** What the caller of {@link execute} decides. */
export interface ExecuteContext {
  /** Asked only when the command differs between versions. */
  readonly features?: () => Promise<Features>;
  /** A CIB file to work on instead of the running cluster. */
  readonly file?: string;
  /** Milliseconds for commands that do not set their own limit; default 150000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A move waits twice (pcs 0.11), everything else at most once. */
const WAITS = 2;

/** pcs's own request timeout to another node is 60 s, and some commands make two rounds. */
export const DEFAULT_TIMEOUT_MS = 150_000;

/**
 * Runs `command` and returns what its parser makes of the answer.
 * @throws PcsError with everything known about the failure.
 */
export async function execute<T>(command: Command<T>, runner: Runner, context: ExecuteContext = {}): Promise<T> {
  const request = await requestFor(command, context);
  let result: RawResult;
  try {
    result = maskResult(await runner.run(request), command.secrets);
  } catch (error) {
    throw notRun(request, command, error, context.signal);
  }
  const accepted = command.exitCodes ?? [0];
  if (
    result.timedOut ||
    result.tooMuchOutput === true ||
    result.exitCode === null ||
    !accepted.includes(result.exitCode)
  ) {
    throw failure(command, request, result);
  }
  return command.parse(result);
}

/** The request a command becomes, for `execute` and for dry runs. */
export async function requestFor(command: Command<unknown>, context: ExecuteContext = {}): Promise<RunRequest> {
  if (context.file !== undefined && command.wait !== undefined) {
    throw new PcsError('INVALID_ARGUMENT', 'a change to a copy of the CIB cannot be waited for: wait for its push');
  }
  const features = command.variants === undefined ? undefined : await context.features?.();
  const unsupported = features && variantFor(command, features)?.unsupported;
  if (unsupported !== undefined) {
    throw new PcsError('UNSUPPORTED', `pcs ${features?.version ?? ''} cannot do this: ${unsupported}`);
  }
  const { stdin } = command;
  // Pacemaker's own tools take the file from the environment.
  const env =
    context.file !== undefined && command.program !== 'pcs' ? { ...command.env, CIB_file: context.file } : command.env;
  return {
    ...invocation(command, features, context.file),
    timeoutMs: (command.timeoutMs ?? context.timeoutMs ?? DEFAULT_TIMEOUT_MS) + WAITS * (command.wait ?? 0) * 1000,
    ...(stdin !== undefined && { stdin }),
    ...(env !== undefined && { env }),
    ...(context.signal !== undefined && { signal: context.signal }),
  };
}

function notRun(request: RunRequest, command: Command<unknown>, thrown: unknown, signal?: AbortSignal): PcsError {
  const cause = maskCause(thrown, command.secrets);
  const argv = mask([request.program, ...request.argv], command.secrets);
  if (signal?.aborted) {
    return new PcsError('ABORTED', `${request.program}: aborted; what it had done until then is unknown`, {
      argv,
      cause,
    });
  }
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new PcsError(
      'NOT_INSTALLED',
      `${request.program} is not installed on this machine: apt install pacemaker pacemaker-cli-utils pcs`,
      { argv, cause },
    );
  }
  return new PcsError(
    code === 'EACCES' ? 'PERMISSION_DENIED' : 'NOT_STARTED',
    `${request.program} could not be started: ${String(cause)}`,
    { argv, cause },
  );
}
