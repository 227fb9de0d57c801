// What colocations and orders come to: sets, tags and templates taken apart into pairs.
import type { ColocationConstraint, OrderConstraint } from '../../cib/constraints.js';
import { type ConstrainedConfiguration, placedAs, resourcesNamed, resourcesOfSet, setsOf } from './named-resources.js';
import { parseWord, sameName } from '../values.js';

/** One resource beside another, or away from it. */
export interface ColocationPair {
  readonly constraint: string;
  /** The one that goes where the other is. */
  readonly resource: string;
  readonly role: string | undefined;
  readonly withResource: string;
  readonly withRole: string | undefined;
  readonly score: number;
  /** The node attribute that must be equal, instead of the node. */
  readonly nodeAttribute: string | undefined;
}

/** One action after another. */
export interface OrderPair {
  readonly constraint: string;
  readonly first: string;
  readonly firstAction: string;
  readonly then: string;
  readonly thenAction: string;
  readonly kind: 'Mandatory' | 'Optional' | 'Serialize';
  /** Whether the reverse order holds for the opposite actions. */
  readonly symmetrical: boolean;
  /** False when one of the first ones is enough. */
  readonly requireAll: boolean;
}

/** The colocations as pairs, those of sets as the scheduler makes them. */
export function colocationsIn(configuration: ConstrainedConfiguration): readonly ColocationPair[] {
  return configuration.constraints
    .filter((one): one is ColocationConstraint => one.kind === 'colocation')
    .flatMap((one) => colocations(configuration, one))
    .filter(({ score }) => score !== 0);
}

function colocations(
  configuration: ConstrainedConfiguration,
  constraint: ColocationConstraint,
): readonly ColocationPair[] {
  const { id, nodeAttribute, score = 0 } = constraint;
  const pair = (
    one: string,
    other: string,
    parts: Pick<ColocationPair, 'role' | 'withRole' | 'score'>,
  ): ColocationPair => ({
    constraint: id,
    resource: placedAs(configuration, one),
    withResource: placedAs(configuration, other),
    nodeAttribute,
    ...parts,
  });
  const listed = setsOf(configuration, constraint);
  if (listed.length === 0) {
    const { resource = '', withResource = '', resourceRole, withResourceRole } = constraint;
    return resourcesNamed(configuration, resource).flatMap((one) =>
      resourcesNamed(configuration, withResource).map((other) =>
        pair(one, other, { role: resourceRole, withRole: withResourceRole, score }),
      ),
    );
  }
  const pairs = listed.flatMap((set) => {
    const members = resourcesOfSet(configuration, set);
    const own = set.score ?? score;
    const parts = { role: set.role, withRole: set.role, score: own };
    if (set.sequential === false) return [];
    // To keep all apart each has to stay away from all before it.
    if (own < 0) return members.flatMap((one, i) => members.slice(0, i).map((other) => pair(one, other, parts)));
    const groupLike = set.ordering === undefined || sameName(set.ordering, 'group');
    return neighbours(members).map(([one, next]) => (groupLike ? pair(next, one, parts) : pair(one, next, parts)));
  });
  for (const [one, other] of neighbours(listed)) {
    const [left, right] = [resourcesOfSet(configuration, one), resourcesOfSet(configuration, other)];
    const parts = { role: one.role, withRole: other.role, score };
    for (const a of one.sequential === false ? left : left.slice(0, 1)) {
      for (const b of other.sequential === false ? right : right.slice(-1)) pairs.push(pair(a, b, parts));
    }
  }
  return pairs;
}

/** The orders as pairs, those of sets as the scheduler makes them. */
export function ordersIn(configuration: ConstrainedConfiguration): readonly OrderPair[] {
  return configuration.constraints
    .filter((one): one is OrderConstraint => one.kind === 'order')
    .flatMap((one) => orders(configuration, one));
}

function orders(configuration: ConstrainedConfiguration, constraint: OrderConstraint): readonly OrderPair[] {
  const kind = kindOf(constraint) ?? 'Mandatory';
  const symmetrical = kind !== 'Serialize' && (constraint.symmetrical ?? true);
  const pair = (first: string, then: string, parts: Omit<OrderPair, 'constraint' | 'first' | 'then'>): OrderPair => ({
    constraint: constraint.id,
    first: placedAs(configuration, first),
    then: placedAs(configuration, then),
    ...parts,
  });
  const listed = setsOf(configuration, constraint);
  if (listed.length === 0) {
    const { first = '', then = '', firstAction = 'start', thenAction = firstAction, requireAll = true } = constraint;
    return resourcesNamed(configuration, first).flatMap((one) =>
      resourcesNamed(configuration, then).map((other) =>
        pair(one, other, { firstAction, thenAction, kind, symmetrical, requireAll }),
      ),
    );
  }
  const pairs = listed.flatMap((set) => {
    const members = resourcesOfSet(configuration, set);
    const own = kindOf(set) ?? kind;
    const { action = 'start' } = set;
    const parts = {
      firstAction: action,
      thenAction: action,
      kind: own,
      symmetrical: own !== 'Serialize' && (constraint.symmetrical ?? true),
      requireAll: true,
    };
    if (own === 'Serialize')
      return members.flatMap((one, i) => members.slice(i + 1).map((other) => pair(one, other, parts)));
    return set.sequential === false ? [] : neighbours(members).map(([one, next]) => pair(one, next, parts));
  });
  for (const [one, other] of neighbours(listed)) {
    const [left, right] = [resourcesOfSet(configuration, one), resourcesOfSet(configuration, other)];
    const parts = {
      firstAction: one.action ?? 'start',
      thenAction: other.action ?? 'start',
      kind,
      symmetrical,
      requireAll: one.requireAll ?? true,
    };
    // Only where `sequential` is written does the scheduler take the ends alone; the pairs in between follow from theirs.
    for (const a of one.sequential === true && parts.requireAll ? left.slice(-1) : left) {
      for (const b of other.sequential === true && parts.requireAll ? right.slice(0, 1) : right)
        pairs.push(pair(a, b, parts));
    }
  }
  return pairs;
}

/** Mandatory, unless it says otherwise or has the score 0 of old; undefined for a set that says nothing. */
function kindOf({ orderKind, score }: Pick<OrderConstraint, 'orderKind' | 'score'>): OrderPair['kind'] | undefined {
  if (orderKind !== undefined) return parseWord(orderKind, ['Mandatory', 'Optional', 'Serialize']) ?? 'Mandatory';
  return score === undefined ? undefined : score === 0 ? 'Optional' : 'Mandatory';
}

/** Each with the next one. */
function neighbours<T>(list: readonly T[]): readonly (readonly [T, T])[] {
  return list.flatMap((one, i) => list.slice(i + 1, i + 2).map((next) => [one, next] as const));
}

/** Whether the pair keeps its resource where the other is and nowhere else, in whatever role. */
export function isFirm({ score, nodeAttribute }: ColocationPair): boolean {
  return score === Infinity && (nodeAttribute === undefined || nodeAttribute === '#uname');
}
