// The resources of a cluster status: primitives, groups, clones and bundles, as a tree the way crm_mon writes it.
import {
  constant,
  content,
  each,
  flag,
  integer,
  lazy,
  maybe,
  optional,
  shape,
  type Shape,
  text,
  type WithUnknown,
} from '../xml/shape.js';

/** A resource in the tree of a cluster status; `kind` tells which. */
export type ResourceStatus = PrimitiveStatus | GroupStatus | CloneStatus | BundleStatus;

/** What crm_mon tells of each resource but its kind. */
interface AnyResourceStatus extends WithUnknown {
  readonly id: string;
  /** Not managed because of maintenance. Missing before Pacemaker 2.1.6 (api-version 2.28). */
  readonly maintenance: boolean | undefined;
  readonly description: string | undefined;
  /** Of a group missing before Pacemaker 2.0.5. */
  readonly managed: boolean | undefined;
}

/**
 * One primitive: a resource of its own, a member of a group, or one copy of a clone. The copies of an anonymous clone
 * share their id.
 */
export interface PrimitiveStatus extends AnyResourceStatus {
  readonly kind: 'primitive';
  readonly managed: boolean;
  /** `ocf:heartbeat:IPaddr2`, `stonith:fence_sleepi3`, `systemd:nginx` … */
  readonly resourceAgent: string;
  /**
   * `Started`, `Stopped`, `Promoted` or `Unpromoted` (`Master` and `Slave` before 2.1); `Starting`, `Stopping`,
   * `Promoting`, `Demoting`, `Migrating` while an operation runs.
   */
  readonly role: string;
  /** The configured target-role, as written: also `stopped`, in any case. */
  readonly targetRole: string | undefined;
  readonly active: boolean;
  /** By crm_mon no longer configured: it runs, or it is a copy that a node was probed for and the clone does not have. Written `removed` as
   * well by newer versions. */
  readonly orphaned: boolean;
  /** May not be touched, because a failure could not be cleaned up. */
  readonly blocked: boolean | undefined;
  readonly failed: boolean;
  /** A failure there is not counted. */
  readonly failureIgnored: boolean;
  /** Length of {@link nodes}, as crm_mon counts it. */
  readonly nodesRunningOn: number;
  /** The operation under way: `Starting`, `Monitoring` … */
  readonly pending: string | undefined;
  /** The stopped node that keeps the resource, with shutdown-lock. */
  readonly lockedTo: string | undefined;
  /** Where it is active; more than one only when something is wrong or it migrates. */
  readonly nodes: readonly ResourceNode[];
  /** Its configuration, when crm_mon was asked for it. */
  readonly xml: ResourceXml | undefined;
}

/** A node that runs a resource. */
export interface ResourceNode extends WithUnknown {
  readonly name: string;
  readonly id: string;
  /** Whether the node is online (Pacemaker's source: `node->details->online`, for all the attribute's name). */
  readonly cached: boolean;
}

/** A piece of configuration as text. */
export interface ResourceXml extends WithUnknown {
  readonly text: string;
}

/** A group: its members run together, one after the other. */
export interface GroupStatus extends AnyResourceStatus {
  readonly kind: 'group';
  /** The id; a copy in a clone has `:N` after it. */
  readonly id: string;
  readonly numberResources: number;
  /** Its target-role is Stopped. Missing before Pacemaker 2.0.5. */
  readonly disabled: boolean | undefined;
  readonly members: readonly ResourceStatus[];
}

/** A clone, promotable or not. */
export interface CloneStatus extends AnyResourceStatus {
  readonly kind: 'clone';
  /** Its copies have the roles Promoted and Unpromoted. */
  readonly promotable: boolean;
  /** Its copies differ from each other. */
  readonly unique: boolean;
  /** Its target-role is Stopped. Missing before Pacemaker 2.0.5. */
  readonly disabled: boolean | undefined;
  readonly failed: boolean;
  readonly failureIgnored: boolean;
  readonly targetRole: string | undefined;
  /** Primitives or groups; those that run nowhere too. */
  readonly copies: readonly ResourceStatus[];
}

/** A bundle: a container with its address, its remote node and the resource inside, several times over. */
export interface BundleStatus extends AnyResourceStatus {
  readonly kind: 'bundle';
  /** `docker`, `podman` or `rkt`. */
  readonly type: string;
  readonly image: string;
  readonly unique: boolean;
  readonly failed: boolean;
  readonly replicas: readonly BundleReplica[];
}

/** One copy of a bundle. */
export interface BundleReplica extends WithUnknown {
  readonly id: number;
  /** The address, the resource inside, the container and the remote connection; each only if the bundle has it. */
  readonly resources: readonly PrimitiveStatus[];
}

/** The parts of {@link AnyResourceStatus}, to spread into the shape of a whole element. */
const anyResource = {
  id: text('id'),
  maintenance: optional(flag('maintenance')),
  description: optional(text('description')),
};

const primitive = shape<PrimitiveStatus>({
  kind: constant('primitive'),
  ...anyResource,
  managed: flag('managed'),
  resourceAgent: text('resource_agent'),
  role: text('role'),
  targetRole: optional(text('target_role')),
  active: flag('active'),
  orphaned: flag('orphaned', 'removed'),
  blocked: optional(flag('blocked')),
  failed: flag('failed'),
  failureIgnored: flag('failure_ignored'),
  nodesRunningOn: integer('nodes_running_on'),
  pending: optional(text('pending')),
  lockedTo: optional(text('locked_to')),
  nodes: each({
    node: shape<ResourceNode>({ name: text('name'), id: text('id'), cached: flag('cached') }),
  }),
  xml: maybe('xml', shape<ResourceXml>({ text: content() })),
});

/** How the elements that are resources are read, by element name. */
export const resourceStatus: Readonly<Record<string, Shape<ResourceStatus>>> = {
  resource: primitive,
  group: lazy(() => group),
  clone: lazy(() => clone),
  bundle: lazy(() => bundle),
};

const group = shape<GroupStatus>({
  kind: constant('group'),
  ...anyResource,
  managed: optional(flag('managed')),
  numberResources: integer('number_resources'),
  disabled: optional(flag('disabled')),
  members: each(resourceStatus),
});

const clone = shape<CloneStatus>({
  kind: constant('clone'),
  ...anyResource,
  managed: flag('managed'),
  promotable: flag('multi_state'),
  unique: flag('unique'),
  disabled: optional(flag('disabled')),
  failed: flag('failed'),
  failureIgnored: flag('failure_ignored'),
  targetRole: optional(text('target_role')),
  copies: each(resourceStatus),
});

const bundle = shape<BundleStatus>({
  kind: constant('bundle'),
  ...anyResource,
  managed: flag('managed'),
  type: text('type'),
  image: text('image'),
  unique: flag('unique'),
  failed: flag('failed'),
  replicas: each({
    replica: shape<BundleReplica>({ id: integer('id'), resources: each({ resource: primitive }) }),
  }),
});
