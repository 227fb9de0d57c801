// Which cluster the nodes are in, and what makes them those of the file's: a new one, or one that grows.
import { isIP } from 'node:net';
import {
  commands,
  type CorosyncConf,
  type CorosyncNode,
  isPlaceholder,
  nodeNameOf,
  sameAddress,
  sameName,
} from '@sleepi3/pcs';
import { type ClusterDesign, isRing } from '../../cluster/design.js';
import { SetupError } from '../../errors.js';
import { inOrder } from '../../nodes/cluster-machines.js';
import type { Reality } from '../reality.js';
import { type Action, done, type Todo } from '../step.js';

/** `smaller`: ours, as it was before the file had all its nodes. */
type Membership = 'none' | 'ours' | 'smaller' | { readonly foreign: string };

/** Which cluster a node's corosync.conf puts it in. */
export function membership(design: ClusterDesign, conf: CorosyncConf | undefined): Membership {
  if (conf === undefined || isPlaceholder(conf)) return 'none';
  const foreign = { foreign: conf.clusterName ?? '(without a name)' };
  if (conf.clusterName !== design.name || strangersIn(design, conf).length > 0) return foreign;
  const missing = design.nodes.filter((node) => !conf.nodes.some((one) => isNode(one, node)));
  if (missing.length === 0) return conf.nodes.length === design.nodes.length ? 'ours' : foreign;
  return conf.nodes.length + missing.length === design.nodes.length ? 'smaller' : foreign;
}

/** The nodes of corosync.conf that the file does not have. */
function strangersIn({ nodes }: ClusterDesign, conf: CorosyncConf): readonly CorosyncNode[] {
  return conf.nodes.filter((one) => !nodes.some((node) => isNode(one, node)));
}

/** Whether a node of corosync.conf is this one: by its name in whatever case, or without one by an address. */
function isNode(configured: CorosyncNode, { name, addresses }: ClusterDesign['nodes'][number]): boolean {
  const known = nodeNameOf(configured);
  if (known !== undefined) return sameName(known, name);
  return configured.addresses.some((one) => addresses.some((address) => sameAddress(one, address)));
}

/** Destroys what other clusters the nodes are in, when their names were typed. */
export async function foreignClusters(design: ClusterDesign, reality: Reality): Promise<Todo> {
  const found: { readonly node: string; readonly name: string }[] = [];
  for (const { name: node } of reality.machines) {
    const conf = await reality.corosyncConf(node);
    const where = membership(design, conf);
    if (typeof where !== 'object') continue;
    if (!reality.destroyable.has(where.foreign)) throw foreignCluster(design, node, where.foreign, conf);
    found.push({ node, name: where.foreign });
  }
  return {
    differences: found.map(({ node, name }) => ({ what: `${node} in a cluster`, is: name })),
    actions: found.map(({ node }): Action => ({ kind: 'run', node, program: 'pcs', argv: ['cluster', 'destroy'] })),
  };
}

function foreignCluster(design: ClusterDesign, node: string, name: string, conf: CorosyncConf | undefined): SetupError {
  const larger =
    conf !== undefined &&
    name === design.name &&
    design.nodes.every((one) => conf.nodes.some((other) => isNode(other, one)));
  if (larger) {
    const more = strangersIn(design, conf).map((one) => nodeNameOf(one) ?? one.addresses[0] ?? '?');
    return new SetupError(
      'NOT_READY',
      `the cluster ${name} has nodes that the file does not have (${more.join(', ')}): add them to the file, or remove them from ` +
        `the cluster first: pcs cluster node remove ${more.join(' ')}`,
    );
  }
  return new SetupError(
    'FOREIGN_CLUSTER',
    `${node} is in another cluster, ${name}` +
      (name === design.name ? ', whose nodes are not those of the file' : '') +
      `; to have it destroyed there with everything in it, type its name: --destroy ${name}`,
  );
}

/** Makes the cluster, or adds the nodes that it lacks to it. */
export async function setUp(design: ClusterDesign, reality: Reality): Promise<Todo> {
  const memberships = new Map<string, Membership>();
  for (const { name } of reality.machines) {
    memberships.set(name, membership(design, await reality.corosyncConf(name)));
  }
  const those = (kind: Membership) => [...memberships].filter(([, where]) => where === kind).map(([name]) => name);
  const ours = those('ours');
  if (ours.length === memberships.size) {
    const nodes = (await reality.corosyncConf(reality.local.name))?.nodes ?? [];
    refuseOtherRing(design, nodes);
    refuseOtherAddresses(design, nodes);
    return done;
  }
  const smaller = those('smaller');
  if (smaller.length > 0) return grow(design, reality, smaller, ours);

  // A setup that was interrupted has put its file on one node. It may be done again over that: nothing was ever in it.
  for (const node of ours) {
    if ((await reality.file(node, '/var/lib/pacemaker/cib/cib.xml')) !== undefined) {
      throw new SetupError(
        'NOT_READY',
        `${node} is in the cluster ${design.name} and has run it, but ${isRing(design) ? 'another' : 'the other'} node is not in it; add it with ` +
          `pcs cluster node add, or destroy the cluster: pcs cluster destroy`,
      );
    }
  }
  const nodes = design.nodes.map(({ name, addresses }) => ({ name, addresses }));
  return {
    differences: joining(design.nodes.filter(({ name }) => !ours.includes(name))),
    actions: [
      {
        kind: 'pcs',
        commands: [
          commands.cluster.setup(design.name, nodes, {
            ...(design.token !== undefined && { totem: { token: design.token } }),
            ...(ours.length > 0 && { force: true }),
          }),
        ],
      },
    ],
  };
}

function joining(nodes: ClusterDesign['nodes']): Todo['differences'] {
  return nodes.map(({ name, addresses }) => ({ what: `${name} in the cluster`, should: addresses.join(', ') }));
}

/** pcs adds nodes from one that is in the cluster, one after the other; what runs goes on. */
async function grow(
  design: ClusterDesign,
  reality: Reality,
  smaller: readonly string[],
  ours: readonly string[],
): Promise<Todo> {
  const { name: local } = reality.local;
  if (ours.length > 0) {
    throw new SetupError(
      'NOT_READY',
      `${smaller.join(', ')} does not know all nodes of the cluster ${design.name} yet: on ${ours[0] ?? ''} run pcs cluster sync, ` +
        'then pcs cluster reload corosync, then run this again',
    );
  }
  if (!smaller.includes(local)) {
    throw new SetupError(
      'NOT_READY',
      `${local} is not in the cluster ${design.name} yet, and only a node that is can add it: run this on ${smaller.join(' or ')}`,
    );
  }
  const members = (await reality.corosyncConf(local))?.nodes ?? [];
  const added = design.nodes.filter((node) => !members.some((one) => isNode(one, node)));
  refuseOtherRing(design, numbered(members, added));
  return {
    differences: joining(added),
    actions: [
      { kind: 'pcs', commands: added.map(({ name, addresses }) => commands.cluster.node.add(name, { addresses })) },
    ],
  };
}

/** The nodes as pcs numbers them: each new one gets the lowest number that is free. */
function numbered(members: readonly CorosyncNode[], added: ClusterDesign['nodes']): readonly CorosyncNode[] {
  const nodes = [...members];
  for (const { name, addresses } of added) {
    let nodeId = 1;
    while (nodes.some((one) => one.nodeId === nodeId)) nodeId++;
    nodes.push({ name, nodeId, addresses, links: new Map() });
  }
  return nodes;
}

/** The agent takes the order of the ring from the numbers of the nodes in corosync.conf, which pcs gives in the order of the file. */
function refuseOtherRing(design: ClusterDesign, nodes: readonly CorosyncNode[]): void {
  if (!isRing(design) || nodes.length === 0) return;
  const names = design.nodes.map(({ name }) => name);
  const order = inOrder(nodes).flatMap((one) => design.nodes.find((node) => isNode(one, node))?.name ?? []);
  const start = order.indexOf(names[0] ?? '');
  const turned = [...order.slice(start), ...order.slice(0, start)];
  if (turned.join() === names.join()) return;
  throw new SetupError(
    'NOT_READY',
    `the ring of the file is ${names.join(', ')}, and by the numbers in corosync.conf it is ${turned.join(', ')}: put the nodes of the ` +
      'file into the order of corosync.conf, in which they have to be wired',
  );
}

/** A node that is to have an address which corosync.conf does not give it. */
interface Moved {
  readonly name: string;
  readonly address: string;
  readonly link: number;
  readonly has: readonly string[];
}

/**
 * corosync binds to the addresses of its own file. A host name there is not looked up here, and links that the file of the
 * cluster does not have are left alone.
 */
function refuseOtherAddresses(design: ClusterDesign, nodes: readonly CorosyncNode[]): void {
  const moved = design.nodes.flatMap((node): Moved[] => {
    const { addresses: has = [] } = nodes.find((one) => isNode(one, node)) ?? {};
    return node.addresses.flatMap((address, link) =>
      has.some((one) => isIP(one) === 0 || sameAddress(one, address)) ? [] : [{ name: node.name, address, link, has }],
    );
  });
  const [first] = moved;
  if (first === undefined) return;
  const words = (those: readonly Moved[]) => those.map(({ name, address }) => `${name}=${address}`).join(' ');
  if (first.link >= first.has.length) {
    throw new SetupError(
      'NOT_READY',
      `the cluster ${design.name} does not have the link of ${first.address}: take it out of the file, or add it to the cluster: ` +
        `pcs cluster link add ${words(moved.filter(({ link }) => link === first.link))}`,
    );
  }
  throw new SetupError(
    'NOT_READY',
    `in the cluster ${design.name} ${first.name} is at ${first.has.join(', ')}, and in the file at ${first.address}: correct the file, ` +
      `or the cluster while it is stopped: pcs cluster stop --all, then pcs cluster link update ${first.link} ${words([first])}, then ` +
      'pcs cluster start --all (pcs cluster corosync shows the numbers of the links)',
  );
}
