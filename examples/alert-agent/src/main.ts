// The program alert_sleepi3: Pacemaker's alert agent, and the commands that go with it. The only file that touches the process.
import { hostname } from 'node:os';
import { runProgram, systemClock } from '@sleepi3/driver';
import { runMain } from '@sleepi3/program';
import { version } from '../package.json';
import { directoryAt, post, readReceivers, spoolDirectory } from './node-host.js';
import { send } from './receivers/send.js';
import { run } from './run.js';
import { Spool } from './spool.js';

const date = () => new Date();

runMain(process, 'alert_sleepi3', ({ words, env, write, writeError, signal }) =>
  run(words, {
    version,
    environment: env,
    clock: systemClock,
    date,
    hostname,
    runProgram,
    spool: new Spool(directoryAt(spoolDirectory), date),
    receivers: readReceivers,
    send: (event, receiver) => send(event, receiver, { post, runProgram }),
    write,
    writeError,
    toJournal: env['JOURNAL_STREAM'] !== undefined,
    stop: signal,
  }),
);
