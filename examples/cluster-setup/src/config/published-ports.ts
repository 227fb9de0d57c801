// Published ports, as docker run -p reads them: [ADDRESS:]HOST[-HOST]:CONTAINER[-CONTAINER][/PROTOCOL].
import { sameAddress } from '@sleepi3/pcs';

export interface PublishedPort {
  /** Undefined: on all addresses. */
  readonly address: string | undefined;
  readonly protocol: string;
  readonly host: Span;
  readonly container: Span;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Reads one; undefined when it is not written so. */
export function readPublishedPort(text: string): PublishedPort | undefined {
  const match = /^(?:(.+):)?(\d{1,5})(?:-(\d{1,5}))?:(\d{1,5})(?:-(\d{1,5}))?(?:\/(\w+))?$/.exec(text);
  if (match === null) return undefined;
  const [, address, host, hostEnd, container, containerEnd, protocol = 'tcp'] = match;
  return {
    address: address?.replace(/^\[(.*)\]$/, '$1'),
    protocol,
    host: { from: Number(host), to: Number(hostEnd ?? host) },
    container: { from: Number(container), to: Number(containerEnd ?? container) },
  };
}

/** What is wrong with it by itself; undefined when nothing is. */
export function portProblem({ host, container }: PublishedPort): string | undefined {
  for (const { from, to } of [host, container]) {
    const wrong = [from, to].find((port) => port < 1 || port > 65_535);
    if (wrong !== undefined) return `must have ports from 1 to 65535, not ${wrong}`;
    if (to < from) return `must have the lower port first: ${to}-${from}`;
  }
  const many = host.to - host.from + 1;
  const inside = container.to - container.from + 1;
  // docker picks one of several host ports for a single container port.
  return inside === 1 || inside === many
    ? undefined
    : `must have as many ports on both sides, not ${many} and ${inside}`;
}

/** A host port that both take; undefined when they do not meet. */
export function portInBoth(one: PublishedPort, other: PublishedPort): number | undefined {
  if (one.protocol !== other.protocol) return undefined;
  const both =
    one.address === undefined || other.address === undefined || isAny(one.address) || isAny(other.address)
      ? true
      : sameAddress(one.address, other.address);
  const first = Math.max(one.host.from, other.host.from);
  return both && first <= Math.min(one.host.to, other.host.to) ? first : undefined;
}

export function isAny(address: string): boolean {
  return sameAddress(address, '0.0.0.0') || sameAddress(address, '::');
}
