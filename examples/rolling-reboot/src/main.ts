// The program rolling-reboot. The only file that touches the process.
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { runMain } from '@sleepi3/program';
import { exclusive, nodeHost } from './node/node-host.js';
import { exitStatus, runCommandLine } from './program/program.js';

runMain(
  process,
  'rolling-reboot',
  ({ words, env, pid, signal, write, writeError }) =>
    runCommandLine(words, {
      hostname,
      write,
      writeError,
      readFile: (path) =>
        readFile(path, 'utf8').catch((error: unknown) => {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
          throw error;
        }),
      host: (settings, options) =>
        nodeHost(settings, { ...options, write, toJournal: env['JOURNAL_STREAM'] !== undefined, env, pid, signal }),
      exclusive,
      terminate: (other) => {
        try {
          process.kill(other, 'SIGTERM');
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      },
    }),
  { interrupted: exitStatus.notNow },
);
