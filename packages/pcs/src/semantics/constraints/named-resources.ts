// The resources that a constraint names, in whatever way: by sets, tags, templates and members of clones.
import type { ClusterConfiguration } from '../../cib/cluster-configuration.js';
import type { Constraint, ResourceSet } from '../../cib/constraints.js';

/** The parts of a configuration that constraints are judged by. */
export type ConstrainedConfiguration = Pick<
  ClusterConfiguration,
  | 'allResources'
  | 'constraints'
  | 'header'
  | 'nodes'
  | 'parentOf'
  | 'properties'
  | 'references'
  | 'resource'
  | 'resources'
  | 'statusSection'
  | 'tags'
>;

/** The sets of a constraint, those that only refer to one looked up. */
export function setsOf({ references }: ConstrainedConfiguration, { resourceSets }: Constraint): readonly ResourceSet[] {
  return resourceSets.flatMap((set) =>
    set.idRef === undefined ? [set] : (references.resourceSetById(set.idRef) ?? []),
  );
}

export function resourcesOfSet(configuration: ConstrainedConfiguration, { resources }: ResourceSet): readonly string[] {
  return resources.flatMap(({ id }) => resourcesNamed(configuration, id));
}

/** The resources that a name stands for: itself, a tag's, or those made from a template. */
export function resourcesNamed(configuration: ConstrainedConfiguration, id: string): readonly string[] {
  const { allResources, tags } = configuration;
  const kind = configuration.resource(id)?.kind;
  if (kind !== undefined && kind !== 'template') return [id];
  if (kind === 'template') {
    return allResources.filter((one) => one.kind === 'primitive' && one.template === id).map((one) => one.id);
  }
  return tags.find((tag) => tag.id === id)?.references.map((reference) => reference.id) ?? [];
}

/** What the scheduler takes a constraint on this resource for: one on a member of a clone is one on the clone. */
export function placedAs(configuration: ConstrainedConfiguration, id: string): string {
  let placed = id;
  for (let parent = configuration.parentOf(id); parent !== undefined; parent = configuration.parentOf(parent.id)) {
    if (parent.kind === 'clone') placed = parent.id;
  }
  return placed;
}
