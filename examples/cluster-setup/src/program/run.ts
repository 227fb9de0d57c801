// What each command does, with the outside passed in.
import { isPcsError } from '@sleepi3/pcs';
import { colours, helpText, parseCommandLine, UsageError } from '@sleepi3/program';
import { version } from '../../package.json';
import { clusterFile } from '../config/cluster-file.js';
import { jsonSchema } from '../config/json-schema.js';
import { readClusterFile } from '../config/read-cluster-file.js';
import { designOf } from '../cluster/design.js';
import { runDoctor } from '../doctor/run-doctor.js';
import { SetupError } from '../errors.js';
import { runHistory } from '../history/run-history.js';
import { runInit } from '../init/run-init.js';
import { testAlerts } from '../nodes/test-alerts.js';
import { scriptFor } from '../plan/script.js';
import { carryOutSteps } from './carry.js';
import { runProve } from '../prove/run-prove.js';
import { runStatus } from '../status/run-status.js';
import { type CommandLine, program } from './commands.js';
import type { ProgramHost } from './host.js';

/** Exit statuses besides doctor's. */
const failed = 1;
const usageError = 64;
const refused = 3;

/** Runs one command line. @returns the exit status. */
export async function run(argv: readonly string[], host: ProgramHost): Promise<number> {
  try {
    const line = parseCommandLine(program, argv);
    if (line.command === 'help') host.write(helpText(program, line.about));
    else if (line.command === 'version') host.write(`${version}\n`);
    else return await carryOut(line, host);
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError) && !(error instanceof UsageError) && !isPcsError(error)) throw error;
    // The mistakes of a file have a line each; all else is told on one, whatever a command on a node said.
    const isFile = error instanceof SetupError && error.code === 'BAD_FILE';
    host.writeError(`cluster-setup: ${isFile ? error.message : error.message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    if (error instanceof UsageError || (error instanceof SetupError && error.code === 'USAGE')) return usageError;
    return error instanceof SetupError && error.code === 'REFUSED' ? refused : failed;
  }
}

async function carryOut(line: CommandLine, host: ProgramHost): Promise<number> {
  if (line.command === 'schema') {
    host.write(`${JSON.stringify(jsonSchema(clusterFile), undefined, 2)}\n`);
    return 0;
  }
  if (line.command === 'doctor') {
    const { all, fix, json, ssh } = line.values;
    return runDoctor({ all, fix, json, ssh }, host, coloursFor(line, host));
  }
  if (line.command === 'init') {
    const { peer, vip } = line.values;
    if (peer === undefined) throw new UsageError('missing --peer: cluster-setup init --peer ADDRESS');
    return runInit({ peer, vip, file: line.operands[0] ?? 'cluster.yaml' }, host);
  }
  if (line.command === 'status') {
    const { ssh, json, watch } = line.values;
    return runStatus({ ssh, json, watch }, host, coloursFor(line, host));
  }
  if (line.command === 'alert') {
    const [action] = line.operands;
    if (action !== 'test') throw new UsageError(`unknown action ${String(action)}: cluster-setup alert test`);
    return testAlerts(line.values.ssh, host);
  }
  if (line.command === 'history') {
    const { since, ssh, json, svg } = line.values;
    return runHistory({ since, ssh, json, svg }, host);
  }
  if (line.command === 'prove') {
    const [file] = line.operands;
    const design = file === undefined ? undefined : designOf(await readFile(file, host));
    return runProve({ design, ...line.values }, host, coloursFor(line, host));
  }
  const design = designOf(await readFile(line.operands[0] ?? '-', host));
  if (line.command === 'script') {
    host.write(await scriptFor(design));
    return 0;
  }
  return carryOutSteps(design, line, host, coloursFor(line, host));
}

function coloursFor({ values }: { readonly values: { readonly color: string } }, host: ProgramHost) {
  return colours(values.color === 'always' || (values.color !== 'never' && host.colours));
}

async function readFile(path: string, host: ProgramHost) {
  if (path === '-') return readClusterFile(await host.readStdin(), 'standard input');
  const text = await host.readFile(path).catch((cause: unknown) => {
    throw new SetupError('UNREADABLE', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  });
  return readClusterFile(text, path);
}
