// Whether a resource stays where it is when another node would do as well.
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import { conditionalValues } from './attributes.js';
import { membersOf } from './resources.js';
import { scoreOf } from './values.js';

const NAME = 'resource-stickiness';

/**
 * Whether a resource stays where it is: its `resource-stickiness`, its template's, that of what holds it or the defaults' is
 * above 0; a group is as sticky as all its members together, of which those below 0 count as 0 (crm_simulate 2.1.5).
 * `sometimes` when that hangs on a rule of which it cannot be told here whether it holds, one about the time of day for instance.
 */
export function staysPut(configuration: ClusterConfiguration, id: string): boolean | 'sometimes' {
  const resource = configuration.primitive(id) ?? configuration.resource(id);
  if (resource === undefined) return false;
  const members = membersOf(resource).map((member) => configuration.primitive(member.id) ?? member);
  const parts = members.length > 0 && resource.kind === 'group' ? members : [resource];
  if (parts.some((part) => scoreOf(configuration.metaOf(part.id).get(NAME)) > 0)) return true;
  const sets = [
    ...[resource, ...parts].flatMap(({ metaAttributes }) => metaAttributes),
    ...configuration.resourceDefaults,
  ];
  const conditional = conditionalValues(sets, NAME, configuration.references);
  return conditional.some((text) => scoreOf(text) > 0) ? 'sometimes' : false;
}
