// What a resource is once its template, what holds it and the defaults have been looked at.
import type { AttributeSet } from '../cib/attribute-sets.js';
import type {
  ConfiguredOperation,
  ConfiguredPrimitive,
  ConfiguredResource,
  ConfiguredTemplate,
} from '../cib/configured-resources.js';
import { formatAgent } from './agents.js';
import { addValues, type ValueContext } from './attributes.js';
import { parseRole } from './roles.js';

/** The members of a group, what a clone has copies of, the primitive in a bundle; none for others. */
export function membersOf(resource: ConfiguredResource): readonly ConfiguredResource[] {
  return 'members' in resource ? resource.members : [];
}

/** A resource and all that is in it. */
export function withMembers(resource: ConfiguredResource): readonly ConfiguredResource[] {
  return [resource, ...membersOf(resource).flatMap(withMembers)];
}

/**
 * A primitive with what its template gives it: class, provider and type, and the values and operations that it does not
 * have itself. A template of a template, or one that is not there, gives nothing, as in Pacemaker.
 */
export function withTemplate(
  primitive: ConfiguredPrimitive,
  resources: readonly ConfiguredResource[],
): ConfiguredPrimitive {
  const { template: name } = primitive;
  if (name === undefined) return primitive;
  const template = resources.find((one): one is ConfiguredTemplate => one.kind === 'template' && one.id === name);
  if (template === undefined) return primitive;
  return {
    ...primitive,
    class: template.class,
    provider: template.provider,
    type: template.type,
    // Of sets with equal scores the last counts: the primitive's own.
    metaAttributes: [...template.metaAttributes, ...primitive.metaAttributes],
    instanceAttributes: [...template.instanceAttributes, ...primitive.instanceAttributes],
    utilization: [...template.utilization, ...primitive.utilization],
    operations: [
      ...primitive.operations,
      ...template.operations.filter((one) => !primitive.operations.some((own) => sameOperation(own, one))),
    ],
  };
}

/** A template's operation gives way to one of this name and role, whatever the intervals. */
function sameOperation(own: ConfiguredOperation, other: ConfiguredOperation): boolean {
  return own.name === other.name && roleKey(own) === roleKey(other);
}

/** For a template an operation of no role, of Started and of Unpromoted are the same one. */
function roleKey({ role }: ConfiguredOperation): string {
  const parsed = role === undefined ? 'Started' : (parseRole(role) ?? role);
  return parsed === 'Unpromoted' ? 'Started' : parsed;
}

/** An agent's whole name: `ocf:heartbeat:docker`, `stonith:fence_sleepi3`; undefined when it has none. */
export function agentOf({
  class: standard,
  provider,
  type,
}: Pick<ConfiguredPrimitive, 'class' | 'provider' | 'type'>): string | undefined {
  return standard === undefined || type === undefined ? undefined : formatAgent({ standard, provider, type });
}

/**
 * The meta attributes of a resource as Pacemaker puts them together: its own, else those set for what holds it, from the
 * inside out, else the defaults of all resources, whose rules may ask for its agent.
 *
 * @param path - The resource and what holds it, the inmost first; a primitive with its template applied.
 * @param defaults - The configuration's defaults of resources.
 */
export function metaAttributesOf(
  path: readonly ConfiguredResource[],
  defaults: readonly AttributeSet[],
  context: ValueContext = {},
): ReadonlyMap<string, string> {
  const [resource] = path;
  const agent = resource !== undefined && 'class' in resource ? resource : undefined;
  const ofResource = {
    ...context,
    resource: { class: agent?.class, provider: agent?.provider, type: agent?.type },
  };
  const values = new Map<string, string>();
  addValues(values, resource?.metaAttributes ?? [], ofResource);
  const ofHolders = new Map<string, string>();
  for (const { metaAttributes } of path.slice(1)) addValues(ofHolders, metaAttributes, ofResource);
  addMissing(values, ofHolders);
  addValues(values, defaults, ofResource);
  // What a default has taken away may come back from what holds it.
  if (path.length > 1) addMissing(values, metaAttributesOf(path.slice(1), defaults, context));
  return values;
}

function addMissing(values: Map<string, string>, more: ReadonlyMap<string, string>): void {
  for (const [name, value] of more) if (!values.has(name)) values.set(name, value);
}
