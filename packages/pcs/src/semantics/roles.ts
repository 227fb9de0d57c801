// The roles of a resource's instances, whose names changed in Pacemaker 2.1: Master is Promoted, Slave is Unpromoted.
import { parseWord, sameName } from './values.js';

/** A role by today's name. */
export type ResourceRole = 'Stopped' | 'Started' | 'Promoted' | 'Unpromoted';

const ROLES: readonly ResourceRole[] = ['Stopped', 'Started', 'Promoted', 'Unpromoted'];
const FORMER: Readonly<Record<string, ResourceRole>> = { Master: 'Promoted', Slave: 'Unpromoted' };

/**
 * A role by today's name, from either name in any case, as constraints, operations and `target-role` have it.
 *
 * @returns undefined when it is none, such as `Starting`, which a status has while an operation runs.
 */
export function parseRole(text: string): ResourceRole | undefined {
  const former = parseWord(text, ['Master', 'Slave']);
  return former === undefined ? parseWord(text, ROLES) : FORMER[former];
}

/**
 * Whether two texts are one role. None said is `Started`, in constraints and in operations (Pacemaker Explained).
 */
export function sameRole(one: string | undefined, other: string | undefined): boolean {
  const [left, right] = [one ?? 'Started', other ?? 'Started'];
  return (parseRole(left) ?? left) === (parseRole(right) ?? right) || sameName(left, right);
}
