// Which values of a configuration are not the wanted ones, as those compare them who read them.
import type { Change } from '../command/change.js';
import type { CibCommand } from '../command/command.js';
import type { OptionChanges, OptionValue } from '../command/words.js';
import { sameRole } from '../semantics/roles.js';
import { parseBoolean, parseScore, sameDuration, sameName } from '../semantics/values.js';
import { type Correction, type Difference, nothing } from './correction.js';

/** A value that is not the wanted one. */
export interface Deviation {
  readonly name: string;
  readonly is: string | undefined;
  readonly should: OptionValue | null;
}

/** Those of the wanted values that are not there. */
export function deviations(
  wanted: OptionChanges,
  current: (name: string) => string | undefined,
  same: (name: string, one: string, other: string) => boolean,
): readonly Deviation[] {
  return Object.entries(wanted).flatMap(([name, should]) => {
    if (should === undefined) return [];
    const is = current(name);
    const fits = is === undefined || should === null ? is === (should ?? undefined) : same(name, is, String(should));
    return fits ? [] : [{ name, is, should }];
  });
}

export function asDifference(owner: string, { name, is, should }: Deviation): Difference {
  return { what: `${owner} ${name}`.trim(), is, ...(should !== null && { should: String(should) }) };
}

/** As pcs is told of them; null for what is to go. */
export function changesOf(deviating: readonly Deviation[]): Record<string, OptionValue | null> {
  return Object.fromEntries(deviating.map(({ name, should }) => [name, should]));
}

/** One command for all of them. */
export function correctionOf(
  deviating: readonly Deviation[],
  owner: string,
  command: (changes: Record<string, OptionValue | null>) => CibCommand<Change>,
): Correction<Change> {
  if (deviating.length === 0) return nothing;
  return {
    differences: deviating.map((one) => asDifference(owner, one)),
    commands: [command(changesOf(deviating))],
  };
}

/** Whether Pacemaker takes two values of a property, meta attribute or option of an operation for one: `4` and `4s`, `on` and `true`. */
export function sameToPacemaker(name: string, is: string, should: string): boolean {
  if (is === should) return true;
  if (name.endsWith('role')) return sameRole(is, should);
  const truth = /\d/.test(should) ? undefined : parseBoolean(should);
  if (truth !== undefined) return parseBoolean(is) === truth;
  // A score with a sign, or an infinite one.
  if (/(?:stickiness|priority|threshold)$/.test(name)) return parseScore(is) === parseScore(should);
  return isDuration(name) ? sameDuration(is, should) : /^[a-z-]+$/i.test(is) && sameName(is, should);
}

/** By the names that Pacemaker gives to what is a time. */
function isDuration(name: string): boolean {
  return /(?:^|-)(?:interval|timeout|delay|deadtime|escalation|lock-limit)$/.test(name);
}

/** Whether an option of a fence device is the same to pacemaker-fenced. What is not its own is the agent's alone. */
export function sameToFencer(name: string, is: string, should: string): boolean {
  if (is === should) return true;
  if (name === 'pcmk_host_list') return sameName(hostsIn(is), hostsIn(should));
  return /^pcmk_(?:delay_|\w+_timeout$)/.test(name) && sameDuration(is, should);
}

function hostsIn(list: string): string {
  return list
    .trim()
    .split(/[\s,;]+/)
    .join(' ');
}
