// What follows from constraints and groups together: which resource runs only where another does, or starts only after it.
import { valueIn } from '../attributes.js';
import type { ConstrainedConfiguration } from './named-resources.js';
import { colocationsIn, isFirm, ordersIn } from './pairs.js';
import { membersOf } from '../resources.js';
import { sameRole } from '../roles.js';
import { isTrue, sameName } from '../values.js';

/**
 * Whether `resource` runs only where `withResource` does: by colocations of INFINITY, one after another, and by groups, whose
 * members are where those before them are. With a clone is where an instance of it is.
 */
export function runsOnlyWith(configuration: ConstrainedConfiguration, resource: string, withResource: string): boolean {
  const pairs = colocationsIn(configuration).filter((pair) => isFirm(pair) && sameRole(pair.role, undefined));
  const follows = pairs.map((pair) => [pair.resource, pair.withResource] as const);
  return reaches(configuration, { from: resource, to: withResource, follows, unlessFalse: 'collocated' });
}

/**
 * Whether `then` starts only after `first` has, and stops before it: by mandatory symmetrical orders of starts, one after
 * another, and by groups, whose members start one after the other.
 */
export function startsOnlyAfter(configuration: ConstrainedConfiguration, then: string, first: string): boolean {
  const pairs = ordersIn(configuration).filter(
    ({ kind, symmetrical, requireAll, firstAction, thenAction }) =>
      // What comes after a promotion comes after the start, too.
      kind === 'Mandatory' &&
      symmetrical &&
      requireAll &&
      /^(?:start|promote)$/i.test(firstAction) &&
      sameName(thenAction, 'start'),
  );
  const follows = pairs.map((pair) => [pair.then, pair.first] as const);
  return reaches(configuration, { from: then, to: first, follows, unlessFalse: 'ordered' });
}

interface Search {
  readonly from: string;
  readonly to: string;
  /** Each resource and what it follows. */
  readonly follows: readonly (readonly [string, string])[];
  /** A group whose meta attribute of this name is false is a heap, and no row. */
  readonly unlessFalse: 'collocated' | 'ordered';
}

/** Whether `from` comes to `to` by what it, and what holds it, follows. */
function reaches(configuration: ConstrainedConfiguration, { from, to, follows, unlessFalse }: Search): boolean {
  /** Resources that are there as a whole, and those of which only a part is: what they follow holds for the part too. */
  const whole = new Set<string>();
  const part = new Set<string>();
  const waiting: { readonly id: string; readonly as: Set<string> }[] = [{ id: from, as: whole }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { id, as } = next;
    if (as.has(id)) continue;
    as.add(id);
    if (id !== from && id === to && as === whole) return true;
    for (const [one, other] of follows) if (one === id) waiting.push({ id: other, as: whole });
    const parent = configuration.parentOf(id);
    if (parent?.kind === 'group') {
      waiting.push({ id: parent.id, as: part });
      const before = parent.members[parent.members.findIndex((member) => member.id === id) - 1];
      const value = valueIn(parent.metaAttributes, unlessFalse);
      if (as === whole && before !== undefined && (value === undefined || isTrue(value))) {
        waiting.push({ id: before.id, as: whole });
      }
    } else if (parent !== undefined) waiting.push({ id: parent.id, as });
    const resource = as === whole ? configuration.resource(id) : undefined;
    if (resource !== undefined) waiting.push(...membersOf(resource).map((member) => ({ id: member.id, as: whole })));
  }
  return false;
}
