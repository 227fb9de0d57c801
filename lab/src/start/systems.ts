// What is on the machines: which release, and how much of it.
import type { Invocation } from '../command-line.js';
import type { Contents } from '../image/plan.js';
import type { Platform } from '../machine/platform.js';
import { chooseScenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';

export interface System {
  readonly release: Platform['release'];
  readonly contents: Contents;
}

/** What is on machines in the course of a run. */
export function systemsOf({ command, words, options }: Invocation): System[] {
  const whole: System = { release: options.release, contents: 'whole' };
  const named =
    command === 'run' ? chooseScenarios(words).flatMap((scenario) => systemsIn(scenario, options)) : [whole];
  return [...new Map(named.map((system) => [JSON.stringify(system), system])).values()];
}

/** What is on the machines of a scenario at its beginning, and what they come to. */
export function systemsIn({ cluster, releases }: Pick<Scenario, 'cluster' | 'releases'>, platform: Platform): System[] {
  const contents = cluster === 'bare' ? 'bare' : 'whole';
  return (releases ?? [platform.release]).map((release) => ({ release, contents }));
}
