// Runs scenarios one after the other, each from a clean and settled cluster, and keeps what was seen of each.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterOptions } from './cluster/configuration.js';
import { LabError } from './errors.js';
import { beginWitness } from './judge/witness.js';
import type { Lab } from './lab.js';
import type { Scenario } from './scenarios/scenario.js';
import { type Outcome, Verdict } from './verdict.js';

/** The cluster of a scenario that asks for no other. */
export const defaultCluster: ClusterOptions = { layout: 'hot-standby', fencing: 'sdk' };

/** What a lab must be like for a scenario. */
const demandOf = ({ cluster = defaultCluster, boards }: Scenario): string =>
  JSON.stringify({ cluster, boards: { extoutOnPowerCut: 'held', ...boards } });

/** Whether it begins with something that has to settle. */
const hasCluster = ({ cluster }: Scenario): boolean => cluster !== 'none' && cluster !== 'bare';

/** Whether the machines that one scenario leaves behind will do for the next one. Bare nodes are bare only once. */
export const canFollow = (next: Scenario, last: Scenario): boolean =>
  hasCluster(next) && demandOf(next) === demandOf(last);

export interface RunTools {
  /** A lab with new machines for this scenario. */
  readonly startLab: (scenario: Scenario) => Promise<Lab>;
  /** Where outcome and timelines go. */
  readonly directory: string;
  readonly log: (line: string) => void;
  /** ms after which none is begun any more; no limit by default. */
  readonly within?: number;
}

/** Runs them all. Machines are kept as long as they will do for the next scenario and the last one passed. */
export async function runScenarios(list: readonly Scenario[], tools: RunTools): Promise<Outcome[]> {
  await mkdir(tools.directory, { recursive: true });
  const outcomes: Outcome[] = [];
  let lab: Lab | undefined;
  let last: Scenario | undefined;
  const begun = performance.now();
  try {
    for (const scenario of list) {
      if (performance.now() - begun > (tools.within ?? Infinity)) {
        tools.log(`=== ${scenario.name}: left out, its time is over`);
        continue;
      }
      if (lab && last && (!canFollow(scenario, last) || outcomes.at(-1)?.passed === false)) {
        await lab.close();
        lab = undefined;
      }
      tools.log(`=== ${scenario.name}: ${scenario.mustSee}`);
      lab ??= await tools.startLab(scenario);
      last = scenario;
      const round = outcomes.filter((outcome) => outcome.scenario === scenario.name).length + 1;
      const file = join(tools.directory, round === 1 ? scenario.name : `${scenario.name}-${round}`);
      const outcome = await runOne(scenario, lab, file, tools.log);
      outcomes.push(outcome);
      tools.log(`=== ${scenario.name}: ${outcome.passed ? 'passed' : 'FAILED'} in ${outcome.duration} s`);
    }
  } finally {
    await lab?.close();
  }
  return outcomes;
}

async function runOne(scenario: Scenario, lab: Lab, file: string, log: RunTools['log']): Promise<Outcome> {
  const verdict = new Verdict();
  let failure: Error | undefined;
  const begun = lab.clock.now();
  let start = begun;
  try {
    await scenario.prepare?.(lab);
    if (hasCluster(scenario)) {
      await lab.begin({ timeout: 900_000 });
      log(`settled after ${Math.round((lab.clock.now() - begun) / 1000)} s`);
    }
    const witness = scenario.told && (await beginWitness(lab, scenario.told));
    lab.record(scenario.name);
    start = lab.clock.now();
    await scenario.run(lab, verdict);
    const testimony = await witness?.judge(verdict);
    if (testimony) await writeFile(`${file}.testimony.json`, `${JSON.stringify(testimony)}\n`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    failure = error;
  }
  lab.recording.stop();
  const outcome = verdict.outcome(scenario, lab.clock.now() - start, failure);
  for (const { what, seen, detail = '' } of outcome.findings)
    log(`  ${seen ? 'seen' : 'NOT SEEN'}: ${what}${detail && ` (${detail})`}`);
  for (const { name, value, unit } of outcome.figures) log(`  ${name}: ${value}${unit && ` ${unit}`}`);
  if (outcome.error !== undefined) log(`  error: ${outcome.error}`);
  const { recording } = lab;
  const write = (ending: string, content: string) => writeFile(`${file}.${ending}`, content);
  await write('json', `${JSON.stringify({ ...outcome, timeline: recording.timeline() }, undefined, 2)}\n`);
  await write('svg', recording.toSvg({ width: 1200 }));
  await write('vcd', recording.toVcd());
  if (!outcome.passed) await keepJournals(lab, file, log);
  return outcome;
}

/** What the guests have to say about a scenario that failed, for whoever looks into it. */
async function keepJournals({ machines }: Lab, file: string, log: RunTools['log']): Promise<void> {
  for (const machine of machines) {
    const path = `${file}-${machine.name}.log`;
    try {
      const words = ['journalctl', '--boot', '--output=short-precise', '--no-pager', '--lines=3000'];
      await writeFile(path, await machine.mustExec(words));
      log(`  the journal of ${machine.name}: ${path}`);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      log(`  no journal of ${machine.name}: ${error.message}`);
    }
  }
}
