// doctor on another machine, run there and read here.
import { explain } from '@sleepi3/program';
import { SetupError } from '../errors.js';
import type { Machine } from '../nodes/machine.js';
import type { Examination } from './examine.js';

/** @throws SetupError `COMMAND_FAILED` when it does not answer as doctor does. */
export async function doctorOn(machine: Machine): Promise<Examination> {
  const said = await machine
    .run('cluster-setup', ['doctor', '--json'], { exitCodes: [0, 1, 2, 3, 126, 127], timeoutMs: 300_000 })
    .catch((cause: unknown) => {
      throw notLooked(machine, explain(cause), cause);
    });
  try {
    const examination = JSON.parse(Buffer.from(said.stdout, 'latin1').toString('utf8')) as Examination;
    if (typeof examination.node === 'string' && Array.isArray(examination.findings)) return examination;
  } catch {
    // What it said instead is in the message below.
  }
  throw notLooked(machine, said.stderr.trim() || 'it did not answer with JSON');
}

function notLooked({ name }: Machine, why: string, cause?: unknown): SetupError {
  return new SetupError(
    'COMMAND_FAILED',
    `${name} could not be looked at: ${why}; cluster-setup must be installed there, and ssh must get in without a password`,
    cause === undefined ? {} : { cause },
  );
}
