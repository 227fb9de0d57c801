// The configured access control lists.
import { each, optional, shape, text, type WithUnknown } from '../xml/shape.js';

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
