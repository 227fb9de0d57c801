// The nodes that a corosync.conf names, read line by line as corosync itself reads it (coroparse.c).
import { isAddress } from './addresses.js';

/** A node of a corosync.conf. */
export interface CorosyncNode {
  /** Its `name`; undefined when it has none, and its address at link 0 is no name either. */
  readonly name?: string;
  /** Its addresses, or host names, in the order of its links. */
  readonly addresses: readonly string[];
}

/**
 * The `node`s of the `nodelist`, in the order of their numbers (`nodeid`), which outlives a node that was replaced; one that is not
 * closed is none. Of a key that is repeated the last counts.
 */
export function corosyncNodes(text: string): CorosyncNode[] {
  const nodes: { readonly id: number; readonly node: CorosyncNode }[] = [];
  const path: string[] = [];
  let name: string | undefined;
  let id = Infinity;
  let links = new Map<number, string>();
  for (const raw of text.split('\n')) {
    // More than corosync takes off: a no-break space comes from a web page, and belongs to no name.
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const within = path.join('/');
    const brace = line.indexOf('{');
    const colon = line.indexOf(':');
    if (brace >= 0) {
      path.push(line.slice(0, brace).replace(/[:\s]+$/, '')); // as in "node: {"
      if (path.join('/') === 'nodelist/node') [name, id, links] = [undefined, Infinity, new Map<number, string>()];
    } else if (colon >= 0) {
      const [key, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      const link = /^ring(\d+)_addr$/.exec(key)?.[1];
      if (within !== 'nodelist/node' || value === '') continue;
      if (key === 'name') name = value;
      if (key === 'nodeid') id = Number(value) || Infinity;
      if (link !== undefined) links.set(Number(link), value);
    } else if (line.includes('}')) {
      if (within === 'nodelist/node') nodes.push({ id, node: node(name, links) });
      path.pop();
    }
  }
  return nodes.sort((a, b) => (a.id === b.id ? 0 : a.id - b.id)).map((one) => one.node);
}

function node(name: string | undefined, links: ReadonlyMap<number, string>): CorosyncNode {
  const addresses = [...links].sort(([one], [other]) => one - other).map(([, address]) => address);
  // As Pacemaker does: without a name a host name at link 0 stands for it, a number never.
  const first = links.get(0);
  const called = name ?? (first === undefined || isAddress(first) ? undefined : first);
  return { ...(called !== undefined && { name: called }), addresses };
}
