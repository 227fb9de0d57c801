// The turn of the node that this program runs on: the other node makes it, as a service of its own, and this program goes down with
// its machine.
import { SetupError } from '../errors.js';
import type { Machine } from '../nodes/machine.js';
import { waitUntil } from '../waiting.js';
import { keptReport, type TurnReport } from './report.js';
import type { Turn, TurnHost } from './turn.js';

/** The unit by which the other node makes the turn. */
export const proofUnit = 'cluster-setup-prove.service';
/** s that a turn takes at most, and some. */
const longestTurn = 2700;

/** Whether a turn is under way there, by another process than the one with this id. */
export async function underWayOn(machine: Machine, own?: number): Promise<boolean> {
  const { stdout } = await machine.run('systemctl', ['show', '--property=MainPID', '--value', proofUnit]);
  const pid = Number(stdout.trim());
  return pid > 0 && pid !== own;
}

/** Resolves only when this machine was not cut off after all: to what the other node says. */
export async function handOver(turn: Turn, host: TurnHost): Promise<TurnReport> {
  const { target, survivor, how, service } = turn;
  const { machine } = survivor;
  const before = await keptReport(machine, target.name);
  await machine.run('systemd-run', [
    ...['--collect', '--quiet', `--unit=${proofUnit}`, '--description=The proof that a node can be lost'],
    ...['--', 'cluster-setup', 'prove', '--only', target.name, '--yes', '--url', service.url],
    ...(target.destination.includes('@') ? ['--ssh', target.destination] : []),
    ...(how === 'panic' ? ['--panic'] : []),
  ]);
  host.log(
    `${survivor.name} cuts this machine off, and this session ends with it. Afterwards, on either node: cluster-setup prove --result`,
  );
  await waitUntil(`${survivor.name} is done`, async () => !(await underWayOn(machine)), longestTurn, host);
  const report = await keptReport(machine, target.name);
  if (report !== undefined && report.began !== before?.began) return report;
  const { stdout } = await machine.run('journalctl', ['--unit', proofUnit, '--lines=5', '--output=cat', '--no-pager'], {
    exitCodes: [0, 1],
  });
  throw new SetupError(
    'REFUSED',
    `${survivor.name} did not cut ${target.name} off: ${stdout.trim().replaceAll('\n', '; ') || 'it gave no reason'}`,
  );
}
