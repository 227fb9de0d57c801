// What corosync says of the quorum. There is no XML or JSON of it in any version; `corosync-quorumtool -s -p` is its
// machine-parsable form, and what `pcs quorum status` passes on without -p.
import { digits } from '../xml/digits.js';
import { malformedAnswer } from '../xml/malformed.js';
import { parseTime } from '../xml/times.js';

/** The quorum, as corosync on this node sees it. */
export interface QuorumStatus {
  readonly date: Date | undefined;
  /** `corosync_votequorum`; `Not configured` without one. */
  readonly provider: string;
  /** This node's id. */
  readonly nodeId: number;
  /** The membership's id, as written: `1.5`. */
  readonly ringId: string;
  /** Whether this partition may run resources. */
  readonly quorate: boolean;
  /** How the votes stand; undefined without votequorum. */
  readonly votes: QuorumVotes | undefined;
  /** The nodes of this partition. */
  readonly members: readonly QuorumMember[];
  /** The quorum device, when one is registered. */
  readonly device: QuorumDevice | undefined;
  /** Lines `Name: value` that this version does not know, by name. */
  readonly unknown: Readonly<Record<string, string>>;
}

/** How the votes stand. */
export interface QuorumVotes {
  readonly expected: number;
  readonly highestExpected: number;
  readonly total: number;
  /** Votes needed. */
  readonly needed: number;
  /** Too few votes, or waiting for all: nothing may run. */
  readonly activityBlocked: boolean;
  /** `2Node`, `Quorate`, `WaitForAll`, `LastManStanding`, `AutoTieBreaker`, `AllowDownscale`, `Qdevice`. */
  readonly flags: readonly string[];
}

/** A node in this partition. */
export interface QuorumMember {
  readonly nodeId: number;
  /** Undefined without votequorum. */
  readonly votes: number | undefined;
  readonly name: string;
  /** The node that was asked. */
  readonly local: boolean;
  /** The node's link to the quorum device; undefined when none is registered there. */
  readonly device: QuorumMemberDevice | undefined;
  /** What the device's model says of the node, in brackets. */
  readonly extraInfo: string | undefined;
}

/** A node's link to the quorum device: `A,V,NMW`. */
export interface QuorumMemberDevice {
  readonly alive: boolean;
  readonly votes: boolean;
  readonly masterWins: boolean;
}

/** The quorum device. */
export interface QuorumDevice {
  readonly name: string;
  /** Votes it gives now. */
  readonly votes: number;
  /** Votes it would give, when it gives none now. */
  readonly configuredVotes: number;
}

const SOURCE = 'corosync-quorumtool';

/**
 * Reads what `TZ=UTC corosync-quorumtool -s` wrote, with or without `-p`.
 *
 * @throws PcsError `MALFORMED_ANSWER` when it is not that, or is cut off: the last line must end, and there must be as
 * many members as announced.
 */
export function parseQuorumStatus(text: string): QuorumStatus {
  if (!text.endsWith('\n')) throw refused('its last line does not end', text);
  const lines = text.split('\n').slice(0, -1);
  const table = lines.indexOf('Membership information');
  if (table < 0) throw refused('it has no membership information', text);
  const facts = readFacts(lines.slice(0, table));
  const take = (name: string): string => {
    const value = facts.get(name);
    if (value === undefined) throw refused(`it has no line "${name}:"`, text);
    facts.delete(name);
    return value;
  };
  const count = (name: string, value = take(name)): number => {
    const number = digits(value);
    if (Number.isNaN(number)) throw refused(`"${name}:" is ${JSON.stringify(value)}, not a number`, text);
    return number;
  };

  const announced = count('Nodes');
  const votes = facts.has('Expected votes') ? readVotes(take, count) : undefined;
  const { members, device } = readMembers(lines.slice(table + 2), votes !== undefined, text);
  if (members.length !== announced) {
    throw refused(`it announces ${announced} nodes and has ${members.length}`, text);
  }
  // Its row is the last one.
  if (votes?.flags.includes('Qdevice') === true && device === undefined) {
    throw refused('it announces a quorum device and has none', text);
  }
  const quorate = take('Quorate');
  if (quorate !== 'Yes' && quorate !== 'No') throw refused(`"Quorate:" is ${JSON.stringify(quorate)}`, text);
  return {
    date: parseTime(take('Date')),
    provider: take('Quorum provider'),
    nodeId: count('Node ID'),
    ringId: take('Ring ID'),
    quorate: quorate === 'Yes',
    votes,
    members,
    device,
    unknown: Object.fromEntries(facts),
  };
}

function refused(reason: string, text: string) {
  return malformedAnswer(SOURCE, reason, text);
}

/** The lines `Name: value` before the table. */
function readFacts(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const];
    }),
  );
}

function readVotes(take: (name: string) => string, count: (name: string, value?: string) => number): QuorumVotes {
  const [needed = '', ...blocked] = take('Quorum').split(' ');
  return {
    expected: count('Expected votes'),
    highestExpected: count('Highest expected'),
    total: count('Total votes'),
    needed: count('Quorum', needed),
    activityBlocked: blocked.join(' ').trim() === 'Activity blocked',
    flags: take('Flags').split(' ').filter(Boolean),
  };
}

/** `Nodeid Votes [Qdevice] Name`, right-aligned, then one row a node, then one for the device (nodeid 0). */
function readMembers([header = '', ...rows]: readonly string[], hasVotes: boolean, text: string) {
  const hasDevices = header.includes('Qdevice');
  const members: QuorumMember[] = [];
  let device: QuorumDevice | undefined;
  for (const row of rows) {
    const [nodeId, votes, rest] = readRow(row, hasVotes);
    if (Number.isNaN(nodeId) || (hasVotes && Number.isNaN(votes))) {
      throw refused(`its table has the row ${JSON.stringify(row)}`, text);
    }
    if (nodeId === 0) device = readDevice(rest, votes ?? 0);
    else members.push(readMember(nodeId, votes, rest, hasDevices, text));
  }
  return { members, device };
}

function readRow(row: string, hasVotes: boolean): readonly [number, number | undefined, string] {
  const match = (hasVotes ? /^ *(\d+) +(\d+) +(\S.*)$/ : /^ *(\d+) +()(\S.*)$/).exec(row);
  const [, nodeId = '', votes = '', rest = ''] = match ?? [];
  return [digits(nodeId), hasVotes ? digits(votes) : undefined, rest];
}

function readMember(
  nodeId: number,
  votes: number | undefined,
  rest: string,
  hasDevices: boolean,
  text: string,
): QuorumMember {
  const pattern = hasDevices
    ? /^(NR|(?:A|NA),(?:V|NV),(?:MW|NMW)) +(\S.*?)(?: \[(.*)\])?( \(local\))?$/
    : /^()(\S.*?)(?: \[(.*)\])?( \(local\))?$/;
  const match = pattern.exec(rest);
  if (match === null) throw refused(`its table has ${JSON.stringify(rest)} for node ${nodeId}`, text);
  const [, link = '', name = '', extraInfo, local] = match;
  const words = link.split(',');
  const linked = words.length === 3;
  return {
    nodeId,
    votes,
    name,
    local: local !== undefined,
    device: linked ? { alive: words[0] === 'A', votes: words[1] === 'V', masterWins: words[2] === 'MW' } : undefined,
    extraInfo,
  };
}

/** `Qdevice`, or `Qdevice (votes 1)` while it gives none. */
function readDevice(rest: string, votes: number): QuorumDevice {
  const idle = /^(.*) \(votes (\d+)\)$/.exec(rest);
  return idle === null
    ? { name: rest, votes, configuredVotes: votes }
    : { name: idle[1] ?? '', votes, configuredVotes: Number(idle[2]) };
}
