// Corrections of constraints.
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import type { Change } from '../command/change.js';
import type { CibCommand } from '../command/command.js';
import type { Score } from '../command/words.js';
import * as commands from '../commands/index.js';
import type { OrderedResource, OrderSettings, ResourceInRole } from '../commands/constraint.js';
import { runsOnlyWith, startsOnlyAfter } from '../semantics/constraints/dependence.js';
import { locationsIn } from '../semantics/constraints/location-preferences.js';
import { sameRole } from '../semantics/roles.js';
import { sameName } from '../semantics/values.js';
import { type Correction, different, nothing } from './correction.js';

/** What becomes of a constraint. */
export interface ConstraintSettings {
  /** Whose id this is: one that says something else is replaced. */
  readonly id?: string;
  /** Made also where it holds already, because it is about to be lost with what it names. */
  readonly anew?: boolean;
}

/** That the source goes where the target is, by a constraint or by several. */
export function colocation(
  cib: ClusterConfiguration,
  source: ResourceInRole,
  target: ResourceInRole,
  { score = 'INFINITY', ...settings }: ConstraintSettings & { readonly score?: Score } = {},
): Correction<Change> {
  const [one, other] = [inRole(source), inRole(target)];
  const found = cib.constraints.find(
    (constraint) =>
      constraint.kind === 'colocation' &&
      constraint.resource === one.resource &&
      constraint.withResource === other.resource &&
      sameRole(constraint.resourceRole, one.role) &&
      sameRole(constraint.withResourceRole, other.role),
  );
  const firm = score === 'INFINITY' && sameRole(one.role, 'Started') && sameRole(other.role, 'Started');
  return constrained(cib, {
    ...settings,
    says:
      score === 'INFINITY'
        ? `${one.resource} only where ${other.resource} is`
        : `${one.resource} with ${other.resource}`,
    holds:
      (found?.kind === 'colocation' && found.nodeAttribute === undefined && found.score === numeric(score)) ||
      (firm && runsOnlyWith(cib, one.resource, other.resource)),
    otherwise: found && { id: found.id, is: 'there with another score', should: `score ${score}` },
    command: commands.constraint.colocation.add(source, target, { score, ...idOf(settings) }),
  });
}

/** That `then` comes after `first`, by a constraint or by several. */
export function order(
  cib: ClusterConfiguration,
  first: OrderedResource,
  then: OrderedResource,
  { anew, ...settings }: ConstraintSettings & OrderSettings = {},
): Correction<Change> {
  const { kind = 'Mandatory' } = settings;
  // Serialize is symmetrical only when it says so, and never means it; the others are unless they say otherwise.
  const symmetrical = settings.symmetrical ?? kind !== 'Serialize';
  const [one, other] = [ordered(first), ordered(then)];
  const found = cib.constraints.find(
    (constraint) =>
      constraint.kind === 'order' &&
      constraint.first === one.resource &&
      constraint.then === other.resource &&
      (constraint.firstAction ?? 'start') === one.action &&
      (constraint.thenAction ?? constraint.firstAction ?? 'start') === other.action,
  );
  const starts = kind === 'Mandatory' && symmetrical && one.action === 'start' && other.action === 'start';
  return constrained(cib, {
    ...idOf(settings),
    anew,
    says: `${other.resource} ${other.action}s after ${one.resource}`,
    holds:
      (found?.kind === 'order' &&
        (found.orderKind ?? 'Mandatory') === kind &&
        (found.symmetrical ?? kind !== 'Serialize') === symmetrical) ||
      (starts && startsOnlyAfter(cib, other.resource, one.resource)),
    otherwise: found && {
      ...{ id: found.id, is: 'there in another way' },
      should: `kind ${kind}, symmetrical ${String(symmetrical)}`,
    },
    command: commands.constraint.order.add(first, then, settings),
  });
}

/** That the resource prefers the nodes with these scores, or keeps off them; other nodes' are left as they are. */
export function locationPrefers(
  cib: ClusterConfiguration,
  id: string,
  nodes: Readonly<Record<string, Score>>,
): Correction<Change> {
  // Made in any case, so that a wrong one is refused also where nothing would change.
  commands.constraint.location.prefers(id, nodes);
  const missing = Object.entries(nodes).filter(([node, score]) => !isPlaced(cib, id, node, score));
  if (missing.length === 0) return nothing;
  return {
    differences: missing.map(([node, score]) => ({ what: placement(id, node, score), should: 'always' })),
    commands: [commands.constraint.location.prefers(id, Object.fromEntries(missing))],
  };
}

/** That the resource prefers the node, or keeps off it, by a constraint of this id where nothing else says so. */
export function location(
  cib: ClusterConfiguration,
  id: string,
  node: string,
  { score, ...settings }: ConstraintSettings & { readonly id: string; readonly score: Score },
): Correction<Change> {
  return constrained(cib, {
    ...settings,
    says: placement(id, node, score),
    holds: isPlaced(cib, id, node, score),
    command: commands.constraint.location.add(settings.id, id, node, score),
  });
}

function placement(id: string, node: string, score: Score): string {
  return score === '-INFINITY' ? `${id} off ${node}` : `${id} on ${node} by ${score}`;
}

/** Whether it has this score on the node in every role, in whatever words. */
function isPlaced(cib: ClusterConfiguration, id: string, name: string, wanted: Score): boolean {
  const same = ({ node, score, role }: { node?: string | undefined; score?: number | undefined; role?: unknown }) =>
    node !== undefined && sameName(node, name) && score === numeric(wanted) && role === undefined;
  return (
    cib.constraints.some((one) => one.kind === 'location' && one.resource === id && same(one)) ||
    locationsIn(cib).some((one) => one.resource === id && one.certain && same(one))
  );
}

interface WantedConstraint extends Pick<ConstraintSettings, 'id'> {
  readonly anew?: boolean | undefined;
  /** What it comes to, for people. */
  readonly says: string;
  /** Whether the configuration says so already, in whatever form. */
  readonly holds: boolean;
  /** One of the same resources that says something else. */
  readonly otherwise?: { readonly id: string; readonly is: string; readonly should: string } | undefined;
  readonly command: CibCommand<Change>;
}

function constrained(
  cib: ClusterConfiguration,
  { id, anew = false, says, holds, otherwise, command }: WantedConstraint,
): Correction<Change> {
  if (holds && !anew) return nothing;
  if (id === undefined && otherwise !== undefined) {
    throw different(otherwise.id, { ...otherwise, remove: `constraint delete ${otherwise.id}` });
  }
  const taken = id !== undefined && cib.constraint(id) !== undefined;
  return {
    differences: [{ what: says, is: taken ? 'otherwise' : undefined, should: 'always' }],
    commands: [...(taken ? [commands.constraint.delete(id)] : []), command],
  };
}

function inRole(one: ResourceInRole): { readonly resource: string; readonly role: string } {
  return typeof one === 'string' ? { resource: one, role: 'Started' } : one;
}

function ordered(one: OrderedResource): { readonly resource: string; readonly action: string } {
  return typeof one === 'string' ? { resource: one, action: 'start' } : one;
}

function idOf({ id }: Pick<ConstraintSettings, 'id'>): { readonly id?: string } {
  return id === undefined ? {} : { id };
}

function numeric(score: Score): number {
  if (typeof score === 'number') return Math.abs(score) >= 1_000_000 ? Math.sign(score) * Infinity : score;
  return score === 'INFINITY' ? Infinity : -Infinity;
}
