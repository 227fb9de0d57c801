// What `pcs quorum device status` says, which is what corosync-qdevice-tool says: there is no other form of it.
import { digits } from '../xml/digits.js';
import { malformedAnswer } from '../xml/malformed.js';

/** A node's link to the quorum device. */
export interface QuorumDeviceStatus {
  /** `Net`, the only one there is. */
  readonly model: string;
  /** This node's id. */
  readonly nodeId: number;
  /** The ids of the nodes of corosync.conf. */
  readonly configuredNodes: readonly number[];
  /** The ids of the nodes of this partition. */
  readonly members: readonly number[];
  readonly clusterName: string;
  /** The machine on which corosync-qnetd runs. */
  readonly host: string;
  readonly port: number;
  /** As it is written out: `Fifty-Fifty split`, `LMS`. */
  readonly algorithm: string;
  /** Which of two equal partitions gets the vote, as it is written out: `Node with lowest node ID`. */
  readonly tieBreaker: string;
  /** `Connected`, or how far it is: `Connecting` is also said of a host that does not answer. */
  readonly state: string;
  readonly connected: boolean;
  /** Other lines `Name: value`, by name; `full` has many. */
  readonly unknown: Readonly<Record<string, string>>;
}

const SOURCE = 'pcs quorum device status';

/**
 * Reads what `pcs quorum device status` wrote, with or without `--full`.
 *
 * @throws PcsError `MALFORMED_ANSWER` when it is not that, or is cut off.
 */
export function parseQuorumDeviceStatus(text: string): QuorumDeviceStatus {
  const refused = (reason: string) => malformedAnswer(SOURCE, reason, text);
  if (!text.endsWith('\n')) throw refused('its last line does not end');
  const facts = new Map<string, string>();
  const lists = new Map<string, string[]>();
  let list: string[] | undefined;
  for (const line of text.split('\n')) {
    const item = /^\s+\d+\t(.*)$/.exec(line)?.[1];
    const [, name, value = ''] = /^([^\s:][^:]*):\s*(.*)$/.exec(line) ?? [];
    if (item !== undefined) list?.push(item);
    else if (name !== undefined && value === '') lists.set(name, (list = []));
    else if (name !== undefined) facts.set(name, value);
  }
  const take = (name: string): string => {
    const value = facts.get(name);
    if (value === undefined) throw refused(`it has no line "${name}:"`);
    facts.delete(name);
    return value;
  };
  const id = (name: string, value: string): number => {
    const number = digits(value);
    if (Number.isNaN(number)) throw refused(`"${name}:" has ${JSON.stringify(value)}, not a number`);
    return number;
  };
  const ids = (name: string, values: readonly string[]) => values.map((value) => id(name, value));
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(take('QNetd host')) ?? [];
  if (host === '') throw refused('"QNetd host:" is not a host with a port');
  const state = take('State');
  const configured = lists.get('Configured node list') ?? [];
  return {
    model: take('Model'),
    nodeId: id('Node ID', take('Node ID')),
    configuredNodes: ids(
      'Configured node list',
      configured.map((one) => one.replace(/^Node ID = /, '')),
    ),
    members: ids('Membership node list', take('Membership node list').split(/,\s*/)),
    clusterName: take('Cluster name'),
    host,
    port: Number(port),
    algorithm: take('Algorithm'),
    tieBreaker: take('Tie-breaker'),
    state,
    connected: state === 'Connected',
    unknown: Object.fromEntries(facts),
  };
}
