// What one key demands of another. Each mistake is told at the key that is to be changed.
import { isIPv6 } from 'node:net';
import type { ClusterFile } from './cluster-file.js';
import { isAddress, sameNetwork } from './networks.js';

export interface CrossProblem {
  readonly key: string;
  readonly message: string;
}

/** The mistakes in a file whose keys are right one by one. */
export function* crossChecks(file: ClusterFile): Generator<CrossProblem> {
  const { nodes, preferred, vip, containers, fencing } = file;
  const [first, second] = nodes;
  if (first === undefined || second === undefined) return;
  const names = nodes.map(({ name }) => name);

  for (const [index, node] of nodes.entries()) {
    for (const [link, address] of node.addresses.entries()) {
      const key = `nodes[${index}].addresses[${link}]`;
      if (!isAddress(address)) yield { key, message: `must be an IPv4 or IPv6 address, not '${address}'` };
      else if (/^127\.|^::1$|^0\.0\.0\.0$|^::$/.test(address)) {
        yield { key, message: `must be an address that the other node can reach, not ${address}` };
      }
    }
  }
  if (first.name.toLowerCase() === second.name.toLowerCase()) {
    yield { key: 'nodes[1].name', message: `must be another name than the first node's, not '${second.name}' again` };
  }
  if (first.addresses.length !== second.addresses.length) {
    yield {
      key: 'nodes[1].addresses',
      message: `must be as many as the first node has: ${first.addresses.length}, not ${second.addresses.length}`,
    };
  }
  const all = nodes.flatMap(({ addresses }) => addresses);
  const twice = all.find((address, index) => all.indexOf(address) !== index);
  if (twice !== undefined) {
    yield { key: 'nodes[1].addresses', message: `must be addresses of their own: ${twice} is given twice` };
  }
  if (preferred !== undefined && !names.includes(preferred)) {
    yield { key: 'preferred', message: `must be ${names.join(' or ')}, not '${preferred}'` };
  }

  const longest = isIPv6(vip.address) ? 128 : 32;
  if (!isAddress(vip.address)) {
    yield { key: 'vip.address', message: `must be an IPv4 or IPv6 address, not '${vip.address}'` };
  } else if (vip.prefix > longest) {
    yield { key: 'vip.prefix', message: `must be a whole number from 1 to ${longest}, not ${vip.prefix}` };
  } else if (all.includes(vip.address)) {
    yield { key: 'vip.address', message: `must be an address of its own: ${vip.address} is a node's` };
  } else if (vip.interface === undefined) {
    const outside = nodes.find(
      ({ addresses }) => !addresses.some((address) => sameNetwork(address, vip.address, vip.prefix)),
    );
    if (outside !== undefined) {
      yield {
        key: 'vip.address',
        message:
          `must be in a network of both nodes: ${vip.address}/${vip.prefix} is in none of ${outside.name} ` +
          `(${outside.addresses.join(', ')}); correct it, or name the interface in vip.interface`,
      };
    }
  }

  const fences = names.map((name) => `fence_${name}`);
  const taken = new Map<string, string>([
    [vip.resource, 'vip.resource'],
    ...fences.map((id) => [id, 'a fence device'] as const),
  ]);
  const containerNames = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const owner = taken.get(container.resource);
    if (owner !== undefined) {
      yield {
        key: `containers[${index}].resource`,
        message: `must be a name of its own: '${container.resource}' is taken by ${owner}`,
      };
    }
    taken.set(container.resource, `containers[${index}].resource`);
    if (containerNames.has(container.name)) {
      yield {
        key: `containers[${index}].name`,
        message: `must be a name of its own: '${container.name}' is given twice`,
      };
    }
    containerNames.add(container.name);
    const forbidden = /(?:^|\s)(--name|--restart|--detach|-d|--rm)(?=[\s=]|$)/.exec(container.run_options ?? '')?.[1];
    if (forbidden !== undefined) {
      yield {
        key: `containers[${index}].run_options`,
        message: `must be without ${forbidden}: the cluster alone names, starts, restarts and removes the container`,
      };
    }
  }

  const needed = 2 * fencing.hold + 8;
  if (fencing.timeout < needed) {
    yield {
      key: 'fencing.timeout',
      message: `must be at least ${needed} (twice the hold of ${fencing.hold} s, and 8 s), not ${fencing.timeout}`,
    };
  }
}
