// The process of a program: signals, the terminal, the exit status, and one line of why when it fails. Only the program's
// main.ts has a process, and passes it in here.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

/** What a program has around it. */
export interface Surroundings {
  /** The words of the command line. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** To standard output; the text ends its own lines. */
  readonly write: (text: string) => void;
  /** To standard error; the text ends its own lines. */
  readonly writeError: (text: string) => void;
  /** Whether standard output is a terminal that shows colours. */
  readonly colours: boolean;
  /** Asks the person at the terminal; undefined when nobody is there. The answer to a secret question does not show. */
  readonly ask: ((question: string, options?: { readonly secret?: boolean }) => Promise<string>) | undefined;
  /** All of standard input. */
  readonly readStdin: () => Promise<string>;
  /** Aborts when the program is asked to end: SIGTERM, SIGINT, SIGHUP. */
  readonly signal: AbortSignal;
}

export interface RunOptions {
  /** The exit status of a program that was asked to end and did not finish. */
  readonly interrupted?: number;
  /** What is said then, after `ended by SIGTERM`. */
  readonly hint?: string;
}

/** Runs a program: its exit status becomes the process's, and an error one line on standard error. */
export function runMain(
  process: NodeJS.Process,
  name: string,
  run: (around: Surroundings) => Promise<number>,
  { interrupted = 1, hint = '' }: RunOptions = {},
): void {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stop.abort(new Error(`ended by ${signal}${hint}`));
    });
  }
  // Nobody reads on, as with `… | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  void run(surroundings(process, stop.signal)).then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      process.stderr.write(`${name}: ${explain(stop.signal.aborted ? stop.signal.reason : error)}\n`);
      process.exitCode = stop.signal.aborted ? interrupted : 1;
    },
  );
}

function surroundings(process: NodeJS.Process, signal: AbortSignal): Surroundings {
  const { env, pid, stdin, stdout, stderr } = process;
  return {
    words: process.argv.slice(2),
    env,
    pid,
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    colours: isatty(stdout.fd) && env['NO_COLOR'] === undefined,
    ask: isatty(stdin.fd) ? (question, options) => ask(process, signal, question, options) : undefined,
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
    signal,
  };
}

async function ask(
  process: NodeJS.Process,
  signal: AbortSignal,
  question: string,
  { secret = false }: { readonly secret?: boolean } = {},
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: secret ? silent : process.stderr, terminal: true });
  // In raw mode ^C is a character like any other, and ^D ends the lines without an answer.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<never>((_, reject) =>
    lines.once('close', () => {
      reject(new Error('no answer was given'));
    }),
  );
  try {
    if (secret) process.stderr.write(question);
    return await Promise.race([lines.question(secret ? '' : question, { signal }), closed]);
  } finally {
    if (secret) process.stderr.write('\n');
    lines.close();
  }
}

/** Why something failed, on one line: the message, and those of its causes that say something more. */
export function explain(error: unknown): string {
  const parts: string[] = [];
  for (let one = error; one !== undefined && one !== null; one = one instanceof Error ? one.cause : undefined) {
    const text = messageOf(one);
    if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.join(': ').replaceAll(/\s*\n\s*/g, ' ');
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  // Several addresses were tried: the message is empty then.
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  return typeof code === 'string' ? code : (errors ?? []).map(messageOf).join(', ') || error.name;
}
