// What corosync.conf says, read line by line as corosync reads it (corosync.conf(5), exec/coroparse.c of corosync 3.1).
import { isIP } from 'node:net';
import { sameName } from './semantics/values.js';

/** A corosync.conf. */
export interface CorosyncConf {
  readonly clusterName: string | undefined;
  /** The options of the section `totem`, those of its subsections not. */
  readonly totem: Readonly<Record<string, string>>;
  readonly nodes: readonly CorosyncNode[];
  /** The options of the section `quorum`. */
  readonly quorum: Readonly<Record<string, string>>;
  /** The quorum device that is configured; see corosync-qdevice(8). */
  readonly device: CorosyncDevice | undefined;
  /** Lines that corosync does not take, or not for what they look like. */
  readonly problems: readonly CorosyncConfProblem[];
}

/** The section `device` of `quorum`. */
export interface CorosyncDevice {
  /** `model`, `votes`, `timeout`, `sync_timeout`. */
  readonly generic: Readonly<Record<string, string>>;
  /** The options of its model `net`: `host`, `algorithm`, `tie_breaker`, `tls` … */
  readonly net: Readonly<Record<string, string>>;
  readonly heuristics: Readonly<Record<string, string>>;
}

/** A node of the `nodelist`. */
export interface CorosyncNode {
  /** Its `name` as written; see {@link nodeNameOf}. */
  readonly name: string | undefined;
  readonly nodeId: number | undefined;
  /** Its addresses, or host names, in the order of its links. */
  readonly addresses: readonly string[];
  /** The same by the number of the link (`ring0_addr`, `ring1_addr` …), of which there may be any, and no first one. */
  readonly links: ReadonlyMap<number, string>;
}

export interface CorosyncConfProblem {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** corosync reads lines of up to 511 bytes, the line break included. */
const LONGEST_LINE = 510;

/**
 * Reads a corosync.conf. What corosync itself refuses is read as it was meant, as far as that can be told, and is named in
 * `problems`; a node whose section is not closed is none.
 */
export function parseCorosyncConf(text: string): CorosyncConf {
  const totem: Record<string, string> = {};
  const quorum: Record<string, string> = {};
  const nodes: CorosyncNode[] = [];
  const problems: CorosyncConfProblem[] = [];
  const path: string[] = [];
  let device:
    { generic: Record<string, string>; net: Record<string, string>; heuristics: Record<string, string> } | undefined;
  let node: Draft = { links: new Map() };
  for (const [index, raw] of text.split('\n').entries()) {
    const complain = (problem: string) => void problems.push({ line: index + 1, text: problem });
    // More than corosync takes off: a space from a web page belongs to no name.
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (Buffer.byteLength(raw) > LONGEST_LINE) complain(`the line is longer than ${LONGEST_LINE} bytes`);
    const odd = oddSpace(raw);
    if (odd !== undefined) complain(`it has ${odd}, which corosync takes for a letter: replace it by a space`);
    const within = path.join('/');
    const brace = line.indexOf('{');
    const colon = line.indexOf(':');
    if (brace >= 0) {
      if (line.slice(brace + 1).trim() !== '') complain('there is more after the opening brace');
      path.push(
        line
          .slice(0, brace)
          .trim()
          .replace(/[:\s]+$/, ''),
      );
      if (path.join('/') === NODE) node = { links: new Map() };
      if (path.join('/') === DEVICE) device ??= { generic: {}, net: {}, heuristics: {} };
    } else if (colon >= 0) {
      const [key, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      if (within === 'totem') totem[key] = value;
      else if (within === 'quorum') quorum[key] = value;
      else if (within === NODE) takeIn(node, key, value);
      else if (device !== undefined && within === DEVICE) device.generic[key] = value;
      else if (device !== undefined && within === `${DEVICE}/net`) device.net[key] = value;
      else if (device !== undefined && within === `${DEVICE}/heuristics`) device.heuristics[key] = value;
    } else if (line === '}') {
      if (within === NODE) nodes.push(nodeFrom(node));
      if (path.pop() === undefined) complain('this brace closes nothing');
    } else complain('it does not open or close a section and does not set an option');
  }
  if (path.length > 0)
    problems.push({ line: text.split('\n').length, text: `the section ${path.join('.')} is not closed` });
  return { clusterName: totem['cluster_name'], totem, nodes, quorum, device, problems };
}

const NODE = 'nodelist/node';
const DEVICE = 'quorum/device';

interface Draft {
  name?: string;
  nodeId?: number;
  readonly links: Map<number, string>;
}

function takeIn(node: Draft, key: string, value: string): void {
  if (value === '') return;
  const link = /^ring(\d)_addr$/.exec(key)?.[1];
  if (key === 'name') node.name = value;
  else if (key === 'nodeid' && /^\d+$/.test(value)) node.nodeId = Number(value);
  else if (link !== undefined) node.links.set(Number(link), value);
}

function nodeFrom({ name, nodeId, links }: Draft): CorosyncNode {
  const inOrder = new Map([...links].sort(([one], [other]) => one - other));
  return { name, nodeId, addresses: [...inOrder.values()], links: inOrder };
}

/** What in a line looks like a space and is none to corosync. */
function oddSpace(line: string): string | undefined {
  const odd = /[^\S \t\r\n]|[\u200b\ufeff]/u.exec(line)?.[0];
  if (odd === undefined) return undefined;
  const name = odd === '\u00a0' ? 'a no-break space' : 'an odd space';
  return `${name} (U+${odd.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')})`;
}

/**
 * The name by which Pacemaker calls a node: its `name`, or else its `ring0_addr` when that is a host name. Undefined when it has
 * neither, and the node's host name (`uname -n`) counts.
 */
export function nodeNameOf({ name, links }: CorosyncNode): string | undefined {
  if (name !== undefined) return name;
  const first = links.get(0);
  return first === undefined || isIP(first) !== 0 ? undefined : first;
}

/**
 * The node of this host: the one that bears its name, in whatever case, or else the only one whose name is the same without the
 * domain; undefined when that cannot be told.
 */
export function nodeOfHost(conf: Pick<CorosyncConf, 'nodes'>, hostname: string): CorosyncNode | undefined {
  const withNames = conf.nodes.flatMap((node) => {
    const name = nodeNameOf(node);
    return name === undefined ? [] : [{ node, name }];
  });
  const named = withNames.filter(({ name }) => sameName(name, hostname));
  // Two full names in two domains are two hosts.
  const similar = withNames.filter(
    ({ name }) => name.includes('.') !== hostname.includes('.') && sameName(short(name), short(hostname)),
  );
  const found = named.length > 0 ? named : similar;
  return found.length === 1 ? found[0]?.node : undefined;
}

function short(name: string): string {
  return isIP(name) === 0 ? name.replace(/\..*/, '') : name;
}

/** Whether it is the one that Debian's package brings and starts, a cluster of nothing but 127.0.0.1, which nobody made. */
export function isPlaceholder({ clusterName, nodes }: Pick<CorosyncConf, 'clusterName' | 'nodes'>): boolean {
  return (
    clusterName === 'debian' && nodes.length === 1 && nodes.every(({ addresses }) => addresses.join() === '127.0.0.1')
  );
}
