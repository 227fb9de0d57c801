// IP addresses of both families, compared as addresses and not as text: FD00:0::1 and fd00::1 are one.
import { isIPv4, isIPv6 } from 'node:net';

/** An IP address. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** The one spelling of it, as RFC 5952 has it; without its zone. */
  readonly canonical: string;
  /** The interface behind a `%`, of a link-local IPv6 address. */
  readonly zone: string | undefined;
  /** Its bits as a number: 32 or 128 of them. */
  readonly bits: bigint;
}

/**
 * Reads an IPv4 or IPv6 address, the latter in whatever spelling. One that only wraps an IPv4 address (`::ffff:10.0.0.1`) is that
 * address.
 *
 * @returns undefined when it is not an address; a host name is not one.
 */
export function parseAddress(text: string): IpAddress | undefined {
  if (isIPv4(text))
    return { family: 4, canonical: text, zone: undefined, bits: bitsOf(text.split('.').map(Number), 8n) };
  if (!isIPv6(text)) return undefined;
  const [address = '', zone] = text.split('%');
  // The URL standard writes it as RFC 5952 has it.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const bits = bitsOf(groupsOf(canonical), 16n);
  if (bits >> 32n === WRAPPED) {
    const [a, b, c, d] = [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n));
    return parseAddress([a, b, c, d].join('.'));
  }
  return { family: 6, canonical, zone, bits };
}

/** The first 96 bits of `::ffff:0:0/96`. */
const WRAPPED = 0xffffn;

/** The eight groups of a canonical IPv6 address. */
function groupsOf(canonical: string): readonly number[] {
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [before = '', after] = canonical.split('::');
  if (after === undefined) return groups(before);
  const [left, right] = [groups(before), groups(after)];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

function bitsOf(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((bits, part) => (bits << width) | BigInt(part), 0n);
}

/** Whether two texts are one address. Only a link-local one is another behind another interface. */
export function sameAddress(one: string, other: string): boolean {
  const [left, right] = [parseAddress(one), parseAddress(other)];
  if (left === undefined || right === undefined) return false;
  if (left.family !== right.family || left.bits !== right.bits) return false;
  return !isLinkLocal(left) || left.zone === undefined || right.zone === undefined || left.zone === right.zone;
}

/** Whether both are in one network of this prefix length; never, for addresses of two families. */
export function sameNetwork(one: string, other: string, prefix: number): boolean {
  const [left, right] = [parseAddress(one), parseAddress(other)];
  if (left === undefined || left.family !== right?.family) return false;
  const host = hostBits(left, prefix);
  return left.bits >> host === right.bits >> host;
}

/** Whether it holds on one link alone: 169.254.0.0/16 (RFC 3927), fe80::/10 (RFC 4291). */
export function isLinkLocal({ family, bits }: IpAddress): boolean {
  return family === 4 ? bits >> 16n === 0xa9fen : bits >> 118n === 0x3fan;
}

/** Whether it is that of whatever machine asks: 127.0.0.0/8, ::1. */
export function isLoopback({ family, bits }: IpAddress): boolean {
  return family === 4 ? bits >> 24n === 127n : bits === 1n;
}

/** Whether it stands for a group: 224.0.0.0/4, ff00::/8. */
export function isMulticast({ family, bits }: IpAddress): boolean {
  return family === 4 ? bits >> 28n === 14n : bits >> 120n === 0xffn;
}

/** Why an address cannot be the cluster's; see {@link virtualAddressProblem}. */
export type VirtualAddressProblem =
  | 'not-an-address'
  | 'unspecified'
  | 'loopback'
  | 'multicast'
  | 'reserved'
  | 'network'
  | 'broadcast'
  | 'node'
  | 'link-local-without-interface';

/** What a cluster's address is judged by. */
export interface VirtualAddressPlace {
  /** The length of its network's prefix; without it its place in the network is not looked at. */
  readonly prefix?: number | undefined;
  /** The network interface that holds it, when it is named. */
  readonly interface?: string | undefined;
  /** The addresses of the nodes; host names among them are passed over. */
  readonly nodeAddresses?: readonly string[] | undefined;
}

/**
 * Why an address cannot be that of a service which moves between nodes; undefined when it can. It must not be a node's own, the
 * network's or the broadcast address (of IPv6 the subnet router's, RFC 4291), nor multicast or loopback; a link-local one
 * needs the interface it is on.
 */
export function virtualAddressProblem(
  text: string,
  { prefix, interface: nic, nodeAddresses = [] }: VirtualAddressPlace = {},
): VirtualAddressProblem | undefined {
  const address = parseAddress(text);
  if (address === undefined) return 'not-an-address';
  if (address.bits === 0n) return 'unspecified';
  if (isLoopback(address)) return 'loopback';
  if (isMulticast(address)) return 'multicast';
  // 0.0.0.0/8 and 240.0.0.0/4 belong to nobody; 255.255.255.255 is everybody.
  if (address.family === 4 && address.bits === 0xffffffffn) return 'broadcast';
  if (address.family === 4 && (address.bits >> 24n === 0n || address.bits >> 28n === 15n)) return 'reserved';
  const host = prefix === undefined ? 0n : hostBits(address, prefix);
  // Networks of two addresses have neither (RFC 3021, RFC 6164).
  if (host > 1n) {
    const rest = address.bits & ((1n << host) - 1n);
    if (rest === 0n) return 'network';
    if (address.family === 4 && rest === (1n << host) - 1n) return 'broadcast';
  }
  if (nodeAddresses.some((own) => sameAddress(own, text))) return 'node';
  return isLinkLocal(address) && address.zone === undefined && !nic ? 'link-local-without-interface' : undefined;
}

/** How many bits tell the hosts of a network apart. */
function hostBits({ family }: IpAddress, prefix: number): bigint {
  return BigInt(Math.max(0, (family === 4 ? 32 : 128) - prefix));
}
