// A runner that plays answers recorded before, for what no machine without daemons can answer.
import type { RawResult, Runner, RunRequest } from '../run/runner.js';
import { answer } from './fake-answers.js';

/** One call and its answer; text stands for bytes in UTF-8. */
export interface Recording {
  readonly program: string;
  /** The whole argument vector, or a test for it. */
  readonly argv: readonly string[] | ((argv: readonly string[]) => boolean);
  readonly exitCode?: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly timedOut?: boolean;
  /** Answer every such call; otherwise each recording answers one. */
  readonly repeat?: boolean;
}

/** A {@link Runner} on {@link Recording}s: the first that fits and is left answers. */
export class RecordedRunner implements Runner {
  /** Everything that was asked to run, in order. */
  readonly requests: RunRequest[] = [];
  readonly #left: Recording[];

  constructor(recordings: readonly Recording[]) {
    this.#left = [...recordings];
  }

  /** Answers with the first recording that fits and is left. @throws Error when there is none. */
  run(request: RunRequest): Promise<RawResult> {
    this.requests.push(request);
    const index = this.#left.findIndex((recording) => fits(recording, request));
    const found = this.#left[index];
    if (found === undefined) {
      return Promise.reject(
        new Error(
          `nothing is recorded for ${[request.program, ...request.argv].map((word) => JSON.stringify(word)).join(' ')}`,
        ),
      );
    }
    if (found.repeat !== true) this.#left.splice(index, 1);
    const { program: _program, argv: _argv, repeat: _repeat, ...parts } = found;
    return Promise.resolve(answer(parts));
  }

  /** The recordings that no call has used. */
  get unused(): readonly Recording[] {
    return this.#left.filter(({ repeat }) => repeat !== true);
  }
}

function fits({ program, argv }: Recording, request: RunRequest): boolean {
  if (program !== request.program) return false;
  if (typeof argv === 'function') return argv(request.argv);
  return argv.length === request.argv.length && argv.every((word, index) => word === request.argv[index]);
}

/** Wraps a runner and keeps what it answered, to be written down as {@link Recording}s. */
export function recordingRunner(runner: Runner): Runner & { readonly recordings: readonly Recording[] } {
  const recordings: Recording[] = [];
  return {
    recordings,
    run: async (request) => {
      const { exitCode, signal, stdout, stderr, timedOut } = await runner.run(request);
      recordings.push({
        program: request.program,
        argv: request.argv,
        ...{ exitCode, signal, timedOut, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') },
      });
      return { exitCode, signal, stdout, stderr, timedOut, durationMs: 0 };
    },
  };
}
