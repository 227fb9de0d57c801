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

/** What alert_sleepi3 reads on a node, and where it keeps what waits. */
const receiversFile = '/etc/sleepi3/alerts.json';
const spool = '/var/lib/alert-sleepi3';
/** How long an alert may be on its way after the cluster is whole again, ms. */
const deliveryTimeout = 60_000;

/** The labs whose guests tell of their alerts. */
const telling = new WeakSet<Lab>();

/** All that a judgement was made of. */
export interface Testimony {
  readonly record: LabRecord;
  readonly nodes: readonly NodeRecord[];
  readonly alerts: readonly ReceivedAlert[];
}

export interface Witness {
  /** Puts down how what was said of the scenario compares with what the lab saw. */
  judge(verdict: Verdict): Promise<Testimony>;
}

/** Has the guests tell of their alerts, and begins to listen. */
export async function beginWitness(lab: Lab, told: Told): Promise<Witness> {
  if (!telling.has(lab)) await haveToldAt(lab, `http://${labAddress}:${alertPort}/`);
  telling.add(lab);
  lab.alerts.forget();
  const begun = Date.now();
  return {
    judge: async (verdict) => {
      await delivered(lab);
      const record = recordOf(lab);
      const period = { from: begun, to: Date.now() };
      const nodes = await Promise.all(lab.machines.map((machine) => collect(asNode(machine), period, Date.now)));
      const history = historyOf(nodes, period.from);
      const alerts = lab.alerts.received;
      for (const finding of [...compareHistory(history, record, told), ...compareAlerts(alerts, history, told)]) {
        verdict.see(finding.what, finding.seen, finding.detail);
      }
      return { record, nodes, alerts };
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
const readyToTell = `set -e
install -d -o root -g haclient -m 2770 ${spool}
install -d -m 755 /etc/sleepi3
install -m 600 -o hacluster /dev/stdin ${receiversFile}
sync
systemctl start alert-sleepi3.path
systemctl try-restart fence-sleepi3.service`;

/**
 * As pcs writes it; pcs itself takes an emulated machine half a minute. After a fencing four agents start at once, which is half a
 * second's work for a Pi and half a minute's for such a machine: it has longer than the 30 s that are the default.
 */
const alert = `<alert id="lab-alert" path="/usr/sbin/alert_sleepi3"><meta_attributes id="lab-alert-meta">
<nvpair id="lab-alert-timeout" name="timeout" value="180s"/></meta_attributes>
<recipient id="lab-alert-recipient" value="${receiversFile}"/></alert>`;

/** The guests tell from now on, whatever becomes of them. */
async function haveToldAt({ machines }: Lab, webhook: string): Promise<void> {
  const input = JSON.stringify({ receivers: [{ webhook }] });
  await Promise.all(
    machines.map((machine) => machine.mustExec(['sh', '-c', readyToTell], { input, timeout: 180_000 })),
  );
  const words = ['cibadmin', '--modify', '--allow-create', '--scope', 'alerts', '--xml-text', alert];
  await machines[0].mustExec(words);
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
