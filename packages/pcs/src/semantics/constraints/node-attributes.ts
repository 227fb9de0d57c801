// A node's attributes as rules see them: permanent ones, transient ones, and those that Pacemaker makes itself (`#uname` …).
import type { AttributeSet } from '../../cib/attribute-sets.js';
import type { ClusterConfiguration, ConfiguredNode } from '../../cib/cluster-configuration.js';
import { conditionalValues, transientPairs, type ValueContext, valueIn } from '../attributes.js';
import { nameHangsOnPattern } from '../rules.js';
import { sameName } from '../values.js';

/** The parts of a configuration from which the attributes of nodes follow. */
export type AttributedConfiguration = Pick<
  ClusterConfiguration,
  'header' | 'properties' | 'references' | 'statusSection'
>;

/** The value of an attribute by its name; undefined when the node has none of this name, null when that cannot be told. */
export type AttributeLookup = (name: string) => string | null | undefined;

/**
 * The attributes of a member, as the scheduler puts them together (`add_node_attrs()`, 2.1 to 3.0): a transient one hides a
 * permanent one, and names differ by case. `#uname`, `#id`, `#kind`, `#cluster-name` and `#site-name` follow from the configuration.
 * `#role` is never known: 2.1 has a reading of its own for it, and 3.0 none.
 *
 * @param now - The moment that is asked for. With it the transient attributes and the DC (`#is_dc`) are those of the CIB. Without it
 * they cannot be told, and neither can an attribute that is not permanent: it may be set at any time.
 */
export function attributesOf(
  configuration: AttributedConfiguration,
  node: Pick<ConfiguredNode, 'id' | 'name' | 'attributes'>,
  now?: Date,
): AttributeLookup {
  const { statusSection, header } = configuration;
  const state = statusSection?.children.find(
    ({ name, attributes }) =>
      name === 'node_state' && (attributes['id'] === node.id || sameName(attributes['uname'] ?? '', node.name)),
  );
  const transient = (name: string) =>
    state && transientPairs(state).find((attributes) => attributes['name'] === name)?.['value'];
  return (name) => {
    if (name === '#role' || nameHangsOnPattern(name)) return null;
    const passing = transient(name);
    if (passing !== undefined) return now === undefined ? null : passing;
    const lasting = lastingAttribute(configuration, node, name, now);
    if (lasting !== undefined) return lasting;
    if (now === undefined || state === undefined) return null;
    if (name === '#is_dc') return String(sameName(node.id, header.dcUuid ?? ''));
    return name === '#site-name' ? transient('site-name') : undefined;
  };
}

/** An attribute that follows from the configuration, without the state of the node. */
function lastingAttribute(
  { properties, references }: AttributedConfiguration,
  { id, name: uname, attributes }: Pick<ConfiguredNode, 'id' | 'name' | 'attributes'>,
  name: string,
  now: Date | undefined,
): string | null | undefined {
  const context: ValueContext = { ...references, now };
  const permanent = (ofName: string) => settledValue(attributes, ofName, context);
  const clusterName = () => settledValue(properties, 'cluster-name', { ...context, first: 'cib-bootstrap-options' });
  switch (name) {
    case '#uname':
      return uname;
    case '#id':
      return id;
    case '#kind':
      return 'cluster';
    case '#cluster-name':
      return [clusterName(), permanent(name)].find((value) => value !== undefined);
    case '#site-name':
      return [permanent(name), permanent('site-name'), clusterName()].find((value) => value !== undefined);
    default:
      return permanent(name);
  }
}

/** The value of a name; null when it hangs on a rule of which it cannot be told whether it holds. */
function settledValue(sets: readonly AttributeSet[], name: string, context: ValueContext): string | null | undefined {
  return conditionalValues(sets, name, context).length > 0 ? null : valueIn(sets, name, context);
}
