// Watches a scenario as its administrator would: asks both guests for their history afterwards, and takes the alerts outside.
import { collect } from '../../../examples/cluster-setup/src/history/collect.js';
import { historyOf } from '../../../examples/cluster-setup/src/history/incidents.js';
import type { NodeRecord } from '../../../examples/cluster-setup/src/history/journal.js';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import { alertPort, type ReceivedAlert } from '../network/alert-receiver.js';
import { labAddress } from '../network/network.js';
import type { Verdict } from '../verdict.js';
import { compareAlerts, compareHistory, type LabRecord, type Told } from './compare.js';

/** What alert_sleepi3 reads on a node, and its id in the CIB. */
const receiversFile = '/etc/sleepi3/alerts.json';
const spool = '/var/lib/alert-sleepi3';
const alertId = 'lab-alert';
/** How long an alert may be on its way after the cluster is whole again, ms. */
const deliveryTimeout = 60_000;
/** ms; pcs is slow on an emulated machine. */
const pcsOptions = { timeout: 180_000 };

/** All that a judgement was made of. */
export interface Testimony {
  readonly record: LabRecord;
  readonly nodes: readonly NodeRecord[];
  readonly alerts: readonly ReceivedAlert[];
}

export interface Witness {
  /** Puts down how what was said of the scenario compares with what the lab saw. */
  judge(verdict: Verdict): Promise<Testimony>;
  close(): Promise<void>;
}

/** Has the guests tell of their alerts, and begins to listen. */
export async function beginWitness(lab: Lab, told: Told): Promise<Witness> {
  for (const machine of lab.machines) await haveToldAt(machine, `http://${labAddress}:${alertPort}/`);
  const [first] = lab.machines;
  await first.exec(['pcs', 'alert', 'delete', alertId], pcsOptions); // of a scenario whose end it did not live to see
  await first.mustExec(['pcs', 'alert', 'create', 'path=/usr/sbin/alert_sleepi3', `id=${alertId}`], pcsOptions);
  await first.mustExec(['pcs', 'alert', 'recipient', 'add', alertId, `value=${receiversFile}`], pcsOptions);
  lab.alerts.forget();
  const begun = Date.now();
  return {
    judge: async (verdict) => {
      await delivered(lab);
      const record = recordOf(lab);
      const period = { from: begun, to: Date.now() };
      const nodes = await Promise.all(lab.machines.map((machine) => collect(asNode(machine), period, Date.now)));
      const history = historyOf(nodes);
      const alerts = lab.alerts.received;
      for (const finding of [...compareHistory(history, record, told), ...compareAlerts(alerts, history, told)]) {
        verdict.see(finding.what, finding.seen, finding.detail);
      }
      return { record, nodes, alerts };
    },
    close: async () => {
      await first.exec(['pcs', 'alert', 'delete', alertId], pcsOptions).catch(() => undefined); // it may have been struck
    },
  };
}

/** Waits until no guest has anything to deliver. What does not arrive is a finding. */
async function delivered(lab: Lab): Promise<void> {
  const waiting = ['sh', '-c', `ls ${spool} | grep -c '\\.event$'`];
  const nothingWaits = async () => {
    for (const machine of lab.machines) {
      const { stdout } = await machine.exec(waiting);
      if (stdout.trim() !== '0') return false;
    }
    return true;
  };
  await lab.until('the alerts are delivered', nothingWaits, { timeout: deliveryTimeout }).catch(() => undefined);
}

/**
 * What the package's scripts do, and the file that cluster-setup writes. It is on the disk: the machine may lose its power at once.
 * The line keeper sees a directory that was made after its start as read-only.
 */
async function haveToldAt(machine: Machine, webhook: string): Promise<void> {
  await machine.mustExec(['install', '-d', '-o', 'root', '-g', 'haclient', '-m', '2770', spool]);
  await machine.mustExec(['install', '-d', '-m', '755', '/etc/sleepi3']);
  await machine.mustExec(['install', '-m', '600', '-o', 'hacluster', '/dev/stdin', receiversFile], {
    input: JSON.stringify({ receivers: [{ webhook }] }),
  });
  await machine.mustExec(['sync']);
  await machine.mustExec(['systemctl', 'start', 'alert-sleepi3.path']);
  await machine.mustExec(['systemctl', 'try-restart', 'fence-sleepi3.service'], { timeout: 180_000 });
}

/** The losses of power and the service's answers, by the lab's own record, on the clock of the world. */
function recordOf(lab: Lab): LabRecord {
  const { clock, http, machines, recording } = lab;
  const ahead = Date.now() - clock.now();
  const { start } = recording.timeline();
  const losses = machines.flatMap((machine) => {
    const other = lab.peerOf(machine).name;
    const holds = recording.pulses(other, 'EXTOUT');
    return machine.losses
      .filter((at) => at >= start)
      .map((at) => {
        // It cuts well before its end, and a moment lies between a cut and what is seen of it.
        const hold = holds.find((one) => one.start < at - 5000 && one.end >= at - 100);
        const held = hold && { by: other, start: hold.start + ahead, end: hold.end + ahead };
        return { node: machine.name, at: at + ahead, hold: held };
      });
  });
  const answersAgain = http.outages(start).flatMap(({ end, open }) => (open ? [] : [end + ahead]));
  return { losses: losses.sort((a, b) => a.at - b.at), answersAgain };
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
