import { virtualAddress } from '../../cluster/configuration.js';
import { LabError } from '../../errors.js';
import type { Lab } from '../../lab.js';
import type { Verdict } from '../../verdict.js';
import type { Scenario } from '../scenario.js';
import { makeBare } from './bare.js';
import { Terminal } from './terminal.js';

/** Beside what the program writes: an emulated docker takes its time. */
const slowDocker = '\ntimers:\n  start: 300\n  stop: 120\n';
/** ms; bound a defect on emulated machines. */
const timeout = { question: 600_000, apply: 4_800_000, proof: 3_600_000 } as const;
const password = 'hacluster of the lab';

export const prove: Scenario = {
  name: 'prove',
  mustSee:
    'from two bare machines with their boards wired: init, apply and prove, each once, with the answers typed at a terminal; ' +
    'HTTP answers, and each node was cut off and woken by the other while the service went on',
  cluster: 'bare',
  async run(lab, verdict) {
    const [first, second] = lab.machines;
    await makeBare(lab);
    const terminal = new Terminal(lab, first);
    const start = lab.clock.now();

    await terminal.command(`cd /root && cluster-setup init --peer ${second.identity.address}`);
    await terminal.answer(/Virtual address of the service/, virtualAddress, timeout.question);
    await mustEnd(terminal, 'init', timeout.question);
    await first.mustExec(['sh', '-c', `cat >> /root/cluster.yaml`], { input: slowDocker });

    await terminal.command('cluster-setup apply /root/cluster.yaml');
    await terminal.answer(/Password for hacluster/, password, timeout.apply);
    await mustEnd(terminal, 'apply', timeout.apply);
    await lab.settled();
    verdict.see('HTTP answers on the VIP', lab.http.answers);
    verdict.seconds('from init until HTTP answered', lab.clock.now() - start);

    await proven(lab, terminal, verdict);
    verdict.seconds('from init until it was proven', lab.clock.now() - start);
    verdict.see(
      'nothing was typed but three commands, the VIP, a password and two times yes',
      terminal.typed === 7,
      String(terminal.typed),
    );
    await lab.settled();
    verdict.see('HTTP answers at the end', lab.http.answers);
  },
};

async function mustEnd(terminal: Terminal, what: string, timeout: number): Promise<void> {
  const { status, said } = await terminal.ended(timeout);
  if (status !== 0)
    throw new LabError('VERDICT', `${what} ended with ${status}: ${said.trim().split('\n').slice(-20).join('\n')}`);
}

/** The turn of each node; the second ends the session of the first machine. */
async function proven(lab: Lab, terminal: Terminal, verdict: Verdict): Promise<void> {
  const [first, second] = lab.machines;
  const boots = [first.boots, second.boots] as const;
  const begun = lab.clock.now();
  await terminal.command('cluster-setup prove');
  await terminal.answer(new RegExp(`Cut off the power of ${second.name}\\?`), 'y', timeout.question);
  await terminal.answer(new RegExp(`Cut off the power of ${first.name}\\?`), 'y', timeout.proof);
  await lab.until(`${first.name} was cut off and woken`, () => first.boots > boots[0], { timeout: timeout.proof });
  verdict.see('the first turn cut off the second machine', second.boots === boots[1] + 1);
  const result = ['cluster-setup', 'prove', '--result', '--json'];
  const turns = await lab.until(
    'both turns have ended',
    async () => {
      const { stdout } = await second.exec(result, { timeout: 300_000 });
      const report = JSON.parse(stdout || '{"turns":[]}') as { readonly turns: readonly TurnReport[] };
      return report.turns.length === 2 && report.turns.every(({ state }) => state !== 'under way') && report.turns;
    },
    { timeout: timeout.proof },
  );
  for (const { node, by, state, wokenBy = [], silence = 0, reasons } of turns) {
    verdict.see(
      `${node} is proven, cut off by ${by} and woken by extin`,
      state === 'proven' && wokenBy.includes('extin'),
      reasons.join('; '),
    );
    verdict.seconds(`HTTP silent without ${node}, as prove says`, silence * 1000);
  }
  verdict.seconds('HTTP silent in all, as a third machine saw it', lab.http.silence(begun));
}

/** As `prove --result --json` prints it. */
interface TurnReport {
  readonly node: string;
  readonly by: string;
  readonly state: string;
  readonly wokenBy?: readonly string[];
  readonly silence?: number;
  readonly reasons: readonly string[];
}
