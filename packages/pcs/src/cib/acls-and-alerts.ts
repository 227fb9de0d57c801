// The rest of the configuration: fencing levels, tags, access control lists and alerts.
import { each, integer, list, maybe, optional, shape, text, type WithUnknown } from '../xml/shape.js';
import { type AttributeSet, attributeSet } from './attribute-sets.js';

/** Devices that fence a node together, tried in the order of their levels. */
export interface FencingLevel extends WithUnknown {
  readonly id: string;
  /** The node, or else a pattern or an attribute's value for nodes. */
  readonly target: string | undefined;
  readonly targetPattern: string | undefined;
  readonly targetAttribute: string | undefined;
  readonly targetValue: string | undefined;
  /** 1 is tried first. */
  readonly index: number;
  /** The ids of the devices; all must succeed. */
  readonly devices: readonly string[];
}

export const fencingLevel = shape<FencingLevel>({
  id: text('id'),
  target: optional(text('target')),
  targetPattern: optional(text('target-pattern')),
  targetAttribute: optional(text('target-attribute')),
  targetValue: optional(text('target-value')),
  index: integer('index'),
  devices: list(',', 'devices'),
});

/** A name for several things. */
export interface Tag extends WithUnknown {
  readonly id: string;
  readonly references: readonly TagReference[];
}

export interface TagReference extends WithUnknown {
  readonly id: string;
}

export const tag = shape<Tag>({
  id: text('id'),
  references: each({ obj_ref: shape<TagReference>({ id: text('id') }) }),
});

/** Access control. */
export interface Acls extends WithUnknown {
  readonly targets: readonly AclTarget[];
  readonly groups: readonly AclTarget[];
  readonly roles: readonly AclRole[];
}

/** A user or group and its roles. */
export interface AclTarget extends WithUnknown {
  readonly id: string;
  readonly name: string | undefined;
  readonly roles: readonly AclRoleReference[];
}

export interface AclRoleReference extends WithUnknown {
  readonly id: string;
}

export interface AclRole extends WithUnknown {
  readonly id: string;
  readonly description: string | undefined;
  readonly permissions: readonly AclPermission[];
}

export interface AclPermission extends WithUnknown {
  readonly id: string;
  /** `read`, `write` or `deny`. */
  readonly kind: string;
  readonly xpath: string | undefined;
  readonly reference: string | undefined;
  readonly objectType: string | undefined;
  readonly attribute: string | undefined;
  readonly description: string | undefined;
}

const aclTarget = shape<AclTarget>({
  id: text('id'),
  name: optional(text('name')),
  roles: each({ role: shape<AclRoleReference>({ id: text('id') }) }),
});

export const acls = shape<Acls>({
  targets: each({ acl_target: aclTarget }),
  groups: each({ acl_group: aclTarget }),
  roles: each({
    acl_role: shape<AclRole>({
      id: text('id'),
      description: optional(text('description')),
      permissions: each({
        acl_permission: shape<AclPermission>({
          id: text('id'),
          kind: text('kind'),
          xpath: optional(text('xpath')),
          reference: optional(text('reference')),
          objectType: optional(text('object-type')),
          attribute: optional(text('attribute')),
          description: optional(text('description')),
        }),
      }),
    }),
  }),
});

/** A program that is told of events. */
export interface Alert extends AlertTarget {
  readonly path: string;
  readonly description: string | undefined;
  readonly select: AlertSelect | undefined;
  readonly recipients: readonly AlertRecipient[];
}

interface AlertTarget extends WithUnknown {
  readonly id: string;
  readonly metaAttributes: readonly AttributeSet[];
  readonly instanceAttributes: readonly AttributeSet[];
}

/** Whom the program is to tell. */
export interface AlertRecipient extends AlertTarget {
  readonly value: string;
  readonly description: string | undefined;
}

/** Which events an alert is about; all but attribute changes without it. Each is there or not. */
export interface AlertSelect extends WithUnknown {
  readonly attributes: AlertSelectAttributes | undefined;
  readonly fencing: WithUnknown | undefined;
  readonly nodes: WithUnknown | undefined;
  readonly resources: WithUnknown | undefined;
}

export interface AlertSelectAttributes extends WithUnknown {
  /** All attributes when none is named. */
  readonly names: readonly AlertSelectAttribute[];
}

export interface AlertSelectAttribute extends WithUnknown {
  readonly id: string;
  readonly name: string;
}

const present = shape<WithUnknown>({});

const alertTarget = {
  id: text('id'),
  description: optional(text('description')),
  metaAttributes: each({ meta_attributes: attributeSet }),
  instanceAttributes: each({ instance_attributes: attributeSet }),
};

export const alert = shape<Alert>({
  ...alertTarget,
  path: text('path'),
  select: maybe(
    'select',
    shape<AlertSelect>({
      attributes: maybe(
        'select_attributes',
        shape<AlertSelectAttributes>({
          names: each({ attribute: shape<AlertSelectAttribute>({ id: text('id'), name: text('name') }) }),
        }),
      ),
      fencing: maybe('select_fencing', present),
      nodes: maybe('select_nodes', present),
      resources: maybe('select_resources', present),
    }),
  ),
  recipients: each({ recipient: shape<AlertRecipient>({ ...alertTarget, value: text('value') }) }),
});
