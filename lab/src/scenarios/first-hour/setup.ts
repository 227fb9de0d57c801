import { LabError } from '../../errors.js';
import type { Lab } from '../../lab.js';
import type { Machine } from '../../machine/machine.js';
import type { Verdict } from '../../verdict.js';
import { makeBare } from './bare.js';
import type { Scenario } from '../scenario.js';
import { testWire } from '../steps.js';

/** Files of this scenario, for root alone. */
const clusterFile = '/root/cluster.yaml';
const passwordFile = '/root/password';
const applyLog = '/root/apply.log';
/** ms for everything from bare nodes on emulated machines; bounds a defect. */
const applyTimeout = 4_800_000;

/** cluster-setup from two machines on that have the base system, the board and the vendor's files. */
function clusterSetup(name: string, killed: boolean): Scenario {
  return {
    name,
    mustSee: killed
      ? 'cluster-setup apply on two bare nodes, killed after each step that it has done and run again: the same cluster'
      : 'cluster-setup apply on two bare nodes: HTTP answers on the VIP, run again it changes nothing, doctor finds no fault',
    cluster: 'bare',
    async run(lab, verdict) {
      const [first] = lab.machines;
      await makeBare(lab);
      await first.mustExec(['sh', '-c', `umask 077; cat > ${passwordFile}`], { input: 'hacluster of the lab\n' });
      // All but the nodes is the article's; an emulated docker takes its time.
      const nodes = lab.machines.map(({ name, identity }) => `{ name: ${name}, addresses: [${identity.address}] }`);
      const file = `cluster: apachecluster\nnodes: [${nodes.join(', ')}]\ntimers:\n  start: 300\n  stop: 120\n`;
      await first.mustExec(['sh', '-c', `cat > ${clusterFile}`], { input: file });
      const start = lab.clock.now();
      let kills = 0;
      for (;;) {
        lab.note(`${first.name}: cluster-setup apply`);
        const status = await apply(first, killed);
        if (status === 0) break;
        const said = await first.mustExec(['cat', applyLog]);
        if (status !== killedStatus) throw new LabError('VERDICT', `apply ended with ${status}: ${said.trim()}`);
        kills += 1;
        lab.note(`killed after: ${lastDone(said) ?? 'nothing'}`);
      }
      verdict.seconds('for apply', lab.clock.now() - start);
      if (killed) verdict.see('it was killed after each step', kills > 5, `${kills} times`);
      await lab.settled();
      verdict.see('HTTP answers on the VIP', lab.http.answers);
      verdict.see(
        'run once more, it changes nothing',
        (await apply(first, false)) === 0 && (await changed(first)) === '',
      );
      if (!killed) await changeWhatRuns(lab, verdict);
      await examine(lab, verdict);
    },
  };
}

export const setup = clusterSetup('setup', false);
export const setupKilled = clusterSetup('setup-killed', true);

/** What apply says after a step that it has carried out. */
const doneLine = '    done';
/** SIGKILL, as a shell tells it. */
const killedStatus = 137;

/** Runs apply to its end, or kills it as soon as it has said of a step that it is done. */
async function apply(machine: Machine, kill: boolean): Promise<number | undefined> {
  const look = kill ? `grep -q '^${doneLine}' ${applyLog} && kill -9 $pid` : ':';
  const script = [
    `cluster-setup apply ${clusterFile} --password-file ${passwordFile} > ${applyLog} 2>&1 & pid=$!`,
    `while kill -0 $pid 2>/dev/null; do ${look}; sleep 0.5; done`,
    'wait $pid',
  ].join('\n');
  return (await machine.exec(['sh', '-c', script], { timeout: applyTimeout })).status;
}

/** The last step that apply said of that it is done; the next one may have begun. */
const lastDone = (said: string): string | undefined =>
  said
    .slice(0, Math.max(0, said.lastIndexOf(doneLine)))
    .split('\n')
    .findLast((line) => line.startsWith('+ '));

/** The steps of the last apply that were not done already. */
const changed = async (machine: Machine): Promise<string> =>
  (await machine.mustExec(['cat', applyLog]))
    .split('\n')
    .filter((line) => line.startsWith('+ '))
    .join('; ');

/** A change of the file that corosync itself has to take over, on both nodes, while the service goes on. */
async function changeWhatRuns(lab: Lab, verdict: Verdict): Promise<void> {
  const [first] = lab.machines;
  const start = lab.clock.now();
  await first.mustExec(['sh', '-c', `cat >> ${clusterFile}`], { input: '  token: 2000\n' });
  verdict.see('the token of the running cluster can be changed', (await apply(first, false)) === 0);
  for (const machine of lab.machines) {
    const token = await machine.mustExec(['corosync-cmapctl', '-g', 'runtime.config.totem.token']);
    verdict.see(`corosync of ${machine.name} has it`, token.trim().endsWith('= 2000'), token.trim());
  }
  await lab.settled();
  verdict.see('and the service went on', lab.http.silence(start) === 0);
}

/** What doctor says of the cluster, once the wires have been tested and each node was fenced. */
async function examine(lab: Lab, verdict: Verdict): Promise<void> {
  const [first, second] = lab.machines;
  for (const [from, to] of [
    [first, second],
    [second, first],
  ] as const) {
    // An emulated node that is busy may be too slow to measure a pulse. Then the wire was not tested yet.
    const { status, said } = await lab.until(`the wire from ${from.name} to ${to.name} has been measured`, async () => {
      const result = await testWire(lab, from, to);
      return !result.said.includes('too slow to measure') && result;
    });
    verdict.see(`the wire from ${from.name} to ${to.name} is sound`, status === 0, said);
  }
  for (const machine of lab.machines) {
    lab.note(`pcs stonith fence ${machine.name}`);
    await lab.peerOf(machine).mustExec(['pcs', 'stonith', 'fence', machine.name], { timeout: 300_000 });
    await lab.settled();
  }
  const doctor = ['cluster-setup', 'doctor', '--all', '--json'];
  const { stdout, stderr, status } = await first.exec(doctor, { timeout: 600_000 });
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  const faults = findings.filter(({ severity }) => severity !== 'note');
  verdict.see(
    'doctor finds no fault',
    status === 0 && faults.length === 0,
    [
      ...findings.map(({ severity, check, node, fact }) => `${severity} ${check} ${node ?? ''}: ${fact}`),
      stderr.trim(),
    ].join('; '),
  );
}

/** A finding as doctor prints it. */
interface Finding {
  readonly check: string;
  readonly severity: string;
  readonly node?: string;
  readonly fact: string;
}
