// The configuration of a cluster (the CIB) as one typed value, with the questions people ask of it.
import {
  each,
  flag,
  integer,
  lenient,
  listIn,
  maybe,
  one,
  optional,
  raw,
  requiredListIn,
  configuredScore,
  shape,
  text,
  type WithUnknown,
} from '../xml/shape.js';
import { type AsJson, asJson } from '../xml/as-json.js';
import { fieldsOf } from '../xml/fields-of.js';
import { parseTime } from '../xml/times.js';
import { parseXml, type XmlElement } from '../xml/tree.js';
import { type Acls, acls } from './acls.js';
import { type Alert, alert } from './alerts.js';
import { valueIn, valuesIn } from '../semantics/attributes.js';
import { failCountIn } from '../semantics/fail-counts.js';
import { isMember, nodeNamed } from '../semantics/nodes.js';
import {
  type EffectiveProperty,
  propertyIn,
  type PropertyMeaning,
  type PropertyName,
} from '../semantics/properties.js';
import type { RuleContext } from '../semantics/rules.js';
import { membersOf, metaAttributesOf, withMembers, withTemplate } from '../semantics/resources.js';
import { type AttributeSet, attributeSet, type NameValuePair } from './attribute-sets.js';
import {
  type ConfiguredPrimitive,
  type ConfiguredResource,
  configuredResource,
  type ConfiguredTemplate,
} from './configured-resources.js';
import { type Constraint, constraint, type ResourceSet, resourcesOf } from './constraints.js';
import { type FencingLevel, fencingLevel } from './fencing-levels.js';
import type { Rule } from './rules.js';
import { type Tag, tag } from './tags.js';

/** A configured node. */
export interface ConfiguredNode extends WithUnknown {
  readonly id: string;
  /** Its name (`uname`). */
  readonly name: string;
  /** `member`, `remote` or `ping`; undefined is `member`. */
  readonly type: string | undefined;
  readonly description: string | undefined;
  readonly score: number | undefined;
  /** Permanent node attributes: `standby`, `maintenance` … */
  readonly attributes: readonly AttributeSet[];
  readonly utilization: readonly AttributeSet[];
}

/** The sections of the configuration. */
export interface ConfigurationSections extends WithUnknown {
  /** Cluster properties. `cib-bootstrap-options` is the set that pcs writes. */
  readonly properties: readonly AttributeSet[];
  readonly nodes: readonly ConfiguredNode[];
  /** The resources at the top; {@link ClusterConfiguration.resource} finds those inside of others too. */
  readonly resources: readonly ConfiguredResource[];
  readonly constraints: readonly Constraint[];
  readonly fencingLevels: readonly FencingLevel[];
  readonly tags: readonly Tag[];
  readonly acls: Acls | undefined;
  readonly alerts: readonly Alert[];
  readonly resourceDefaults: readonly AttributeSet[];
  readonly operationDefaults: readonly AttributeSet[];
}

/** What the CIB says of itself. */
export interface CibHeader extends WithUnknown {
  /** The schema it keeps to: `pacemaker-3.9`. */
  readonly validateWith: string | undefined;
  /** First part of its version, raised by people alone. */
  readonly adminEpoch: number;
  /** Second part of its version, raised with every change of the configuration. */
  readonly epoch: number;
  /** Third part of its version, raised with every change of the status. */
  readonly numUpdates: number;
  readonly crmFeatureSet: string | undefined;
  readonly haveQuorum: boolean | undefined;
  /** The node id of the designated controller. */
  readonly dcUuid: string | undefined;
  readonly lastWritten: Date | undefined;
  readonly noQuorumPanic: boolean | undefined;
  readonly updateOrigin: string | undefined;
  readonly updateClient: string | undefined;
  readonly updateUser: string | undefined;
  /** The time the scheduler is to assume, in seconds since 1970; only in saved inputs. */
  readonly executionDate: number | undefined;
  readonly remoteTlsPort: number | undefined;
  readonly remoteClearPort: number | undefined;
}

interface Cib extends CibHeader {
  readonly configuration: ConfigurationSections;
  readonly status: XmlElement | undefined;
}

// The four required sections are so by Pacemaker's schema. One that is missing was hidden from this user by an access
// control list, and taking it for an empty one would be wrong.
const configurationSections = shape<ConfigurationSections>({
  properties: requiredListIn('crm_config', { cluster_property_set: attributeSet }),
  nodes: requiredListIn('nodes', {
    node: shape<ConfiguredNode>({
      id: text('id'),
      name: text('uname'),
      type: optional(text('type')),
      description: optional(text('description')),
      score: optional(configuredScore('score')),
      attributes: each({ instance_attributes: attributeSet }),
      utilization: each({ utilization: attributeSet }),
    }),
  }),
  resources: requiredListIn('resources', configuredResource),
  constraints: requiredListIn('constraints', constraint),
  fencingLevels: listIn('fencing-topology', { 'fencing-level': fencingLevel }),
  tags: listIn('tags', { tag }),
  acls: maybe('acls', acls),
  alerts: listIn('alerts', { alert }),
  resourceDefaults: listIn('rsc_defaults', { meta_attributes: attributeSet }),
  operationDefaults: listIn('op_defaults', { meta_attributes: attributeSet }),
});

const cib = shape<Cib>({
  validateWith: optional(text('validate-with')),
  adminEpoch: integer('admin_epoch'),
  epoch: integer('epoch'),
  numUpdates: integer('num_updates'),
  crmFeatureSet: optional(text('crm_feature_set')),
  haveQuorum: optional(flag('have-quorum')),
  dcUuid: optional(text('dc-uuid')),
  lastWritten: lenient(['cib-last-written'], parseTime),
  noQuorumPanic: optional(flag('no-quorum-panic')),
  updateOrigin: optional(text('update-origin')),
  updateClient: optional(text('update-client')),
  updateUser: optional(text('update-user')),
  executionDate: optional(integer('execution-date')),
  remoteTlsPort: optional(integer('remote-tls-port')),
  remoteClearPort: optional(integer('remote-clear-port')),
  configuration: one('configuration', configurationSections),
  status: raw('status'),
});

/**
 * Reads a CIB: what `TZ=UTC cibadmin -Q` (or `pcs cluster cib`) writes, of Pacemaker 1.1 schemas and later.
 *
 * Elements and attributes that this version does not know are kept in `unknown`, never fatal.
 *
 * @throws PcsError `MALFORMED_ANSWER` for anything but one whole, well-formed CIB, also for one with sections hidden by an
 * access control list.
 */
export function parseClusterConfiguration(xml: string): ClusterConfiguration {
  const root = parseXml(xml, { root: 'cib', source: 'cibadmin' });
  const { configuration, status, ...header } = cib.read(root, 'cibadmin');
  return new ClusterConfiguration(header, configuration, status, root);
}

/** Finds what elements of a configuration refer to with `id-ref`. */
export interface References {
  /** The set of attributes of this id. */
  readonly setById: (id: string) => AttributeSet | undefined;
  /** The pair of name and value of this id. */
  readonly pairById: (id: string) => NameValuePair | undefined;
  /** The rule of this id. */
  readonly ruleById: (id: string) => Rule | undefined;
  /** The set of resources of this id. */
  readonly resourceSetById: (id: string) => ResourceSet | undefined;
}

type ConfigurationFields = ConfigurationSections & Pick<ClusterConfiguration, 'header' | 'statusSection'>;

/** A configuration as `JSON.stringify` writes it. */
export type ClusterConfigurationJson = AsJson<ConfigurationFields>;

/**
 * The configuration of a cluster. The fields are what the CIB holds; the rest are questions to them, answered as Pacemaker
 * reads a configuration: templates applied, references followed, either name of a property.
 */
export class ClusterConfiguration extends fieldsOf<ConfigurationSections>() {
  readonly header: CibHeader;
  /** The CIB's status section as it is. {@link ClusterStatus}, from crm_mon, is what the cluster makes of it. */
  readonly statusSection: XmlElement | undefined;
  readonly #root: XmlElement | undefined;
  #references: References | undefined;

  constructor(header: CibHeader, sections: ConfigurationSections, statusSection?: XmlElement, root?: XmlElement) {
    super(sections);
    this.header = header;
    this.statusSection = statusSection;
    this.#root = root;
  }

  /** The version, to compare with another CIB of the same cluster: `ADMIN_EPOCH.EPOCH.NUM_UPDATES`. */
  get version(): string {
    const { adminEpoch, epoch, numUpdates } = this.header;
    return `${adminEpoch}.${epoch}.${numUpdates}`;
  }

  /** The whole CIB as it was read, for tools to work on a copy of; undefined when it was not read from one. */
  get source(): XmlElement | undefined {
    return this.#root;
  }

  /**
   * The value of a cluster property as written under this name; undefined when it is not set and Pacemaker's default holds.
   * Sets with a rule are passed over (see {@link valueIn}). {@link effectiveProperty} says what it comes to.
   */
  property(name: string): string | undefined {
    return valueIn(this.properties, name, { ...this.references, first: 'cib-bootstrap-options' });
  }

  /**
   * What a cluster property comes to: its value or else Pacemaker's default, under either of its names (`stonith-enabled` and
   * `fencing-enabled` are one). Times are milliseconds.
   */
  effectiveProperty<Name extends PropertyName>(name: Name): EffectiveProperty<PropertyMeaning<Name>> {
    return propertyIn(this, name, this.references);
  }

  /** The cluster's own nodes, without remote nodes. */
  get members(): readonly ConfiguredNode[] {
    return this.nodes.filter(isMember);
  }

  /** The node of this name, in any case. */
  node(name: string): ConfiguredNode | undefined {
    return nodeNamed(this.nodes, name);
  }

  /** The permanent attribute of a node. */
  nodeAttribute(node: string, name: string): string | undefined {
    return valueIn(this.node(node)?.attributes ?? [], name, this.references);
  }

  /** All resources, those inside of groups, clones and bundles after what they are in. */
  get allResources(): readonly ConfiguredResource[] {
    return this.resources.flatMap(withMembers);
  }

  /** The resource of this id, wherever it is. */
  resource(id: string): ConfiguredResource | undefined {
    return this.allResources.find((resource) => resource.id === id);
  }

  /** The primitives, wherever they are, with what their templates give them. */
  get primitives(): readonly ConfiguredPrimitive[] {
    return this.allResources
      .filter((resource): resource is ConfiguredPrimitive => resource.kind === 'primitive')
      .map((primitive) => withTemplate(primitive, this.resources));
  }

  /** The primitive of this id, with what its template gives it. */
  primitive(id: string): ConfiguredPrimitive | undefined {
    const resource = this.resource(id);
    return resource?.kind === 'primitive' ? withTemplate(resource, this.resources) : undefined;
  }

  /** What holds the resource directly: its group, clone or bundle. */
  parentOf(id: string): Exclude<ConfiguredResource, ConfiguredPrimitive | ConfiguredTemplate> | undefined {
    return this.allResources.find((resource) => membersOf(resource).some((member) => member.id === id)) as
      Exclude<ConfiguredResource, ConfiguredPrimitive | ConfiguredTemplate> | undefined;
  }

  /** The options of a resource's agent (its instance attributes), its template's too; empty for what has none. */
  optionsOf(id: string): ReadonlyMap<string, string> {
    return valuesIn((this.primitive(id) ?? this.resource(id))?.instanceAttributes ?? [], this.references);
  }

  /**
   * The meta attributes of a resource, as Pacemaker puts them together from its own, its template's, those of what holds it
   * and the defaults; empty for a resource that is not there.
   *
   * @param context - What rules are judged by: the time, `{ now: new Date() }`. Without it those that ask for the time are
   * passed over.
   */
  metaOf(id: string, context: RuleContext = {}): ReadonlyMap<string, string> {
    const path: ConfiguredResource[] = [];
    for (let one: ConfiguredResource | undefined = this.primitive(id) ?? this.resource(id); one !== undefined;) {
      path.push(one);
      one = this.parentOf(one.id);
    }
    return path.length === 0
      ? new Map()
      : metaAttributesOf(path, this.resourceDefaults, { ...this.references, ...context });
  }

  /** The fence devices, with what their templates give them. */
  get stonithDevices(): readonly ConfiguredPrimitive[] {
    return this.primitives.filter(({ class: standard }) => standard === 'stonith');
  }

  /**
   * Failures counted against a resource in the CIB's status section: on one node, or on the worst without `node`. `Infinity` after
   * a fatal one. For the id of a clone's member those of all its instances count, for `ID:N` those of that one.
   */
  failCount(resource: string, node?: string): number {
    return failCountIn(this.statusSection, resource, node);
  }

  /** The constraint of this id. */
  constraint(id: string): Constraint | undefined {
    return this.constraints.find((candidate) => candidate.id === id);
  }

  /** The constraints that name a resource. Those with a pattern are not looked into. */
  constraintsOf(resource: string): readonly Constraint[] {
    return this.constraints.filter((candidate) => resourcesOf(candidate).includes(resource));
  }

  /** What `JSON.stringify` writes: the fields. What has no end is `INFINITY` or `-INFINITY`, times are ISO 8601. */
  toJSON(): ClusterConfigurationJson {
    return asJson<ConfigurationFields>(this);
  }

  /** The constraints that `move` and `ban` left behind (`cli-prefer-…`, `cli-ban-…`); `clear` removes them. */
  get cliConstraints(): readonly Constraint[] {
    return this.constraints.filter(({ id }) => /^cli-(?:prefer|ban|standby)-/.test(id));
  }

  /** What elements refer to with `id-ref`. */
  get references(): References {
    return (this.#references ??= referencesIn(this));
  }
}

function referencesIn(configuration: ClusterConfiguration): References {
  const { properties, nodes, allResources, constraints, resourceDefaults, operationDefaults } = configuration;
  const sets = [
    ...properties,
    ...nodes.flatMap(({ attributes, utilization }) => [...attributes, ...utilization]),
    ...allResources.flatMap((one) => [
      ...one.metaAttributes,
      ...one.instanceAttributes,
      ...('utilization' in one ? one.utilization : []),
      ...('operations' in one
        ? one.operations.flatMap((operation) => [...operation.metaAttributes, ...operation.instanceAttributes])
        : []),
    ]),
    ...resourceDefaults,
    ...operationDefaults,
  ];
  const rules = [
    ...sets.flatMap(({ rule }) => rule ?? []),
    ...constraints.flatMap((one) => (one.kind === 'location' ? one.rules : [])),
  ];
  const byId = <T extends { readonly id: string | undefined }>(items: readonly T[]) => {
    const found = new Map(items.map((item) => [item.id, item]));
    return (id: string) => found.get(id);
  };
  return {
    setById: byId(sets),
    pairById: byId(sets.flatMap(({ pairs }) => pairs)),
    ruleById: byId(rules),
    resourceSetById: byId(constraints.flatMap(({ resourceSets }) => resourceSets)),
  };
}
