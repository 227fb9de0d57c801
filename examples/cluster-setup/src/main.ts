// The program cluster-setup. The only file that touches the process.
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { systemClock } from '@sleepi3/driver';
import { createNodeRunner } from '@sleepi3/pcs';
import { run } from './program/run.js';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => {
    stop.abort(new Error(`ended by ${signal}; run it again to go on`));
  });
}

void run(process.argv.slice(2), {
  clock: systemClock,
  date: () => new Date(),
  runner: createNodeRunner({ env: process.env }),
  hostname,
  isRoot: () => process.getuid?.() === 0,
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  colours: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  ask: process.stdin.isTTY ? ask : undefined,
  readFile: (path) => readFile(path, 'utf8'),
  readStdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  },
  signal: stop.signal,
}).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`cluster-setup: ${describe(stop.signal.aborted ? stop.signal.reason : error)}\n`);
    process.exitCode = 1;
  },
);

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A question at the terminal; the answer to a secret one does not show. */
async function ask(question: string, { secret = false }: { readonly secret?: boolean } = {}): Promise<string> {
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
    return await Promise.race([lines.question(secret ? '' : question, { signal: stop.signal }), closed]);
  } finally {
    if (secret) process.stderr.write('\n');
    lines.close();
  }
}
