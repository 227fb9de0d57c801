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
import { fieldsOf } from '../xml/fields-of.js';
import { parseTime } from '../xml/times.js';
import { parseXml, type XmlElement } from '../xml/tree.js';
import { type Acls, acls } from './acls.js';
import { type Alert, alert } from './alerts.js';
import { valueIn } from '../semantics/attributes.js';
import { nodeNamed } from '../semantics/nodes.js';
import { type AttributeSet, attributeSet } from './attribute-sets.js';
import { type ConfiguredPrimitive, type ConfiguredResource, configuredResource } from './configured-resources.js';
import { type Constraint, constraint, resourcesOf } from './constraints.js';
import { type FencingLevel, fencingLevel } from './fencing-levels.js';
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
  const { configuration, status, ...header } = cib.read(parseXml(xml, { root: 'cib', source: 'cibadmin' }), 'cibadmin');
  return new ClusterConfiguration(header, configuration, status);
}

/** The configuration of a cluster. The fields are what the CIB holds; the rest are questions to them. */
export class ClusterConfiguration extends fieldsOf<ConfigurationSections>() {
  readonly header: CibHeader;
  /** The CIB's status section as it is. {@link ClusterStatus}, from crm_mon, is what the cluster makes of it. */
  readonly statusSection: XmlElement | undefined;

  constructor(header: CibHeader, sections: ConfigurationSections, statusSection?: XmlElement) {
    super(sections);
    this.header = header;
    this.statusSection = statusSection;
  }

  /** The version, to compare with another CIB of the same cluster: `ADMIN_EPOCH.EPOCH.NUM_UPDATES`. */
  get version(): string {
    const { adminEpoch, epoch, numUpdates } = this.header;
    return `${adminEpoch}.${epoch}.${numUpdates}`;
  }

  /**
   * The value of a cluster property as written; undefined when it is not set and Pacemaker's default holds.
   * Sets with a rule are passed over (see {@link valueIn}).
   */
  property(name: string): string | undefined {
    return valueIn(this.properties, name, { first: 'cib-bootstrap-options' });
  }

  /** The node of this name, in any case. */
  node(name: string): ConfiguredNode | undefined {
    return nodeNamed(this.nodes, name);
  }

  /** The permanent attribute of a node. */
  nodeAttribute(node: string, name: string): string | undefined {
    return valueIn(this.node(node)?.attributes ?? [], name);
  }

  /** All resources, those inside of groups, clones and bundles after what they are in. */
  get allResources(): readonly ConfiguredResource[] {
    return this.resources.flatMap(withMembers);
  }

  /** The resource of this id, wherever it is. */
  resource(id: string): ConfiguredResource | undefined {
    return this.allResources.find((resource) => resource.id === id);
  }

  /** What holds the resource directly: its group, clone or bundle. */
  parentOf(id: string): ConfiguredResource | undefined {
    return this.allResources.find((resource) => membersOf(resource).some((member) => member.id === id));
  }

  /** The fence devices. */
  get stonithDevices(): readonly ConfiguredPrimitive[] {
    return this.allResources.filter(
      (resource): resource is ConfiguredPrimitive => resource.kind === 'primitive' && resource.class === 'stonith',
    );
  }

  /** The constraint of this id. */
  constraint(id: string): Constraint | undefined {
    return this.constraints.find((candidate) => candidate.id === id);
  }

  /** The constraints that name a resource. Those with a pattern are not looked into. */
  constraintsOf(resource: string): readonly Constraint[] {
    return this.constraints.filter((candidate) => resourcesOf(candidate).includes(resource));
  }

  /** The constraints that `move` and `ban` left behind (`cli-prefer-…`, `cli-ban-…`); `clear` removes them. */
  get cliConstraints(): readonly Constraint[] {
    return this.constraints.filter(({ id }) => /^cli-(?:prefer|ban|standby)-/.test(id));
  }
}

function membersOf(resource: ConfiguredResource): readonly ConfiguredResource[] {
  return 'members' in resource ? resource.members : [];
}

function withMembers(resource: ConfiguredResource): readonly ConfiguredResource[] {
  return [resource, ...membersOf(resource).flatMap(withMembers)];
}
