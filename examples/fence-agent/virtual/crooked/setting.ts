// What a world looks like from a node: host name, interfaces, corosync.conf, and what Pacemaker sends to the device.
import type { PacemakerCall } from '@sleepi3/fence-protocol/testing';
import type { World } from './world.js';

export interface NodeSetting {
  readonly hostname: string;
  readonly addresses: readonly string[];
}

const hosts = ['pi-a', 'pi-b'] as const;
const domain = 'example.com';
const links = [
  ['192.168.11.211', '192.168.11.179'],
  ['10.0.1.211', '10.0.1.179'],
  ['fd00::a', 'fd00::b'],
] as const;

/** Who a host is. `at` is the host's place in the cluster; a stranger has none. */
export function nodeSetting(world: World, at: 0 | 1 | undefined): NodeSetting {
  if (at === undefined) return { hostname: 'pi-c', addresses: ['192.168.11.9'] };
  const hostname = world.names === 'in-domain' ? `${hosts[at]}.${domain}` : hosts[at];
  return { hostname, addresses: links.map((link) => link[at]) };
}

/** What Pacemaker calls a node. */
export function nodeName(world: World, node: 0 | 1): string {
  const host = hosts[node];
  switch (world.names) {
    case 'full':
      return `${host}.${domain}`;
    case 'capitals':
      return host.toUpperCase();
    case 'swapped':
      return hosts[node === 0 ? 1 : 0];
    default:
      return host;
  }
}

/** The addresses that corosync.conf has of a node. */
export function confAddresses(world: World, node: 0 | 1): readonly string[] {
  switch (world.conf) {
    case 'two-links':
      return [links[0][node], links[1][node]];
    case 'host-names':
      return [`${hosts[node]}.${domain}`];
    case 'ipv6':
      return [node === 0 ? 'FD00:0::A' : 'fd00:0000::000b'];
    default:
      return [links[0][node]];
  }
}

/** Undefined where there is none. */
export function corosyncConf(world: World): string | undefined {
  if (world.conf === 'missing') return undefined;
  const node = (index: 0 | 1) => {
    const first = world.conf === 'ring1-only' ? 1 : 0;
    const addresses = confAddresses(world, index).map((one, link) => `        ring${link + first}_addr: ${one}\n`);
    const name = world.names === 'none' ? '' : `        name: ${nodeName(world, index)}\n`;
    return `    node {\n${addresses.join('')}${name}        nodeid: ${index + 1}\n    }\n`;
  };
  return `totem {\n    version: 2\n}\nnodelist {\n${node(0)}${node(1)}}\n`;
}

/** Every address that a node has; `resolve` is what a host name stands for. */
export function ownerOf(address: string): 0 | 1 | undefined {
  const canonical = address.toLowerCase().replace(/^fd00:.*([ab])$/, 'fd00::$1');
  for (const index of [0, 1] as const) {
    if (links.some((link) => link[index] === canonical)) return index;
    if (canonical === hosts[index] || canonical === `${hosts[index]}.${domain}`) return index;
  }
  return undefined;
}

export function resolve(name: string): readonly string[] {
  const owner = ownerOf(name);
  return owner === undefined ? [] : [links[0][owner]];
}

/** How Pacemaker calls the device that fences `target`, whichever host it runs on. */
export function deviceCall(world: World, target: 0 | 1, action: string): PacemakerCall {
  const shooter = target === 0 ? 1 : 0;
  const [self, peer] = [nodeName(world, shooter), nodeName(world, target)];
  const { preferred } = world;
  return {
    action,
    ...(action !== 'monitor' && { target: world.options === 'other-case' ? peer.toUpperCase() : peer }),
    ...(world.options === 'host-map' && { alias: `${peer}-console` }),
    seed: world.seed,
    parameters: {
      ...optionsOf(world, self, peer, shooter),
      ...(preferred !== undefined && world.names !== 'none' && { preferred: nodeName(world, preferred) }),
    },
  };
}

function optionsOf(world: World, self: string, peer: string, shooter: 0 | 1): Record<string, string> {
  const target = shooter === 0 ? 1 : 0;
  switch (world.options) {
    case 'none':
      return world.names === 'none' || world.conf === 'missing' ? { self, peer } : {};
    case 'right':
    case 'host-map':
      return { self, peer };
    case 'other-case':
      return { self: self.toUpperCase(), peer: peer.toUpperCase() };
    case 'peer-address':
      return { self, peer, peer_address: confAddresses(world, target).join(', ') };
    case 'ask-nobody':
      return { self, peer, peer_address: 'none' };
    case 'slip':
      return { self, peer: `${peer}b` };
    case 'own-address':
      return { self, peer, peer_address: links[0][shooter] };
  }
}
