// What location constraints come to: sets, tags, templates, patterns and rules taken apart into resources and nodes.
import type { LocationConstraint } from '../../cib/constraints.js';
import type { Rule } from '../../cib/rules.js';
import { type ConstrainedConfiguration, placedAs, resourcesNamed, resourcesOfSet, setsOf } from './named-resources.js';
import { isFeatureSetFrom } from '../feature-set.js';
import { attributesOf } from './node-attributes.js';
import { isMember, nodeNamed } from '../nodes.js';
import { posixPattern } from '../posix-pattern.js';
import { roleOfRule, ruleHolds } from '../rules.js';
import { scoreOf } from '../values.js';

/** One resource's preference for one node. */
export interface LocationPreference {
  /** The constraint that says so. */
  readonly constraint: string;
  /** The resource at the level that the scheduler places: for a member of a clone, the clone. */
  readonly resource: string;
  readonly node: string;
  /** -`Infinity` forbids. Where it is an attribute that cannot be told, what it is without. */
  readonly score: number;
  /** Only for this role; undefined for all. */
  readonly role: 'Promoted' | undefined;
  /**
   * False when it hangs on a rule of which it cannot be told here whether it holds: one about the time of day, or on an attribute
   * that the node may have or not have at any time, as one of ping's.
   */
  readonly certain: boolean;
}

/** From Pacemaker 3.0 on, a rule whose score is a node's attribute says nothing of a node without it; before, it forbade that. */
const LEAVES_OUT_SINCE = [3, 20, 0];

/**
 * The preferences of all resources for the cluster's members, rules judged for each of them.
 *
 * @param now - The moment that is asked for. Without it what holds for a time only is uncertain: rules about time, and those on
 * attributes that are not permanent, which with it are those of the CIB's status section.
 */
export function locationsIn(configuration: ConstrainedConfiguration, now?: Date): readonly LocationPreference[] {
  return configuration.constraints
    .filter((one): one is LocationConstraint => one.kind === 'location')
    .flatMap((one) => locations(configuration, one, now));
}

function locations(configuration: ConstrainedConfiguration, constraint: LocationConstraint, now: Date | undefined) {
  const subjects: {
    readonly ids: readonly string[];
    readonly role?: string | undefined;
    readonly score?: number | undefined;
  }[] = [];
  if (constraint.resource !== undefined) subjects.push({ ids: resourcesNamed(configuration, constraint.resource) });
  if (constraint.resourcePattern !== undefined)
    subjects.push({ ids: patterned(configuration, constraint.resourcePattern) });
  for (const set of setsOf(configuration, constraint)) {
    subjects.push({ ids: resourcesOfSet(configuration, set), role: set.role, score: set.score });
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
  configuration: ConstrainedConfiguration,
  {
    id,
    resource,
    rule,
    now,
  }: { readonly id: string; readonly resource: string; readonly rule: Rule; readonly now: Date | undefined },
): readonly LocationPreference[] {
  const { header, nodes, references } = configuration;
  const leavesOut = header.crmFeatureSet === undefined || isFeatureSetFrom(header.crmFeatureSet, LEAVES_OUT_SINCE);
  const whole = rule.idRef === undefined ? rule : (references.ruleById(rule.idRef) ?? rule);
  return nodes.filter(isMember).flatMap((node): readonly LocationPreference[] => {
    const nodeAttribute = attributesOf(configuration, node, now);
    const holds = ruleHolds(whole, { ...references, nodeAttribute, now });
    if (holds === false) return [];
    const { scoreAttribute } = whole;
    const ofAttribute = scoreAttribute === undefined ? undefined : nodeAttribute(scoreAttribute);
    if (scoreAttribute !== undefined && ofAttribute === undefined && leavesOut) return [];
    const withoutAttribute = leavesOut ? 0 : -Infinity;
    return [
      {
        constraint: id,
        resource,
        node: node.name,
        score:
          scoreAttribute === undefined
            ? (whole.score ?? 0)
            : typeof ofAttribute === 'string'
              ? scoreOf(ofAttribute)
              : withoutAttribute,
        role: roleOfRule(whole),
        certain: holds === true && ofAttribute !== null,
      },
    ];
  });
}

/** The resources at the top that a pattern is for; with a `!` before it, all others. */
function patterned({ resources }: ConstrainedConfiguration, pattern: string): readonly string[] {
  const inverted = pattern.startsWith('!');
  const expression = posixPattern(inverted ? pattern.slice(1) : pattern);
  if (expression === undefined) return [];
  return resources
    .filter(({ kind, id }) => kind !== 'template' && expression.test(id) !== inverted)
    .map(({ id }) => id);
}
