// Who has quorum in a fake cluster, by its corosync.conf and who is up, and how corosync's tools say so.
import { readFile } from 'node:fs/promises';
import { type CorosyncConf, parseCorosyncConf } from '../corosync-conf.js';
import type { RawResult } from '../run/runner.js';
import { answer } from './fake-answers.js';

/** What of a fake cluster has a say. */
interface Voters {
  readonly nodes: ReadonlyMap<string, { readonly running: boolean }>;
  /** The names of those that are up. */
  running(): readonly string[];
  /** The path of its corosync.conf. */
  readonly corosyncConf: string;
  readonly deviceAnswers: boolean;
}

interface Quorum {
  readonly quorate: boolean;
  readonly expected: number;
  readonly total: number;
  readonly needed: number;
  /** Votes of the device: configured, and given now. */
  readonly device: { readonly configured: number; readonly given: number } | undefined;
  readonly twoNode: boolean;
}

/** The votes of the nodes that are up, in one partition, and of the device (votequorum(5), corosync-qdevice(8)). */
export async function quorumOf(cluster: Voters): Promise<Quorum> {
  const conf = await confOf(cluster);
  const nodes = conf?.nodes.length ?? cluster.nodes.size;
  const configured = conf?.device === undefined ? 0 : Number(conf.device.generic['votes'] ?? Math.max(1, nodes - 1));
  const given = cluster.deviceAnswers ? configured : 0;
  const expected = nodes + configured;
  const twoNode = nodes <= 2 && conf?.device === undefined;
  const needed = twoNode ? 1 : Math.floor(expected / 2) + 1;
  const up = cluster.running().length;
  const total = up === 0 ? 0 : up + given;
  return {
    quorate: total >= needed || twoNode,
    expected,
    total,
    needed,
    device: conf?.device === undefined ? undefined : { configured, given },
    twoNode,
  };
}

/** `corosync-quorumtool -s -p` on a node. */
export async function quorumStatus(cluster: Voters, local: string): Promise<RawResult> {
  if (cluster.nodes.get(local)?.running !== true) {
    return answer({ exitCode: 1, stderr: 'Cannot initialize QUORUM service\n' });
  }
  const { quorate, expected, total, needed, device, twoNode } = await quorumOf(cluster);
  const flags = [...(twoNode ? ['2Node'] : []), ...(quorate ? ['Quorate'] : []), ...(device ? ['Qdevice'] : [])];
  const names = [...cluster.nodes.keys()];
  const link = device === undefined ? 'NR' : `A,${device.given > 0 ? 'V' : 'NV'},NMW`;
  const row = (id: number, votes: number, rest: string) =>
    `${String(id).padStart(10)} ${String(votes).padStart(10)} ${rest}`;
  const rows = cluster
    .running()
    .map((name) => row(names.indexOf(name) + 1, 1, `${link.padStart(10)} ${name}${name === local ? ' (local)' : ''}`));
  const idle = device?.given === 0 ? ` (votes ${device.configured})` : '';
  const lines = [
    ...['Quorum information', '------------------', 'Date:             Sun Nov 29 22:56:31 2026'],
    'Quorum provider:  corosync_votequorum',
    `Nodes:            ${cluster.running().length}`,
    `Node ID:          ${names.indexOf(local) + 1}`,
    'Ring ID:          1.9',
    `Quorate:          ${quorate ? 'Yes' : 'No'}`,
    ...['', 'Votequorum information', '----------------------'],
    `Expected votes:   ${expected}`,
    `Highest expected: ${expected}`,
    `Total votes:      ${total}`,
    `Quorum:           ${needed} ${quorate ? ' ' : 'Activity blocked'}`,
    `Flags:            ${flags.join(' ')} `,
    ...['', 'Membership information', '----------------------'],
    '    Nodeid      Votes    Qdevice Name',
    ...rows,
    ...(device === undefined ? [] : [row(0, device.given, `           Qdevice${idle}`)]),
  ];
  return answer({ exitCode: quorate ? 0 : 2, stdout: lines.map((line) => `${line}\n`).join('') });
}

/** `pcs quorum device status` on any node. */
export async function deviceStatus(cluster: Voters): Promise<RawResult> {
  const conf = await confOf(cluster);
  const device = conf?.device;
  if (device === undefined) {
    const reason =
      "corosync-qdevice-tool: Can't connect to QDevice socket (is QDevice running?): No such file or directory";
    return answer({ exitCode: 1, stderr: `Error: Unable to get quorum status: ${reason}\n` });
  }
  const { host = '', port = '5403', algorithm = 'ffsplit', tie_breaker: tieBreaker = 'lowest' } = device.net;
  const lines = [
    ...['Qdevice information', '-------------------', 'Model:\t\t\tNet', 'Node ID:\t\t1', 'Configured node list:'],
    ...[...cluster.nodes.keys()].map((_, index) => `    ${index}\tNode ID = ${index + 1}`),
    `Membership node list:\t${[...cluster.nodes.keys()].map((_, index) => index + 1).join(', ')}`,
    ...['', 'Qdevice-net information', '----------------------'],
    `Cluster name:\t\t${conf?.clusterName ?? ''}`,
    `QNetd host:\t\t${host}:${port}`,
    `Algorithm:\t\t${algorithm === 'lms' ? 'LMS' : 'Fifty-Fifty split'}`,
    `Tie-breaker:\t\t${/^\d+$/.test(tieBreaker) ? `Node with node ID ${tieBreaker}` : `Node with ${tieBreaker} node ID`}`,
    `State:\t\t\t${cluster.deviceAnswers ? 'Connected' : 'Connecting'}`,
    '',
  ];
  return answer({ stdout: lines.map((line) => `${line}\n`).join('') });
}

async function confOf({ corosyncConf }: Voters): Promise<CorosyncConf | undefined> {
  const text = await readFile(corosyncConf, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseCorosyncConf(text);
}
