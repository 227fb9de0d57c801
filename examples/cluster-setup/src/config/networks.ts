// Which addresses are in the same network.
import { BlockList, isIP } from 'node:net';

export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** Whether both addresses are in one network of this prefix length. */
export function sameNetwork(one: string, other: string, prefix: number): boolean {
  const family = isIP(other);
  if (isIP(one) !== family) return false;
  const network = new BlockList();
  network.addSubnet(other, prefix, family === 6 ? 'ipv6' : 'ipv4');
  return network.check(one, family === 6 ? 'ipv6' : 'ipv4');
}
