import { writeSync } from 'node:fs';
import { version } from '../package.json';
import { systemClock } from './system/clock.js';
import { runCommand } from './command/run-command.js';
import { runProgram } from './system/run-program.js';

/** Synchronous, so that a script's `get` need not load and drain Node's stream for its standard output. */
function writeTo(fd: number, text: string): void {
  try {
    const bytes = Buffer.from(text);
    for (let sent = 0; sent < bytes.length;) sent += writeSync(fd, bytes, sent);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') process.exit(0); // Nobody reads on, as with `sleepi3 watch | head`.
    if (code !== 'EAGAIN') throw error;
    (fd === 1 ? process.stdout : process.stderr).write(text);
  }
}

void runCommand(
  {
    args: process.argv.slice(2),
    write: (text) => {
      writeTo(1, text);
    },
    writeError: (text) => {
      writeTo(2, text);
    },
    clock: systemClock,
    epoch: Date.now,
    run: runProgram,
    stopSignal: () => {
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          stop.abort();
        });
      }
      return stop.signal;
    },
  },
  version,
).then((status) => {
  process.exitCode = status;
});
