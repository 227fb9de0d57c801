// The article's own way against ours, in the same run, on the same machines.
import type { ClusterOptions } from './cluster/configuration.js';
import { resources, virtualAddress } from './cluster/configuration.js';
import { panic } from './commands.js';
import { LabError } from './errors.js';
import { HttpLoad } from './http-load.js';
import { askOverHttp } from './http-probe.js';
import type { Lab } from './lab.js';
import type { Machine } from './machine/machine.js';
import { servingMachine } from './scenarios/steps.js';

/** What is measured, and what ours should be at most, as a part of the article's. */
export const measurements = {
  'fencing requested by stonith_admin': { target: 0.4 },
  'fencing requested by pcs stonith fence': { target: 0.6 },
  'kernel panic until HTTP answers again': { target: 0.4 },
  'HTTP silent in a planned move': { target: 0.05 },
} as const;

export type Measurement = keyof typeof measurements;

/** A way to run the cluster. */
export interface Contender {
  readonly name: string;
  readonly cluster: ClusterOptions;
}

export const contenders: readonly [Contender, ...Contender[]] = [
  { name: 'article', cluster: { layout: 'active-passive', fencing: 'article' } },
  { name: 'hot standby', cluster: { layout: 'hot-standby', fencing: 'sdk' } },
  { name: '… at once', cluster: { layout: 'hot-standby', fencing: 'sdk', takeover: 'at-once' } },
  { name: 'active/passive', cluster: { layout: 'active-passive', fencing: 'sdk' } },
];

/** Seconds by measurement. */
export type Measured = Readonly<Record<Measurement, number>>;

/** Measures one way. */
export async function measure(lab: Lab): Promise<Measured> {
  await lab.begin({ timeout: 900_000 });
  const move = await plannedMove(lab);
  // One of each node: the device of the preferred one waits 2 s, by design.
  const [preferred, other] = lab.machines;
  const byStonithAdmin = await fencing(lab, other, (target) => [
    'stonith_admin',
    '--reboot',
    target.name,
    '--timeout',
    '120',
  ]);
  const byPcs = await fencing(lab, preferred, (target) => ['pcs', 'stonith', 'fence', target.name]);
  const serviceBack = await panicToHttp(lab);
  return {
    'fencing requested by stonith_admin': byStonithAdmin,
    'fencing requested by pcs stonith fence': byPcs,
    'kernel panic until HTTP answers again': serviceBack,
    'HTTP silent in a planned move': move,
  };
}

/** The table of a run: seconds of each, and the ratios to the first. */
export function benchTable(results: readonly { readonly name: string; readonly measured: Measured }[]): string {
  const [base, ...others] = results;
  if (!base) return '';
  const lines: string[] = [];
  for (const [name, { target }] of Object.entries(measurements) as [Measurement, { target: number }][]) {
    const seconds = base.measured[name];
    lines.push(name, `  ${base.name.padEnd(17)} ${seconds.toFixed(2).padStart(7)} s`);
    for (const other of others) {
      const ratio = other.measured[name] / seconds;
      const judged = ratio <= target ? 'met' : 'missed';
      lines.push(
        `  ${other.name.padEnd(17)} ${other.measured[name].toFixed(2).padStart(7)} s  ratio ${ratio.toFixed(3)}  (target ${target}: ${judged})`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

async function fencing(lab: Lab, target: Machine, words: (target: Machine) => readonly string[]): Promise<number> {
  const shooter = lab.peerOf(target);
  const { boots } = target;
  const start = lab.clock.now();
  const { status, stderr } = await shooter.exec(words(target), { timeout: 300_000 });
  const seconds = (lab.clock.now() - start) / 1000;
  if (status !== 0) throw new LabError('verdict', `${words(target).join(' ')} failed: ${stderr.trim()}`);
  await lab.until(`${target.name} is woken`, () => target.boots > boots);
  await lab.settled({ timeout: 600_000 });
  return seconds;
}

async function panicToHttp(lab: Lab): Promise<number> {
  const struck = await servingMachine(lab);
  const start = lab.clock.now();
  await panic(lab, struck);
  await lab.until('the service answers again', () => lab.http.outages(start).some(({ open }) => !open), {
    interval: 50,
  });
  const back = lab.http.outages(start).at(-1)?.end ?? start;
  await lab.settled({ timeout: 600_000 });
  return (back - start) / 1000;
}

/** Requests a second in a move, and ms that each may take. */
const rate = 50;
const patience = 30_000;

async function plannedMove(lab: Lab): Promise<number> {
  const from = await servingMachine(lab);
  const to = lab.peerOf(from);
  const load = new HttpLoad(lab.clock, askOverHttp(virtualAddress, patience), rate);
  await from.mustExec(['pcs', 'resource', 'move', resources.vip, to.name], { timeout: 300_000 });
  await lab.until('the service has moved', async () => (await lab.serving(to)) === to && lab.http.answers);
  const { longestGap } = await load.end();
  await lab.settled({ timeout: 600_000 });
  return longestGap / 1000;
}
