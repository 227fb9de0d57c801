// pcs acl: which users may see and change what in the CIB.
import type { CibCommand } from '../command/command.js';
import { cibChange, type Change } from '../command/change.js';
import { choice, id, invalid, literal, nodeName, pairs } from '../command/words.js';

/** What a role may do to the element with an id, or to all that an XPath finds. */
export type Permission = { readonly kind: 'read' | 'write' | 'deny' } & (
  { readonly xpath: string } | { readonly id: string }
);

/** `pcs acl enable`. */
export const enable = (): CibCommand<Change> => cibChange(['acl', 'enable']);
/** `pcs acl disable`. */
export const disable = (): CibCommand<Change> => cibChange(['acl', 'disable']);

/** `pcs acl role …` */
export const role = {
  /** `pcs acl role create`. */
  create: (
    name: string,
    settings: { readonly description?: string; readonly permissions?: readonly Permission[] } = {},
  ): CibCommand<Change> =>
    cibChange([
      ...['acl', 'role', 'create', id(name, 'role')],
      ...pairs({ description: settings.description }),
      ...(settings.permissions ?? []).flatMap(permissionWords),
    ]),
  /** `pcs acl role delete`: also from the users and groups that have it. */
  delete: (name: string): CibCommand<Change> => cibChange(['acl', 'role', 'delete', id(name, 'role')]),
  /** `pcs acl role assign`. */
  assign: (name: string, to: { readonly user: string } | { readonly group: string }): CibCommand<Change> =>
    cibChange(['acl', 'role', 'assign', id(name, 'role'), 'to', ...whom(to)]),
  /** `pcs acl role unassign`. */
  unassign: (name: string, from: { readonly user: string } | { readonly group: string }): CibCommand<Change> =>
    cibChange(['acl', 'role', 'unassign', id(name, 'role'), 'from', ...whom(from)]),
};

/** `pcs acl user …` */
export const user = {
  /** `pcs acl user create`. */
  create: (name: string, roles: readonly string[] = []): CibCommand<Change> => createWho('user', name, roles),
  /** `pcs acl user delete`. */
  delete: (name: string): CibCommand<Change> => cibChange(['acl', 'user', 'delete', nodeName(name, 'user')]),
};

/** `pcs acl group …` */
export const group = {
  /** `pcs acl group create`. */
  create: (name: string, roles: readonly string[] = []): CibCommand<Change> => createWho('group', name, roles),
  /** `pcs acl group delete`. */
  delete: (name: string): CibCommand<Change> => cibChange(['acl', 'group', 'delete', nodeName(name, 'group')]),
};

/** `pcs acl permission …` */
export const permission = {
  /** `pcs acl permission add`. */
  add: (roleName: string, permissions: readonly Permission[]): CibCommand<Change> => {
    if (permissions.length === 0) invalid('name at least one permission');
    return cibChange(['acl', 'permission', 'add', id(roleName, 'role'), ...permissions.flatMap(permissionWords)]);
  },
  /** `pcs acl permission delete`: by the permission's own id. */
  delete: (permissionId: string): CibCommand<Change> =>
    cibChange(['acl', 'permission', 'delete', id(permissionId, 'permission')]),
};

function createWho(kind: 'user' | 'group', name: string, roles: readonly string[]): CibCommand<Change> {
  return cibChange(['acl', kind, 'create', nodeName(name, kind), ...roles.map((one) => id(one, 'role'))]);
}

function whom(who: { readonly user: string } | { readonly group: string }): string[] {
  return 'user' in who ? ['user', nodeName(who.user, 'user')] : ['group', nodeName(who.group, 'group')];
}

function permissionWords(one: Permission): string[] {
  const kind = choice(one.kind, ['read', 'write', 'deny'], 'permission');
  return 'xpath' in one ? [kind, 'xpath', literal(one.xpath, 'xpath')] : [kind, 'id', id(one.id)];
}
