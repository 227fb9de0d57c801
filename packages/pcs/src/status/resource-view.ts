// One resource of a cluster status by its id, with all its copies seen together.
import { baseId } from '../semantics/ids.js';
import { parseRole } from '../semantics/roles.js';
import type { BundleReplica, BundleStatus, PrimitiveStatus, ResourceStatus } from './resources.js';

/** Roles in which a resource does its work. */
const STARTED_ROLES: ReadonlySet<string> = new Set(['Started', 'Promoted', 'Unpromoted']);
const PROMOTED_ROLES: ReadonlySet<string> = new Set(['Promoted']);

/** What is asked of a {@link ResourceView}, in the order in which `JSON.stringify` writes it. */
const ANSWERS: Readonly<Record<keyof ResourceViewJson, true>> = {
  id: true,
  kind: true,
  startedOn: true,
  promotedOn: true,
  activeOn: true,
  failed: true,
  blocked: true,
  managed: true,
  orphaned: true,
  disabled: true,
  lockedTo: true,
  pending: true,
};

/** A resource as `JSON.stringify` writes it. */
export type ResourceViewJson = Omit<ResourceView, 'parts' | 'instances' | 'toJSON'>;

/** A resource of any kind, looked up by id: what holds for all its copies and members together. */
export class ResourceView {
  readonly id: string;
  readonly kind: ResourceStatus['kind'];
  /** Its elements in the tree: one, or one for each copy of a cloned primitive or group. */
  readonly parts: readonly ResourceStatus[];
  /** The primitives it comes to: itself, its members, its copies, all that is in its replicas. */
  readonly instances: readonly PrimitiveStatus[];

  constructor(id: string, parts: readonly [ResourceStatus, ...ResourceStatus[]]) {
    this.id = id;
    this.kind = parts[0].kind;
    this.parts = parts;
    this.instances = parts.flatMap(primitivesIn);
  }

  /**
   * The online nodes where it is started, promoted or not. A group counts where all its members are started, a bundle
   * where a container and all that belongs to it is. The last known role on a node that was lost does not count.
   */
  get startedOn(): readonly string[] {
    return distinct(this.parts.flatMap((part) => nodesInRole(part, STARTED_ROLES)));
  }

  /** The online nodes where it is promoted; for a group or bundle, where one of its primitives is. */
  get promotedOn(): readonly string[] {
    return distinct(this.parts.flatMap((part) => nodesInRole(part, PROMOTED_ROLES)));
  }

  /**
   * Every node where a primitive of it may be active: in any role, failed, starting or stopping, and on lost nodes that
   * have not been fenced. Empty only when it is certain that it runs nowhere.
   */
  get activeOn(): readonly string[] {
    return distinct(this.instances.flatMap(({ nodes }) => nodes.map(({ name }) => name)));
  }

  /** A primitive of it has failed. */
  get failed(): boolean {
    return this.instances.some(({ failed }) => failed);
  }

  /** A primitive of it may not be touched, because a failure could not be cleaned up. */
  get blocked(): boolean {
    return this.instances.some(({ blocked }) => blocked === true);
  }

  /** All of it is managed by the cluster. */
  get managed(): boolean {
    return this.parts.every(({ managed }) => managed !== false) && this.instances.every(({ managed }) => managed);
  }

  /**
   * A primitive of it runs but is no longer configured. crm_mon calls a copy orphaned, too, that a clone with a clone-max
   * below the number of nodes does not have: one that a node was only probed for, and that runs nowhere.
   */
  get orphaned(): boolean {
    return this.instances.some(({ orphaned, active }) => orphaned && active);
  }

  /** Its target-role is Stopped. */
  get disabled(): boolean {
    return this.parts.every((part) => {
      const said = part.kind === 'group' || part.kind === 'clone' ? part.disabled : undefined;
      // What holds it has passed its target-role on to the primitives.
      return said ?? primitivesIn(part).every(({ targetRole }) => parseRole(targetRole ?? '') === 'Stopped');
    });
  }

  /** What `JSON.stringify` writes: the answers, without the elements that they come from. */
  toJSON(): ResourceViewJson {
    const names = Object.keys(ANSWERS) as (keyof ResourceViewJson)[];
    return Object.fromEntries(names.map((name) => [name, this[name]])) as unknown as ResourceViewJson;
  }

  /** The stopped nodes that keep a primitive of it, with shutdown-lock. */
  get lockedTo(): readonly string[] {
    return distinct(this.instances.flatMap(({ lockedTo }) => lockedTo ?? []));
  }

  /** The operations under way, as crm_mon names them: `Starting`, `Stopping`, `Monitoring` … */
  get pending(): readonly string[] {
    return distinct(
      this.instances.flatMap(({ pending, role }) => [
        ...(parseRole(role) !== undefined ? [] : [role]),
        ...(pending === undefined ? [] : [pending]),
      ]),
    );
  }
}

/** All resources of a tree by id, in document order; the copies of one id together. */
export function indexResources(tree: readonly ResourceStatus[]): ReadonlyMap<string, ResourceView> {
  const parts = new Map<string, [ResourceStatus, ...ResourceStatus[]]>();
  const add = (id: string, part: ResourceStatus) => {
    const known = parts.get(id);
    if (known === undefined) parts.set(id, [part]);
    else known.push(part);
  };
  const visit = (part: ResourceStatus) => {
    const bare = baseId(part.id);
    add(bare, part);
    if (bare !== part.id) add(part.id, part);
    for (const child of childrenOf(part)) visit(child);
  };
  for (const part of tree) visit(part);
  return new Map([...parts].map(([id, found]) => [id, new ResourceView(id, found)]));
}

function childrenOf(part: ResourceStatus): readonly ResourceStatus[] {
  switch (part.kind) {
    case 'primitive':
      return [];
    case 'group':
      return part.members;
    case 'clone':
      return part.copies;
    case 'bundle':
      return part.replicas.flatMap(({ resources }) => resources);
  }
}

function primitivesIn(part: ResourceStatus): readonly PrimitiveStatus[] {
  return part.kind === 'primitive' ? [part] : childrenOf(part).flatMap(primitivesIn);
}

function nodesInRole(part: ResourceStatus, roles: ReadonlySet<string>): readonly string[] {
  switch (part.kind) {
    case 'primitive':
      return roles.has(parseRole(part.role) ?? part.role)
        ? part.nodes.filter(({ cached }) => cached).map(({ name }) => name)
        : [];
    case 'group':
      return nodesOfGroup(part.members, roles);
    case 'clone':
      return part.copies.flatMap((copy) => nodesInRole(copy, roles));
    case 'bundle':
      return part.replicas.flatMap((replica) => nodesOfReplica(part, replica, roles));
  }
}

/** Where all members are started, and, for the promoted role, one of them has it. */
function nodesOfGroup(members: readonly ResourceStatus[], roles: ReadonlySet<string>): readonly string[] {
  const [first = [], ...rest] = members.map((member) => nodesInRole(member, STARTED_ROLES));
  const complete = first.filter((node) => rest.every((nodes) => nodes.includes(node)));
  const inRole = members.flatMap((member) => nodesInRole(member, roles));
  return complete.filter((node) => inRole.includes(node));
}

/** The host of the replica's container when all that belongs to the replica is started, and one has the role. */
function nodesOfReplica(bundle: BundleStatus, replica: BundleReplica, roles: ReadonlySet<string>): readonly string[] {
  if (replica.resources.some((resource) => nodesInRole(resource, STARTED_ROLES).length === 0)) return [];
  if (!replica.resources.some((resource) => nodesInRole(resource, roles).length > 0)) return [];
  // Pacemaker names the container BUNDLE-TYPE-NUMBER (lib/pengine/bundle.c).
  const container = replica.resources.find(({ id }) => id === `${bundle.id}-${bundle.type}-${replica.id}`);
  return container === undefined ? [] : nodesInRole(container, STARTED_ROLES);
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
