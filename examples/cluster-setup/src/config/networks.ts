// Which addresses are the same, in the same network, and fit for whom.
import { isIP } from 'node:net';

export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** Whether both are one address, however they are written. */
export function sameAddress(one: string, other: string): boolean {
  const [a, b] = [read(one), read(other)];
  return a !== undefined && a.family === b?.family && a.bits === b.bits;
}

/** 4 or 6; an IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is one of 4. */
export function familyOf(address: string): 4 | 6 | undefined {
  return read(address)?.family;
}

/** Whether both addresses are in one network of this prefix length. */
export function sameNetwork(one: string, other: string, prefix: number): boolean {
  const [a, b] = [read(one), read(other)];
  if (a === undefined || a.family !== b?.family) return false;
  const host = BigInt(width(a) - prefix);
  return a.bits >> host === b.bits >> host;
}

/** What an address is by its number, when that is nothing a machine can be reached at. */
export function unreachableKind(address: string): 'loopback' | 'unspecified' | 'multicast' | 'broadcast' | undefined {
  const { family, bits } = read(address) ?? {};
  if (bits === undefined) return undefined;
  if (family === 4) {
    const first = bits >> 24n;
    if (first === 127n) return 'loopback';
    if (first === 0n) return 'unspecified';
    if (bits === 0xffffffffn) return 'broadcast';
    return first >= 224n && first < 240n ? 'multicast' : undefined;
  }
  if (bits === 0n) return 'unspecified';
  if (bits === 1n) return 'loopback';
  return bits >> 120n === 0xffn ? 'multicast' : undefined;
}

/** Whether it is of one link alone (169.254.0.0/16, fe80::/10), so that it means nothing without the interface. */
export function isLinkLocal(address: string): boolean {
  const { family, bits = 0n } = read(address) ?? {};
  return family === 4 ? bits >> 16n === 0xa9fen : family === 6 && bits >> 118n === 0x3fan;
}

/** Whether it is the first or, in IPv4, the last of its network, which are the network's own and not a machine's. */
export function endOfNetwork(address: string, prefix: number): 'network' | 'broadcast' | undefined {
  const parsed = read(address);
  if (parsed === undefined) return undefined;
  const hostBits = BigInt(width(parsed) - prefix);
  // Of two addresses (RFC 3021, RFC 6164) and of one, none is the network's.
  if (hostBits < 2n) return undefined;
  const host = parsed.bits & ((1n << hostBits) - 1n);
  if (host === 0n) return 'network';
  return parsed.family === 4 && host === (1n << hostBits) - 1n ? 'broadcast' : undefined;
}

interface Parsed {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

function width({ family }: Parsed): number {
  return family === 4 ? 32 : 128;
}

function read(text: string): Parsed | undefined {
  const bare = text.replace(/%.*$/, '');
  if (isIP(bare) === 4) return { family: 4, bits: ofFour(bare) };
  if (isIP(bare) !== 6) return undefined;
  const whole = bare.replace(/[\d.]+$/, (tail) => {
    if (!tail.includes('.')) return tail;
    const bits = ofFour(tail);
    return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
  });
  const [head = [], tail] = whole.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const groups: readonly string[] =
    tail === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  const bits = groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return bits >> 32n === 0xffffn ? { family: 4, bits: bits & 0xffffffffn } : { family: 6, bits };
}

function ofFour(text: string): bigint {
  return text.split('.').reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}
