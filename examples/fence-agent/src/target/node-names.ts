// When two names mean the same node. Pacemaker compares node names without regard to case, and so does everything here.
import { isAddress } from './addresses.js';

/** Whether Pacemaker takes both for the same node. */
export function isSameNode(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A name without its domain, for the one comparison in which the domain does not count: with a host's own name. */
export function shortName(name: string): string {
  const lower = name.toLowerCase();
  return isAddress(name) ? lower : (lower.split('.')[0] ?? lower);
}
