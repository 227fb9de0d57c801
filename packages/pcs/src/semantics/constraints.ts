// What constraints come to: sets, tags and templates taken apart into pairs, patterns and rules into resources and nodes.
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import type {
  ColocationConstraint,
  Constraint,
  LocationConstraint,
  OrderConstraint,
  ResourceSet,
} from '../cib/constraints.js';
import type { Rule } from '../cib/rules.js';
import { valueIn } from './attributes.js';
import { isFeatureSetFrom } from './feature-set.js';
import { matches } from './fencing.js';
import { isMember, nodeNamed } from './nodes.js';
import { membersOf } from './resources.js';
import { sameRole } from './roles.js';
import { roleOfRule, ruleHolds } from './rules.js';
import { isTrue, parseWord, sameName, scoreOf } from './values.js';

/** One resource's preference for one node. */
export interface LocationPreference {
  /** The constraint that says so. */
  readonly constraint: string;
  /** The resource at the level that the scheduler places: for a member of a clone, the clone. */
  readonly resource: string;
  readonly node: string;
  /** -`Infinity` forbids. */
  readonly score: number;
  /** Only for this role; undefined for all. */
  readonly role: 'Promoted' | undefined;
  /** False when it hangs on a rule of which it cannot be told here whether it holds, one about the time of day for instance. */
  readonly certain: boolean;
}

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

/** The parts of a configuration that constraints are judged by. */
type Configuration = Pick<
  ClusterConfiguration,
  'allResources' | 'constraints' | 'header' | 'nodes' | 'parentOf' | 'references' | 'resource' | 'resources' | 'tags'
>;

/** From Pacemaker 3.0 on, a rule whose score is a node's attribute says nothing of a node without it; before, it forbade that. */
const LEAVES_OUT_SINCE = [3, 20, 0];

/** The preferences of all resources for the cluster's members, rules judged for each of them. */
export function locationsIn(configuration: Configuration, now?: Date): readonly LocationPreference[] {
  return configuration.constraints
    .filter((one): one is LocationConstraint => one.kind === 'location')
    .flatMap((one) => locations(configuration, one, now));
}

function locations(configuration: Configuration, constraint: LocationConstraint, now: Date | undefined) {
  const subjects: {
    readonly ids: readonly string[];
    readonly role?: string | undefined;
    readonly score?: number | undefined;
  }[] = [];
  if (constraint.resource !== undefined) subjects.push({ ids: expand(configuration, constraint.resource) });
  if (constraint.resourcePattern !== undefined)
    subjects.push({ ids: patterned(configuration, constraint.resourcePattern) });
  for (const set of sets(configuration, constraint)) {
    subjects.push({ ids: referred(configuration, set), role: set.role, score: set.score });
  }
  return subjects.flatMap(({ ids, role = constraint.role, score = constraint.score }) =>
    [...new Set(ids.map((id) => placedAs(configuration, id)))].flatMap((resource): readonly LocationPreference[] => {
      if (constraint.node !== undefined && score !== undefined) {
        const node = nodeNamed(configuration.nodes, constraint.node);
        return node === undefined
          ? []
          : [
              {
                constraint: constraint.id,
                resource,
                node: node.name,
                score,
                role: roleOfRule({ role }),
                certain: true,
              },
            ];
      }
      return constraint.rules.flatMap((rule) => ruled(configuration, { id: constraint.id, resource, rule, now }));
    }),
  );
}

function ruled(
  { header, nodes, references }: Configuration,
  {
    id,
    resource,
    rule,
    now,
  }: { readonly id: string; readonly resource: string; readonly rule: Rule; readonly now: Date | undefined },
): readonly LocationPreference[] {
  const leavesOut = header.crmFeatureSet === undefined || isFeatureSetFrom(header.crmFeatureSet, LEAVES_OUT_SINCE);
  const whole = rule.idRef === undefined ? rule : (references.ruleById(rule.idRef) ?? rule);
  return nodes.filter(isMember).flatMap((node): readonly LocationPreference[] => {
    const nodeAttribute = (name: string) => attributeOf(node, name);
    const holds = ruleHolds(whole, { ...references, nodeAttribute, now });
    if (holds === false) return [];
    const { scoreAttribute } = whole;
    const ofAttribute = scoreAttribute === undefined ? undefined : nodeAttribute(scoreAttribute);
    if (scoreAttribute !== undefined && ofAttribute === undefined && leavesOut) return [];
    return [
      {
        constraint: id,
        resource,
        node: node.name,
        score:
          scoreAttribute === undefined
            ? (whole.score ?? 0)
            : ofAttribute === undefined
              ? -Infinity
              : scoreOf(ofAttribute),
        role: roleOfRule(whole),
        certain: holds === true,
      },
    ];
  });
}

/** A permanent attribute, or one of those that Pacemaker makes itself. */
function attributeOf(
  { id, name: uname, attributes }: Configuration['nodes'][number],
  name: string,
): string | undefined {
  if (sameName(name, '#uname')) return uname;
  if (sameName(name, '#id')) return id;
  if (sameName(name, '#kind')) return 'cluster';
  return valueIn(attributes, name);
}

/** The colocations as pairs, those of sets as the scheduler makes them. */
export function colocationsIn(configuration: Configuration): readonly ColocationPair[] {
  return configuration.constraints
    .filter((one): one is ColocationConstraint => one.kind === 'colocation')
    .flatMap((one) => colocations(configuration, one))
    .filter(({ score }) => score !== 0);
}

function colocations(configuration: Configuration, constraint: ColocationConstraint): readonly ColocationPair[] {
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
  const listed = sets(configuration, constraint);
  if (listed.length === 0) {
    const { resource = '', withResource = '', resourceRole, withResourceRole } = constraint;
    return expand(configuration, resource).flatMap((one) =>
      expand(configuration, withResource).map((other) =>
        pair(one, other, { role: resourceRole, withRole: withResourceRole, score }),
      ),
    );
  }
  const pairs = listed.flatMap((set) => {
    const members = referred(configuration, set);
    const own = set.score ?? score;
    const parts = { role: set.role, withRole: set.role, score: own };
    if (set.sequential === false) return [];
    // To keep all apart each has to stay away from all before it.
    if (own < 0) return members.flatMap((one, i) => members.slice(0, i).map((other) => pair(one, other, parts)));
    const groupLike = set.ordering === undefined || sameName(set.ordering, 'group');
    return neighbours(members).map(([one, next]) => (groupLike ? pair(next, one, parts) : pair(one, next, parts)));
  });
  for (const [one, other] of neighbours(listed)) {
    const [left, right] = [referred(configuration, one), referred(configuration, other)];
    const parts = { role: one.role, withRole: other.role, score };
    for (const a of one.sequential === false ? left : left.slice(0, 1)) {
      for (const b of other.sequential === false ? right : right.slice(-1)) pairs.push(pair(a, b, parts));
    }
  }
  return pairs;
}

/** The orders as pairs, those of sets as the scheduler makes them. */
export function ordersIn(configuration: Configuration): readonly OrderPair[] {
  return configuration.constraints
    .filter((one): one is OrderConstraint => one.kind === 'order')
    .flatMap((one) => orders(configuration, one));
}

function orders(configuration: Configuration, constraint: OrderConstraint): readonly OrderPair[] {
  const kind = kindOf(constraint) ?? 'Mandatory';
  const symmetrical = kind !== 'Serialize' && (constraint.symmetrical ?? true);
  const pair = (first: string, then: string, parts: Omit<OrderPair, 'constraint' | 'first' | 'then'>): OrderPair => ({
    constraint: constraint.id,
    first: placedAs(configuration, first),
    then: placedAs(configuration, then),
    ...parts,
  });
  const listed = sets(configuration, constraint);
  if (listed.length === 0) {
    const { first = '', then = '', firstAction = 'start', thenAction = firstAction, requireAll = true } = constraint;
    return expand(configuration, first).flatMap((one) =>
      expand(configuration, then).map((other) =>
        pair(one, other, { firstAction, thenAction, kind, symmetrical, requireAll }),
      ),
    );
  }
  const pairs = listed.flatMap((set) => {
    const members = referred(configuration, set);
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
    const [left, right] = [referred(configuration, one), referred(configuration, other)];
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

/** The sets of a constraint, those that only refer to one looked up. */
function sets({ references }: Configuration, { resourceSets }: Constraint): readonly ResourceSet[] {
  return resourceSets.flatMap((set) =>
    set.idRef === undefined ? [set] : (references.resourceSetById(set.idRef) ?? []),
  );
}

function referred(configuration: Configuration, { resources }: ResourceSet): readonly string[] {
  return resources.flatMap(({ id }) => expand(configuration, id));
}

/** The resources that a name stands for: itself, a tag's, or those made from a template. */
function expand(configuration: Configuration, id: string): readonly string[] {
  const { allResources, tags } = configuration;
  const kind = configuration.resource(id)?.kind;
  if (kind !== undefined && kind !== 'template') return [id];
  if (kind === 'template') {
    return allResources.filter((one) => one.kind === 'primitive' && one.template === id).map((one) => one.id);
  }
  return tags.find((tag) => tag.id === id)?.references.map((reference) => reference.id) ?? [];
}

/** The resources at the top that a pattern is for; with a `!` before it, all others. */
function patterned({ resources }: Configuration, pattern: string): readonly string[] {
  const inverted = pattern.startsWith('!');
  const expression = inverted ? pattern.slice(1) : pattern;
  return resources
    .filter(({ kind, id }) => kind !== 'template' && matches(expression, id) !== inverted)
    .map(({ id }) => id);
}

/** What the scheduler takes a constraint on this resource for: one on a member of a clone is one on the clone. */
function placedAs(configuration: Configuration, id: string): string {
  let placed = id;
  for (let parent = configuration.parentOf(id); parent !== undefined; parent = configuration.parentOf(parent.id)) {
    if (parent.kind === 'clone') placed = parent.id;
  }
  return placed;
}

/** Whether the pair keeps its resource where the other is and nowhere else, in whatever role. */
export function isFirm({ score, nodeAttribute }: ColocationPair): boolean {
  return score === Infinity && (nodeAttribute === undefined || sameName(nodeAttribute, '#uname'));
}

/**
 * Whether `resource` runs only where `withResource` does: by colocations of INFINITY, one after another, and by groups, whose
 * members are where those before them are. With a clone is where an instance of it is.
 */
export function runsOnlyWith(configuration: Configuration, resource: string, withResource: string): boolean {
  const pairs = colocationsIn(configuration).filter((pair) => isFirm(pair) && sameRole(pair.role, undefined));
  const follows = pairs.map((pair) => [pair.resource, pair.withResource] as const);
  return reaches(configuration, { from: resource, to: withResource, follows, unlessFalse: 'collocated' });
}

/**
 * Whether `then` starts only after `first` has, and stops before it: by mandatory symmetrical orders of starts, one after
 * another, and by groups, whose members start one after the other.
 */
export function startsOnlyAfter(configuration: Configuration, then: string, first: string): boolean {
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
function reaches(configuration: Configuration, { from, to, follows, unlessFalse }: Search): boolean {
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
