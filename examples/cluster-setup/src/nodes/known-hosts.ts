// pcs and the other machines: whom it has a token for, and how long it waits for them.
import { isIP } from 'node:net';
import { sameAddress } from '@sleepi3/pcs';

/** Seconds that pcs waits for the other node; it gives up after 60 by itself, and slow machines were seen to take longer. */
export const requestTimeout = 300;

/**
 * Whether pcs has logged in to a host, by the text of its file /var/lib/pcsd/known-hosts: at one of these addresses, where some are
 * given and the file has addresses.
 */
export function knows(knownHosts: string, name: string, addresses: readonly string[] = []): boolean {
  try {
    const { known_hosts: hosts = {} } = JSON.parse(knownHosts) as { known_hosts?: Record<string, KnownHost> };
    const { token, dest_list: places = [] } = hosts[name] ?? {};
    const known = places.flatMap(({ addr }) => (addr !== undefined && isIP(addr) !== 0 ? [addr] : []));
    const isThere = known.some((one) => addresses.some((address) => sameAddress(one, address)));
    return Boolean(token) && (isThere || known.length === 0 || addresses.length === 0);
  } catch {
    // None, or one that pcs cannot read either: it writes a new one.
    return false;
  }
}

interface KnownHost {
  readonly token?: string;
  readonly dest_list?: readonly { readonly addr?: string }[];
}
