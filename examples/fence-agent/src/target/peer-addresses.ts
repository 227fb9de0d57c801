// Where the peer would answer if it had power.
import { canonicalAddress, isAddress, isLoopback } from './addresses.js';
import type { FoundWiring, HostFacts } from './wiring.js';

/** The addresses of the option, or else all that corosync.conf has; none when the option says so. */
export function peerAddresses(
  option: string | undefined,
  { peerAddresses: known }: Pick<FoundWiring, 'peerAddresses'>,
) {
  return option === undefined ? known : listed(option);
}

/** Whether the option says that nobody is to be asked. */
export function asksNobody(option: string | undefined): boolean {
  return option?.toLowerCase() === 'none';
}

function listed(option: string): readonly string[] {
  return asksNobody(option) ? [] : option.split(/[\s,;]+/).filter((address) => address !== '');
}

/** Those of the option that lead to this very node, which answers whatever becomes of the peer. */
export async function ownAmong(
  option: string | undefined,
  host: Pick<HostFacts, 'ownAddresses' | 'resolve'>,
): Promise<string[]> {
  const own = new Set(host.ownAddresses().map(canonicalAddress));
  const found: string[] = [];
  for (const address of listed(option ?? '')) {
    const stands = isAddress(address) ? [address] : await host.resolve(address).catch(() => []);
    if (stands.some((one) => isLoopback(one) || own.has(canonicalAddress(one)))) found.push(address);
  }
  return found;
}
