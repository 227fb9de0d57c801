// The networks that two machines have in common: where the links between them are, and the VIP.
import { parseAddress, sameAddress, sameNetwork } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import type { MachineFacts } from './look.js';

type Address = MachineFacts['addresses'][number];

/** A network that both machines are in, with the address of each. */
export interface CommonNetwork {
  readonly first: Address;
  readonly second: Address;
}

/**
 * Each address and each network once, that of the default routes first if possible.
 * @throws SetupError `NOT_READY` when there is none.
 */
export function commonNetworks(first: MachineFacts, second: MachineFacts): readonly CommonNetwork[] {
  const networks: CommonNetwork[] = [];
  for (const one of notAlsoOf(second, first)) {
    if (networks.some((earlier) => overlap(earlier.first, one))) continue;
    const other = notAlsoOf(first, second).find(
      (address) =>
        inOneNetwork(one, address) &&
        networks.every((earlier) => !overlap(earlier.second, address) && !overlap(earlier.first, address)),
    );
    if (other !== undefined) networks.push({ first: one, second: other });
  }
  if (networks.length > 0) return networks;
  const list = ({ hostname, addresses }: MachineFacts) =>
    `${hostname} has ${addresses.map(({ address, prefix }) => `${address}/${String(prefix)}`).join(', ') || 'none'}`;
  throw new SetupError(
    'NOT_READY',
    `the two machines have no network in common: ${list(first)}; ${list(second)}. The VIP needs one that both are in`,
  );
}

/** How many links corosync takes. */
const mostLinks = 8;

/** The addresses of the links, for each node: corosync wants one family on a link, and one address. */
export function links(networks: readonly CommonNetwork[]): [readonly Address[], readonly Address[]] {
  const used = networks
    .filter(({ first }) => family(first.address) === family(networks[0]?.first.address))
    .slice(0, mostLinks);
  return [used.map(({ first }) => first), used.map(({ second }) => second)];
}

/**
 * The network for a VIP: the one that holds it, or else the first one of its family.
 * @throws SetupError `USAGE` when the machines have none of its family in common.
 */
export function networkFor(vip: string, networks: readonly CommonNetwork[]): CommonNetwork {
  const wanted = family(vip);
  const fitting = wanted === undefined ? networks : networks.filter(({ first }) => family(first.address) === wanted);
  const network = fitting.find(({ first }) => sameNetwork(first.address, vip, first.prefix)) ?? fitting[0];
  if (network !== undefined) return network;
  throw new SetupError(
    'USAGE',
    `${vip} cannot be the virtual address: the two machines have no IPv${String(wanted)} network in common`,
  );
}

/** The addresses that tell one machine from the other. Both may have the same one, each in a network of its own. */
function notAlsoOf(other: MachineFacts, { addresses }: MachineFacts): readonly Address[] {
  return addresses.filter(({ address }) => !other.addresses.some((one) => sameAddress(one.address, address)));
}

/** Each of them takes the other one for a neighbour. */
function inOneNetwork(one: Address, other: Address): boolean {
  return sameNetwork(one.address, other.address, Math.max(one.prefix, other.prefix));
}

function overlap(one: Address, other: Address): boolean {
  return sameNetwork(one.address, other.address, Math.min(one.prefix, other.prefix));
}

function family(address: string | undefined): 4 | 6 | undefined {
  return parseAddress(address ?? '')?.family;
}
