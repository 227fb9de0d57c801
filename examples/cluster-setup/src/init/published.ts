// The ports that a container publishes, as the file has them.
import { isIPv6 } from 'node:net';
import { clusterFile } from '../config/cluster-file.js';
import { portInBoth, portProblem, readPublishedPort } from '../config/published-ports.js';
import type { Part } from './part.js';

interface Binding {
  /** Empty: on all addresses. */
  readonly address: string;
  readonly protocol: string;
  readonly host: readonly [from: number, to: number];
  readonly container: readonly [from: number, to: number];
}

const field = clusterFile.fields.containers.item.fields.ports;

/** Of one container of `docker inspect`: those that the file takes, and the others. */
export function publishedPorts(container: Part): {
  readonly ports: readonly string[];
  readonly others: readonly string[];
} {
  const host = container.at('HostConfig');
  // Without a network of its own it publishes none, whatever it was given.
  if (/^(?:host|none)$|^container:/.test(host.at('NetworkMode').text)) return { ports: [], others: [] };
  const given = host.at('PortBindings');
  const actual = container.at('NetworkSettings').at('Ports');
  const bindings = actual.isEmpty
    ? bindingsIn(given)
    : actual.entries.flatMap(([key, value]) => {
        const wanted = bindingsOf(key, given.at(key));
        // Where docker was to choose the port, or the address family, what it has chosen is written.
        return wanted.length > 0
          ? wanted
          : bindingsOf(key, value).map((one) => ({ ...one, address: named(one.address) }));
      });
  const ports: string[] = [];
  const others: string[] = [];
  for (const text of inRanges(onAllAddresses(bindings)).map(textOf)) {
    (ports.length < field.max && isTaken(text, ports) ? ports : others).push(text);
  }
  return { ports, others };
}

/** Whether the file takes it beside the others. */
function isTaken(text: string, others: readonly string[]): boolean {
  const port = field.item.pattern.test(text) ? readPublishedPort(text) : undefined;
  if (port === undefined || portProblem(port) !== undefined) return false;
  return others.map(readPublishedPort).every((other) => other === undefined || portInBoth(other, port) === undefined);
}

function bindingsIn(part: Part): readonly Binding[] {
  return part.entries.flatMap(([key, value]) => bindingsOf(key, value));
}

/** @param key `80/tcp`. */
function bindingsOf(key: string, value: Part): readonly Binding[] {
  const [, inside, protocol] = /^(\d+)\/(\w+)$/.exec(key) ?? [];
  if (inside === undefined || protocol === undefined) return [];
  return value.list.flatMap((one) => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(one.at('HostPort').text) ?? [];
    if (from === undefined || Number(from) === 0) return [];
    return [
      {
        address: one.at('HostIp').text,
        protocol,
        host: [Number(from), Number(to ?? from)],
        container: [Number(inside), Number(inside)],
      } as const,
    ];
  });
}

const named = (address: string) => (address === '0.0.0.0' || address === '::' ? '' : address);

/** One of each family on all addresses is one on all addresses. */
function onAllAddresses(bindings: readonly Binding[]): readonly Binding[] {
  const has = (one: Binding, address: string) =>
    bindings.some((other) => sortKey(other) === sortKey({ ...one, address }));
  const all = bindings.map((one) =>
    named(one.address) === '' && has(one, '0.0.0.0') && has(one, '::') ? { ...one, address: '' } : one,
  );
  return all.filter((one, index) => all.findIndex((other) => sortKey(other) === sortKey(one)) === index);
}

const sortKey = ({ address, protocol, host, container }: Binding) =>
  [protocol, address, ...[...container, ...host].map((port) => String(port).padStart(5, '0'))].join(' ');

/** Neighbours become a range, as `docker ps` shows them. */
function inRanges(bindings: readonly Binding[]): readonly Binding[] {
  const ranges: Binding[] = [];
  for (const one of [...bindings].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))) {
    const last = ranges.at(-1);
    if (last !== undefined && isNext(last, one)) {
      ranges[ranges.length - 1] = {
        ...last,
        host: [last.host[0], one.host[1]],
        container: [last.container[0], one.container[1]],
      };
    } else ranges.push(one);
  }
  return ranges.sort((a, b) => a.container[0] - b.container[0]);
}

function isNext(last: Binding, { address, protocol, host, container }: Binding): boolean {
  const isPaired = last.host[1] - last.host[0] === last.container[1] - last.container[0] && host[0] === host[1];
  const follows = last.host[1] + 1 === host[0] && last.container[1] + 1 === container[0];
  return isPaired && follows && last.address === address && last.protocol === protocol;
}

function textOf({ address, protocol, host, container }: Binding): string {
  const span = ([from, to]: readonly [number, number]) =>
    from === to ? String(from) : `${String(from)}-${String(to)}`;
  const before = address === '' ? '' : `${isIPv6(address) ? `[${address}]` : address}:`;
  return `${before}${span(host)}:${span(container)}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}
