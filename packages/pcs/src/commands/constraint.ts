// pcs constraint: where, in which order and beside what resources run.
import type { CibCommand } from '../command/command.js';
import { cibChange, type Change, type Force } from '../command/change.js';
import { legacyRoles } from '../command/roles.js';
import {
  boolean,
  choice,
  id,
  ids,
  invalid,
  literal,
  nodeName,
  optionName,
  type Options,
  pairs,
  type Role,
  type Score,
  score,
  section,
} from '../command/words.js';
import { type Rule, ruleForms, ruleWords } from './rule.js';

/** A resource by id, or all whose ids match a POSIX extended regular expression. */
export type LocationTarget = string | { readonly regexp: string };
/** Nodes and how much they are preferred or avoided; a name or a list of names means INFINITY. */
export type NodeScores = string | readonly string[] | Readonly<Record<string, Score>>;

const DISCOVERY = ['always', 'never', 'exclusive'] as const;
const ROLES = ['Promoted', 'Unpromoted', 'Started', 'Stopped'] as const;
const ACTIONS = ['start', 'stop', 'promote', 'demote'] as const;

/** What a rule in a location constraint decides besides its expression. */
export interface RuleSettings extends Force {
  /** The rule's id. */
  readonly id?: string;
  readonly role?: 'Promoted' | 'Unpromoted';
  readonly score?: Score;
  /** Take the score from this node attribute instead. */
  readonly scoreAttribute?: string;
}

/** `pcs constraint location …` */
export const location = {
  /** `pcs constraint location <resource> prefers`; replaces such a constraint for the same nodes. */
  prefers: (resource: LocationTarget, nodes: NodeScores, options: Force = {}): CibCommand<Change> =>
    cibChange(['constraint', 'location', target(resource), 'prefers', ...nodeScores(nodes)], options),

  /** `pcs constraint location <resource> avoids`: scores are positive here and become negative in the CIB. */
  avoids: (resource: LocationTarget, nodes: NodeScores, options: Force = {}): CibCommand<Change> =>
    cibChange(['constraint', 'location', target(resource), 'avoids', ...nodeScores(nodes, 0)], options),

  /** `pcs constraint location add`: with an id of your own. */
  add: (
    constraint: string,
    resource: LocationTarget,
    node: string,
    weight: Score,
    { resourceDiscovery, ...force }: Force & { readonly resourceDiscovery?: (typeof DISCOVERY)[number] } = {},
  ): CibCommand<Change> => {
    const before = ['constraint', 'location', 'add', id(constraint, 'constraint'), target(resource), nodeName(node)];
    const discovery =
      resourceDiscovery === undefined
        ? []
        : [`resource-discovery=${choice(resourceDiscovery, DISCOVERY, 'resourceDiscovery')}`];
    return cibChange([...before, score(weight), ...discovery], {
      ...force,
      variants: [
        {
          having: 'pcmk.constraint.location.simple.options.score',
          words: [...before, `score=${score(weight)}`, ...discovery],
        },
      ],
    });
  },

  /** `pcs constraint location <resource> rule`. */
  rule: (
    resource: LocationTarget,
    rule: Rule,
    {
      constraintId,
      resourceDiscovery,
      force,
      ...settings
    }: RuleSettings & { readonly constraintId?: string; readonly resourceDiscovery?: (typeof DISCOVERY)[number] } = {},
  ): CibCommand<Change> =>
    withRule(
      [
        ...['constraint', 'location', target(resource), 'rule'],
        ...pairs({
          ...(constraintId !== undefined && { 'constraint-id': id(constraintId, 'constraint') }),
          ...(resourceDiscovery !== undefined && {
            'resource-discovery': choice(resourceDiscovery, DISCOVERY, 'resourceDiscovery'),
          }),
        }),
        ...ruleSettings(settings),
      ],
      rule,
      { force },
    ),

  /** `pcs constraint location delete`: by the constraint's id. */
  delete: (constraint: string): CibCommand<Change> =>
    cibChange(['constraint', 'location', 'delete', id(constraint, 'constraint')]),
};

/** A resource and what happens to it; `start` when not said. */
export type OrderedResource = string | { readonly resource: string; readonly action: (typeof ACTIONS)[number] };

/** Resources that one set constraint treats alike. */
export interface ResourceSet {
  readonly resources: readonly string[];
  readonly sequential?: boolean;
  readonly requireAll?: boolean;
  readonly action?: (typeof ACTIONS)[number];
  readonly role?: Role;
}

export interface OrderSettings {
  readonly id?: string;
  readonly kind?: 'Optional' | 'Mandatory' | 'Serialize';
  readonly symmetrical?: boolean;
}

/** `pcs constraint order …` */
export const order = {
  /** `pcs constraint order [action] <first> then [action] <then>`. */
  add: (
    first: OrderedResource,
    then: OrderedResource,
    { requireAll, force, ...settings }: OrderSettings & Force & { readonly requireAll?: boolean } = {},
  ): CibCommand<Change> =>
    cibChange(
      [
        ...['constraint', 'order', ...ordered(first), 'then', ...ordered(then)],
        ...orderSettings(settings),
        ...pairs(requireAll === undefined ? {} : { 'require-all': boolean(requireAll, 'requireAll') }),
      ],
      { force },
    ),
  /** `pcs constraint order set`. */
  set: (sets: readonly ResourceSet[], { force, ...settings }: OrderSettings & Force = {}): CibCommand<Change> =>
    withSets('order', sets, orderSettings(settings), force),
  /** `pcs constraint order delete`: every order constraint of the resources. */
  delete: (...resources: readonly string[]): CibCommand<Change> =>
    cibChange(['constraint', 'order', 'delete', ...ids(resources, 'resource')]),
};

/** A resource, in a role when that matters. */
export type ResourceInRole = string | { readonly resource: string; readonly role: Role };

export interface ColocationSettings {
  readonly id?: string;
  /** Default INFINITY: never apart; -INFINITY: never together. */
  readonly score?: Score;
}

/** `pcs constraint colocation …` */
export const colocation = {
  /**
   * `pcs constraint colocation add <source> with <target>`: the source goes where the target is.
   */
  add: (
    source: ResourceInRole,
    withResource: ResourceInRole,
    {
      id: constraint,
      score: weight = 'INFINITY',
      influence,
      nodeAttribute,
      force,
    }: ColocationSettings & Force & { readonly influence?: boolean; readonly nodeAttribute?: string } = {},
  ): CibCommand<Change> =>
    withRoles(
      [
        ...['constraint', 'colocation', 'add', ...inRole(source), 'with', ...inRole(withResource)],
        `score=${score(weight)}`,
        ...pairs({
          ...(influence !== undefined && { influence: boolean(influence, 'influence') }),
          ...(nodeAttribute !== undefined && { 'node-attribute': optionName(nodeAttribute, 'attribute') }),
          ...(constraint !== undefined && { id: id(constraint, 'constraint') }),
        }),
      ],
      force,
    ),
  /** `pcs constraint colocation set`. */
  set: (
    sets: readonly ResourceSet[],
    { id: constraint, score: weight = 'INFINITY', force }: ColocationSettings & Force = {},
  ): CibCommand<Change> => withSets('colocation', sets, [...idOption(constraint), `score=${score(weight)}`], force),
  /** `pcs constraint colocation delete`: every colocation of the two. */
  delete: (source: string, withResource: string): CibCommand<Change> =>
    cibChange(['constraint', 'colocation', 'delete', id(source), id(withResource)]),
};

export interface TicketSettings {
  readonly id?: string;
  readonly lossPolicy?: 'fence' | 'stop' | 'freeze' | 'demote';
}

/** `pcs constraint ticket …` */
export const ticket = {
  /** `pcs constraint ticket add`. */
  add: (name: string, resource: ResourceInRole, { force, ...settings }: TicketSettings & Force = {}) =>
    withRoles(
      ['constraint', 'ticket', 'add', nodeName(name, 'ticket'), ...inRole(resource), ...ticketSettings(settings)],
      force,
    ),
  /** `pcs constraint ticket set`. */
  set: (name: string, sets: readonly ResourceSet[], { force, ...settings }: TicketSettings & Force = {}) =>
    withSets('ticket', sets, [`ticket=${nodeName(name, 'ticket')}`, ...ticketSettings(settings)], force),
  /** `pcs constraint ticket delete`: every constraint of the ticket on the resource. */
  delete: (name: string, resource: string): CibCommand<Change> =>
    cibChange(['constraint', 'ticket', 'delete', nodeName(name, 'ticket'), id(resource)]),
};

/** Pacemaker 3 has one rule in a constraint, and pcs 0.12 no command for more. */
const severalRules = {
  without: 'pcmk.constraint.location.simple.rule.rule-add-remove',
  unsupported: 'a constraint has one rule: delete the constraint, and add one with location.rule',
};

/** `pcs constraint rule …`, up to pcs 0.11: later ones cannot do it. */
export const rule = {
  /** `pcs constraint rule add`: one more rule in a location constraint; Pacemaker 3 allows only one. */
  add: (constraint: string, expression: Rule, { force, ...settings }: RuleSettings = {}): CibCommand<Change> => {
    const added = withRule(
      ['constraint', 'rule', 'add', id(constraint, 'constraint'), ...ruleSettings(settings)],
      expression,
      { force },
    );
    return { ...added, variants: [severalRules, ...(added.variants ?? [])] };
  },
  /** `pcs constraint rule delete`: and with the last rule the constraint. */
  delete: (ruleId: string): CibCommand<Change> =>
    cibChange(['constraint', 'rule', 'delete', id(ruleId, 'rule')], { variants: [severalRules] }),
};

/** `pcs constraint delete`: by id. pcs deletes those it finds even when it then fails for another. */
export const remove = (...constraints: readonly string[]): CibCommand<Change> =>
  cibChange(['constraint', 'delete', ...ids(constraints, 'constraint')]);
export { remove as delete };

function target(resource: LocationTarget): string {
  return typeof resource === 'string'
    ? `resource%${id(resource, 'resource')}`
    : `regexp%${literal(resource.regexp, 'regexp')}`;
}

function nodeScores(nodes: NodeScores, minimum?: 0): string[] {
  const entries: readonly (readonly [string, Score])[] =
    typeof nodes === 'string'
      ? [[nodes, 'INFINITY']]
      : Array.isArray(nodes)
        ? (nodes as readonly string[]).map((name) => [name, 'INFINITY'] as const)
        : Object.entries(nodes as Readonly<Record<string, Score>>);
  if (entries.length === 0) invalid('name at least one node');
  return entries.map(([name, weight]) => {
    if (minimum === 0 && (weight === '-INFINITY' || (weight as number) < 0)) {
      invalid(`avoids takes positive scores: ${name}=${weight} would make it preferred`);
    }
    return `${nodeName(name)}=${score(weight)}`;
  });
}

function ordered(one: OrderedResource): string[] {
  return typeof one === 'string' ? [id(one)] : [choice(one.action, ACTIONS, 'action'), id(one.resource)];
}

function inRole(one: ResourceInRole): string[] {
  return typeof one === 'string' ? [id(one)] : [choice(one.role, ROLES, 'role'), id(one.resource)];
}

function idOption(constraint: string | undefined): string[] {
  return constraint === undefined ? [] : [`id=${id(constraint, 'constraint')}`];
}

function orderSettings({ id: constraint, kind, symmetrical }: OrderSettings): string[] {
  return [
    ...idOption(constraint),
    ...pairs({
      ...(kind !== undefined && { kind: choice(kind, ['Optional', 'Mandatory', 'Serialize'], 'kind') }),
      ...(symmetrical !== undefined && { symmetrical: boolean(symmetrical, 'symmetrical') }),
    }),
  ];
}

function ticketSettings({ id: constraint, lossPolicy }: TicketSettings): string[] {
  const policies = ['fence', 'stop', 'freeze', 'demote'] as const;
  return [
    ...(lossPolicy === undefined ? [] : [`loss-policy=${choice(lossPolicy, policies, 'lossPolicy')}`]),
    ...idOption(constraint),
  ];
}

function ruleSettings({ id: ruleId, role, score: weight, scoreAttribute }: RuleSettings): string[] {
  if (weight !== undefined && scoreAttribute !== undefined) invalid('score and scoreAttribute exclude each other');
  return pairs({
    ...(ruleId !== undefined && { id: id(ruleId, 'rule') }),
    ...(role !== undefined && { role: choice(role, ['Promoted', 'Unpromoted'], 'role') }),
    ...(weight !== undefined && { score: score(weight) }),
    ...(scoreAttribute !== undefined && { 'score-attribute': optionName(scoreAttribute, 'attribute') }),
  });
}

function withRule(before: readonly string[], expression: Rule, force: Force): CibCommand<Change> {
  const words = [...before, ...ruleWords(expression)];
  return cibChange(words, {
    ...force,
    variants: [...ruleForms(before, expression), ...(legacyRoles(words) ?? [])],
  });
}

function withRoles(words: readonly string[], force: boolean | undefined): CibCommand<Change> {
  return cibChange(words, { force, variants: legacyRoles(words) });
}

function withSets(
  kind: 'order' | 'colocation' | 'ticket',
  sets: readonly ResourceSet[],
  settings: readonly string[],
  force: boolean | undefined,
): CibCommand<Change> {
  if (sets.length === 0) invalid('name at least one resource set');
  const words = sets.flatMap(({ resources, sequential, requireAll, action, role }) => [
    ...['set', ...ids(resources, 'resource')],
    ...pairs({
      ...(sequential !== undefined && { sequential: boolean(sequential, 'sequential') }),
      ...(requireAll !== undefined && { 'require-all': boolean(requireAll, 'requireAll') }),
      ...(action !== undefined && { action: choice(action, ACTIONS, 'action') }),
      ...(role !== undefined && { role: choice(role, ROLES, 'role') }),
    } satisfies Options),
  ]);
  return withRoles(['constraint', kind, ...words, ...section('setoptions', settings)], force);
}
