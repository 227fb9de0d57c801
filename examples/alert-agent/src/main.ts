// The program alert_sleepi3: Pacemaker's alert agent, and the commands that go with it. The only file that touches the process.
import { hostname } from 'node:os';
import { runProgram, systemClock } from '@sleepi3/driver';
import { version } from '../package.json';
import { directoryAt, post, readReceivers, spoolDirectory } from './node-host.js';
import { send } from './receivers/send.js';
import { run } from './run.js';
import { Spool } from './spool.js';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => {
    stop.abort(new Error(`ended by ${signal}`));
  });
}

const date = () => new Date();

void run(process.argv.slice(2), {
  version,
  environment: process.env,
  clock: systemClock,
  date,
  hostname,
  runProgram,
  spool: new Spool(directoryAt(spoolDirectory), date),
  receivers: readReceivers,
  send: (event, receiver) => send(event, receiver, { post, runProgram }),
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  toJournal: process.env['JOURNAL_STREAM'] !== undefined,
  stop: stop.signal,
}).then((status) => {
  process.exitCode = status;
});
