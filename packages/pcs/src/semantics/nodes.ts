// Which nodes are the cluster's own. Remote nodes, guest nodes and those of bundles are run by it, as resources: they
// have no corosync, are not started by pcs, and no wire fences them.
import { sameName } from './values.js';

/** Whether a node of a configuration or of a status is a member. One without a type is. */
export function isMember({ type }: { readonly type: string | undefined }): boolean {
  return type === undefined || sameName(type, 'member');
}

/** The node of this name, in any case. */
export function nodeNamed<T extends { readonly name: string }>(nodes: readonly T[], name: string): T | undefined {
  return nodes.find((node) => node.name === name) ?? nodes.find((node) => sameName(node.name, name));
}
