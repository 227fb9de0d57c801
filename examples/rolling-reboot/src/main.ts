// The program rolling-reboot. The only file that touches the process.
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { exclusive, nodeHost } from './node/node-host.js';
import { runProgram } from './program/program.js';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => {
    stop.abort(new Error(`ended by ${signal}`));
  });
}

const { env, pid } = process;
const write = (text: string) => void process.stdout.write(text);

void runProgram(process.argv.slice(2), {
  hostname,
  write,
  writeError: (text) => void process.stderr.write(text),
  readFile: (path) =>
    readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }),
  host: (settings, options) =>
    nodeHost(settings, {
      ...options,
      write,
      toJournal: env['JOURNAL_STREAM'] !== undefined,
      env,
      pid,
      signal: stop.signal,
    }),
  exclusive,
  terminate: (other) => {
    try {
      process.kill(other, 'SIGTERM');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  },
}).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`rolling-reboot: ${String(stop.signal.aborted ? stop.signal.reason : error)}\n`);
    process.exitCode = stop.signal.aborted ? 75 : 1;
  },
);
