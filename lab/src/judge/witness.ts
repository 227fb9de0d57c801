// Watches a scenario as its administrator would: asks both guests for their history afterwards, and takes the alerts outside.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { collect } from '../../../examples/cluster-setup/src/history/collect.js';
import { historyOf } from '../../../examples/cluster-setup/src/history/incidents.js';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import { labAddress } from '../network/network.js';
import type { Verdict } from '../verdict.js';
import {
  type CauseKind,
  compareAlerts,
  compareHistory,
  type Cut,
  type LabRecord,
  type ReceivedAlert,
} from './compare.js';

/** What alert_sleepi3 reads on a node, and its id in the CIB. */
const receiversFile = '/etc/sleepi3/alerts.json';
const alertId = 'lab-alert';
/** How long an alert may be on its way after the cluster is whole again, ms. */
const deliveryTimeout = 60_000;

export interface Witness {
  /** Puts down how what was said of the scenario compares with what the lab saw. */
  judge(verdict: Verdict): Promise<void>;
  close(): Promise<void>;
}

/** Has the guests tell of their alerts, and begins to listen. */
export async function beginWitness(lab: Lab, causes: readonly CauseKind[]): Promise<Witness> {
  const received: ReceivedAlert[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      received.push(JSON.parse(body) as ReceivedAlert);
      response.end();
    });
  });
  server.listen(0, labAddress);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  for (const machine of lab.machines) await haveToldAt(machine, `http://${labAddress}:${String(port)}/`);
  const [first] = lab.machines;
  await first.mustExec(['pcs', 'alert', 'create', 'path=/usr/sbin/alert_sleepi3', `id=${alertId}`]);
  await first.mustExec(['pcs', 'alert', 'recipient', 'add', alertId, `value=${receiversFile}`]);
  const begun = Date.now();
  return {
    judge: async (verdict) => {
      const record = recordOf(lab);
      await lab
        .until(
          'the alerts are delivered',
          () => received.filter(({ kind }) => kind === 'fencing').length >= record.cuts.length,
          {
            timeout: deliveryTimeout,
          },
        )
        .catch(() => undefined); // what is missing is a finding
      const period = { from: begun, to: Date.now() };
      const records = await Promise.all(lab.machines.map((machine) => collect(asNode(machine), period, Date.now)));
      for (const finding of [
        ...compareHistory(historyOf(records), record, causes),
        ...compareAlerts(received, record),
      ]) {
        verdict.see(finding.what, finding.seen, finding.detail);
      }
    },
    close: async () => {
      await first.exec(['pcs', 'alert', 'delete', alertId]).catch(() => undefined); // it may have been struck
      server.close();
      await once(server, 'close');
    },
  };
}

/** What the package's scripts do, and the file that cluster-setup writes. */
async function haveToldAt(machine: Machine, webhook: string): Promise<void> {
  await machine.mustExec(['install', '-d', '-o', 'root', '-g', 'haclient', '-m', '2770', '/var/lib/alert-sleepi3']);
  await machine.mustExec(['install', '-d', '-m', '755', '/etc/sleepi3']);
  await machine.mustExec(['install', '-m', '600', '-o', 'hacluster', '/dev/stdin', receiversFile], {
    input: JSON.stringify({ receivers: [{ webhook }] }),
  });
  await machine.mustExec(['systemctl', 'start', 'alert-sleepi3.path']);
}

/** The cuts by wire and the service's answers, by the lab's own record, on the clock of the world. */
function recordOf(lab: Lab): LabRecord {
  const { clock, http, machines, recording } = lab;
  const ahead = Date.now() - clock.now();
  const cuts = machines.flatMap((machine): Cut[] => {
    const other = lab.peerOf(machine);
    const holds = recording.pulses(other.name, 'EXTOUT');
    return recording.pulses(machine.name, 'power').flatMap(({ end, open }) => {
      const hold = holds.find((one) => one.start < end && one.end >= end - 100);
      if (open || hold === undefined) return [];
      return [{ node: machine.name, by: other.name, held: { start: hold.start + ahead, end: hold.end + ahead } }];
    });
  });
  const answersAgain = http.outages(recording.timeline().start).flatMap(({ end, open }) => (open ? [] : [end + ahead]));
  return { cuts: cuts.sort((a, b) => a.held.start - b.held.start), answersAgain };
}

/** A guest as cluster-setup asks a node. */
function asNode(machine: Machine): Parameters<typeof collect>[0] {
  return {
    name: machine.name,
    run: async (program, argv, { timeoutMs = 60_000 } = {}) => {
      const { status, stdout, stderr } = await machine.exec([program, ...argv], { timeout: timeoutMs });
      return { exitCode: status ?? -1, stdout: Buffer.from(stdout, 'utf8').toString('latin1'), stderr };
    },
  };
}
