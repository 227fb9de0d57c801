// The configured constraints: where, beside what, in which order and with which ticket resources run.
import {
  constant,
  each,
  flag,
  maybe,
  optional,
  configuredScore,
  shape,
  type Shape,
  text,
  type WithUnknown,
} from '../xml/shape.js';
import { type Rule, rule } from './rules.js';

/** A constraint; `kind` tells which. */
export type Constraint = LocationConstraint | ColocationConstraint | OrderConstraint | TicketConstraint;

/** Where a resource may run. */
export interface LocationConstraint extends WithUnknown {
  readonly kind: 'location';
  /** The constraint's id; `cli-prefer-…` and `cli-ban-…` when a command left it. */
  readonly id: string;
  readonly resource: string | undefined;
  /** A regular expression for the resources, instead of one's name. */
  readonly resourcePattern: string | undefined;
  readonly role: string | undefined;
  readonly resourceSets: readonly ResourceSet[];
  readonly score: number | undefined;
  readonly node: string | undefined;
  readonly rules: readonly Rule[];
  readonly lifetime: Lifetime | undefined;
  /** `always`, `never` or `exclusive`. */
  readonly resourceDiscovery: string | undefined;
}

/** Which resource runs beside which. */
export interface ColocationConstraint extends WithUnknown {
  readonly kind: 'colocation';
  readonly id: string;
  readonly score: number | undefined;
  /** Whether {@link resource} may move {@link withResource}, as written. */
  readonly influence: string | undefined;
  readonly resource: string | undefined;
  readonly resourceRole: string | undefined;
  readonly withResource: string | undefined;
  readonly withResourceRole: string | undefined;
  /** The node attribute that must be equal, instead of the node. */
  readonly nodeAttribute: string | undefined;
  readonly resourceSets: readonly ResourceSet[];
  readonly lifetime: Lifetime | undefined;
}

/** What happens after what. */
export interface OrderConstraint extends WithUnknown {
  readonly kind: 'order';
  readonly id: string;
  readonly first: string | undefined;
  readonly firstAction: string | undefined;
  readonly then: string | undefined;
  readonly thenAction: string | undefined;
  /** `Mandatory`, `Optional` or `Serialize`. */
  readonly orderKind: string | undefined;
  /** Before `kind` there was a score: above 0 is mandatory. */
  readonly score: number | undefined;
  /** Whether the reverse order holds for stopping. */
  readonly symmetrical: boolean | undefined;
  readonly requireAll: boolean | undefined;
  readonly resourceSets: readonly ResourceSet[];
  readonly lifetime: Lifetime | undefined;
}

/** Which resource needs which ticket. */
export interface TicketConstraint extends WithUnknown {
  readonly kind: 'ticket';
  readonly id: string;
  readonly ticket: string;
  readonly resource: string | undefined;
  readonly resourceRole: string | undefined;
  /** What happens when the ticket is lost: `stop`, `demote`, `fence` or `freeze`. */
  readonly lossPolicy: string | undefined;
  readonly resourceSets: readonly ResourceSet[];
}

/** Several resources that a constraint treats together. */
export interface ResourceSet extends WithUnknown {
  readonly id: string | undefined;
  /** The id of the set it stands for. */
  readonly idRef: string | undefined;
  readonly sequential: boolean | undefined;
  readonly requireAll: boolean | undefined;
  /** `group` or `listed`. */
  readonly ordering: string | undefined;
  readonly action: string | undefined;
  readonly role: string | undefined;
  readonly score: number | undefined;
  /** `Mandatory`, `Optional` or `Serialize`. */
  readonly orderKind: string | undefined;
  readonly resources: readonly ResourceReference[];
}

export interface ResourceReference extends WithUnknown {
  readonly id: string;
}

/** How long a constraint holds. */
export interface Lifetime extends WithUnknown {
  readonly rules: readonly Rule[];
}

const resourceSets = each({
  resource_set: shape<ResourceSet>({
    id: optional(text('id')),
    idRef: optional(text('id-ref')),
    sequential: optional(flag('sequential')),
    requireAll: optional(flag('require-all')),
    ordering: optional(text('ordering')),
    action: optional(text('action')),
    role: optional(text('role')),
    score: optional(configuredScore('score')),
    orderKind: optional(text('kind')),
    resources: each({ resource_ref: shape<ResourceReference>({ id: text('id') }) }),
  }),
});

const lifetime = maybe('lifetime', shape<Lifetime>({ rules: each({ rule }) }));

/** How the elements that are constraints are read, by element name. */
export const constraint: Readonly<Record<string, Shape<Constraint>>> = {
  rsc_location: shape<LocationConstraint>({
    kind: constant('location'),
    id: text('id'),
    resource: optional(text('rsc')),
    resourcePattern: optional(text('rsc-pattern')),
    role: optional(text('role')),
    resourceSets,
    score: optional(configuredScore('score')),
    node: optional(text('node')),
    rules: each({ rule }),
    lifetime,
    resourceDiscovery: optional(text('resource-discovery')),
  }),
  rsc_colocation: shape<ColocationConstraint>({
    kind: constant('colocation'),
    id: text('id'),
    score: optional(configuredScore('score')),
    influence: optional(text('influence')),
    resource: optional(text('rsc')),
    resourceRole: optional(text('rsc-role')),
    withResource: optional(text('with-rsc')),
    withResourceRole: optional(text('with-rsc-role')),
    nodeAttribute: optional(text('node-attribute')),
    resourceSets,
    lifetime,
  }),
  rsc_order: shape<OrderConstraint>({
    kind: constant('order'),
    id: text('id'),
    first: optional(text('first')),
    firstAction: optional(text('first-action')),
    then: optional(text('then')),
    thenAction: optional(text('then-action')),
    orderKind: optional(text('kind')),
    score: optional(configuredScore('score')),
    symmetrical: optional(flag('symmetrical')),
    requireAll: optional(flag('require-all')),
    resourceSets,
    lifetime,
  }),
  rsc_ticket: shape<TicketConstraint>({
    kind: constant('ticket'),
    id: text('id'),
    ticket: text('ticket'),
    resource: optional(text('rsc')),
    resourceRole: optional(text('rsc-role')),
    lossPolicy: optional(text('loss-policy')),
    resourceSets,
  }),
};

/** The resources a constraint names, in its sets too. Those of a pattern are not known from it. */
export function resourcesOf(constraint: Constraint): readonly string[] {
  const inSets = constraint.resourceSets.flatMap(({ resources }) => resources.map(({ id }) => id));
  const named =
    constraint.kind === 'order'
      ? [constraint.first, constraint.then]
      : [constraint.resource, constraint.kind === 'colocation' ? constraint.withResource : undefined];
  return [...new Set([...named.filter((id) => id !== undefined), ...inSets])];
}
