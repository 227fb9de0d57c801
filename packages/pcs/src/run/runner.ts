// Runs a program and tells exactly what came of it. Nothing here knows pcs; nothing above here knows processes.

/** One program to run: an argument vector, never a shell line. */
export interface RunRequest {
  /** Name or path of the program, without arguments. */
  readonly program: string;
  readonly argv: readonly string[];
  /** Written to the program's standard input, which is then closed; nothing is written without it. */
  readonly stdin?: string | Uint8Array;
  /** Added to the runner's scrubbed environment; the one way to set `CIB_file`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds until the program and its children are ended; no limit without it. */
  readonly timeoutMs?: number;
  /** Ends the program when aborted; the run then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a program left behind, untouched. */
export interface RawResult {
  /** The exit code; null when a signal ended the program. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Bytes, because `config backup` writes an archive there. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly durationMs: number;
  /** The runner ended it because {@link RunRequest.timeoutMs} had passed. */
  readonly timedOut: boolean;
  /** The runner ended it because it wrote more than may be kept; the outputs are their beginnings then. */
  readonly tooMuchOutput?: boolean;
}

/**
 * Runs programs. Resolves for every program that was started, whatever its exit; rejects only when it could not be
 * started (`error.code` is Node's, such as `ENOENT`) or {@link RunRequest.signal} was aborted.
 */
export interface Runner {
  /** Starts one program and waits until it and its children have ended. */
  run(request: RunRequest): Promise<RawResult>;
}
