// The command status: what is it now? One screen of the cluster, its service, and whether each node could fence and be fenced.
import type { Clock } from '@sleepi3/driver';
import { type ClusterStatus, isPcsError, levelsFor, Pcs, type QuorumStatus, sameName } from '@sleepi3/pcs';
import { type Colours, type FenceCheck, parseFenceCheck } from '@sleepi3/program';
import { SetupError } from '../errors.js';
import { clusterMachines, type ClusterMachinesHost } from '../nodes/cluster-machines.js';
import type { Machine } from '../nodes/machine.js';
import { agentPath } from '../nodes/fence-check.js';
import { lastReports, type TurnReport } from '../prove/report.js';

export interface StatusOptions {
  readonly ssh: string | undefined;
  readonly json: boolean;
  /** Again and again, until it is interrupted. */
  readonly watch: boolean;
}

export interface StatusHost extends ClusterMachinesHost {
  readonly clock: Clock;
  readonly date: () => Date;
  /** Whether standard output is a terminal. */
  readonly colours: boolean;
  readonly signal: AbortSignal;
  readonly write: (text: string) => void;
}

/** What one node says of its fencing, or why it says nothing. */
interface NodeReadiness {
  readonly node: string;
  readonly check: FenceCheck | undefined;
  readonly silence: string | undefined;
}

/** @returns the exit status: 0 all is well, 1 something is not, 3 a node could not be asked; of the last look. */
export async function runStatus(options: StatusOptions, host: StatusHost, colour: Colours): Promise<number> {
  if (!options.watch) return showOnce(options, host, colour);
  for (;;) {
    const status = await showOnce(options, host, colour);
    try {
      await host.clock.sleep(lookInterval, host.signal);
    } catch (error) {
      if (host.signal.aborted) return status;
      throw error;
    }
  }
}

/** ms between two looks: each is a few questions to both nodes. */
const lookInterval = 5000;
/** To the upper left, and nothing below. */
const emptyScreen = '\u001b[H\u001b[2J';

async function showOnce({ ssh, json, watch }: StatusOptions, host: StatusHost, colour: Colours): Promise<number> {
  const { local, others } = await clusterMachines(host, ssh);
  const machines = [local, ...others];
  const [cluster, quorum, means, proofs, ...readiness] = await Promise.all([
    clusterStatus(host),
    quorumStatus(host),
    fencingMeans(host),
    lastReports(machines.map((machine) => ({ name: machine.name, machine }))),
    ...machines.map(askForReadiness),
  ]);
  const nodes = [...readiness].sort((a, b) => (a.node < b.node ? -1 : 1));
  const report = { cluster, quorum, means, nodes, proofs };
  if (json) host.write(`${JSON.stringify(inJson(report), undefined, watch ? undefined : 2)}\n`);
  else {
    const now = host.date();
    const begin = watch ? `${host.colours ? emptyScreen : ''}${now.toISOString().slice(0, 19)}Z\n` : '';
    host.write(begin + inWords(report, now, colour));
  }
  if (nodes.some(({ check }) => check === undefined)) return notAsked;
  const votes = quorum?.device?.votes !== 0;
  const sound =
    !(cluster instanceof Error) && cluster.settled && votes && nodes.every(({ check }) => check?.ready === true);
  return sound ? 0 : 1;
}

const notAsked = 3;

interface Report {
  readonly cluster: ClusterStatus | Error;
  /** Undefined when corosync says nothing. */
  readonly quorum: QuorumStatus | undefined;
  /** By node the devices that fence it, in the order in which they are tried; without those that have one alone. */
  readonly means: readonly (readonly [node: string, devices: readonly string[]])[];
  readonly nodes: readonly NodeReadiness[];
  /** The last proof of each node that was ever proven. */
  readonly proofs: readonly TurnReport[];
}

/** A cluster that does not run is an answer, too. */
async function clusterStatus({ runner, signal }: StatusHost): Promise<ClusterStatus | Error> {
  try {
    return await new Pcs({ runner, signal }).status();
  } catch (error) {
    if (isPcsError(error)) return error;
    throw error;
  }
}

/** Without corosync there is no quorum to tell of; that the cluster does not run is told already. */
async function quorumStatus({ runner, signal }: StatusHost): Promise<QuorumStatus | undefined> {
  try {
    return await new Pcs({ runner, signal }).quorum.status();
  } catch (error) {
    if (isPcsError(error)) return undefined;
    throw error;
  }
}

async function fencingMeans({ runner, signal }: StatusHost): Promise<Report['means']> {
  try {
    const configuration = await new Pcs({ runner, signal }).cib.config();
    return configuration.members.flatMap(({ name }) => {
      const levels = levelsFor(configuration.fencingLevels, name);
      return levels.length < 2 ? [] : [[name, levels.map(({ devices }) => devices.join(' with '))] as const];
    });
  } catch (error) {
    if (isPcsError(error)) return [];
    throw error;
  }
}

async function askForReadiness(machine: Machine): Promise<NodeReadiness> {
  const node = machine.name;
  try {
    const { stdout, stderr } = await machine.run(agentPath, ['check', '--json'], {
      exitCodes: [0, 1],
      timeoutMs: 60_000,
    });
    const check = parseFenceCheck(Buffer.from(stdout, 'latin1').toString('utf8'));
    return {
      node,
      check,
      silence: check === undefined ? stderr.trim() || 'its answer could not be read' : undefined,
    };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { node, check: undefined, silence: error.message };
  }
}

function inJson({ cluster, quorum, means, nodes, proofs }: Report) {
  return {
    cluster: cluster instanceof Error ? { error: cluster.message } : cluster.toJSON(),
    ...(quorum !== undefined && {
      quorum: { quorate: quorum.quorate, votes: quorum.votes, device: quorum.device },
    }),
    ...(means.length > 0 && { fencing: Object.fromEntries(means) }),
    nodes: nodes.map(({ node, check, silence }) => ({ node, ...(check ?? { error: silence }) })),
    proofs,
  };
}

function inWords({ cluster, quorum, means, nodes, proofs }: Report, now: Date, colour: Colours): string {
  const lines: string[] = [];
  if (cluster instanceof Error) lines.push(colour.bad('The cluster does not run here'), `  ${cluster.message}`);
  else lines.push(...clusterLines(cluster, now, colour));
  if (quorum !== undefined) lines.push(...quorumLines(quorum, colour));
  lines.push('', colour.strong('Fencing'));
  for (const { node, check, silence } of nodes) {
    if (check === undefined) {
      lines.push(`  ${node}  ${colour.bad('could not be asked')}: ${silence ?? ''}`);
      continue;
    }
    const wire =
      check.wireTest === undefined
        ? 'never tested'
        : `${check.wireTest.verdict}, ${ageOf(new Date(check.wireTest.at), now)}`;
    lines.push(`  ${node}  ${check.ready ? colour.good('ready') : colour.bad('NOT ready')}; wire: ${wire}`);
    for (const { severity, fact } of check.findings) {
      lines.push(`    ${(severity === 'error' ? colour.bad : colour.change)(severity)}: ${fact}`);
    }
  }
  for (const [node, devices] of means) lines.push(`  ${node}  is fenced by ${devices.join(', and if that fails by ')}`);
  lines.push('', colour.strong('Proven (cluster-setup prove)'));
  for (const { node } of nodes) {
    const proof = proofs.find((one) => sameName(one.node, node));
    lines.push(`  ${node}  ${proof === undefined ? colour.change('never') : proofInWords(proof, now, colour)}`);
  }
  return `${lines.join('\n')}\n`;
}

function proofInWords({ state, by, began, silence, reasons }: TurnReport, now: Date, colour: Colours): string {
  const paint = state === 'proven' ? colour.good : colour.bad;
  const facts = [
    `by ${by}, ${ageOf(new Date(began), now)}`,
    ...(silence === undefined ? [] : [`the service was silent for ${silence.toFixed(1)} s`]),
    ...reasons,
  ];
  return `${paint(state)} ${facts.join('; ')}`;
}

/** With a quorum device the votes are told; two nodes alone have none to count. */
function quorumLines({ votes, device }: QuorumStatus, colour: Colours): string[] {
  if (votes === undefined || device === undefined) return [];
  const counted = `${votes.total} of ${votes.expected} votes, ${votes.needed} needed`;
  return [
    `${colour.strong('Quorum')}  ${counted}; the quorum device ${device.votes > 0 ? colour.good('votes') : colour.bad('gives NO vote')}`,
  ];
}

function clusterLines(cluster: ClusterStatus, now: Date, colour: Colours): string[] {
  const lines = [`${colour.strong('Nodes')}  ${cluster.quorate ? 'quorate' : colour.bad('without quorum')}`];
  for (const { name, online, standby, maintenance, unclean, isDc } of cluster.members) {
    const marks = [
      standby ? 'standby' : '',
      maintenance ? 'maintenance' : '',
      unclean ? 'unclean' : '',
      isDc ? 'DC' : '',
    ];
    const note = marks.filter((mark) => mark !== '').join(', ');
    lines.push(
      `  ${name}  ${online ? colour.good('online') : colour.bad('OFFLINE')}${note === '' ? '' : ` (${note})`}`,
    );
  }
  lines.push('', colour.strong('Service'));
  for (const { id, startedOn } of cluster.allResources) {
    lines.push(`  ${id}  ${startedOn.length === 0 ? colour.bad('stopped') : `on ${startedOn.join(', ')}`}`);
  }
  const ended = (cluster.fenceHistory?.events ?? []).filter(({ completed }) => completed !== undefined);
  const last = ended.sort((a, b) => Number(b.completed) - Number(a.completed))[0];
  lines.push(
    '',
    last?.completed === undefined
      ? 'No fencing is on record.'
      : `Last fencing: ${last.target} by ${last.delegate ?? 'nobody'}, ${last.status}, ${ageOf(last.completed, now)}.`,
  );
  if (!cluster.settled) lines.push(colour.change(`Not settled: ${cluster.unsettled.join('; ')}`));
  return lines;
}

function ageOf(then: Date, now: Date): string {
  const seconds = (now.getTime() - then.getTime()) / 1000;
  if (!(seconds >= 0)) return 'in the future';
  if (seconds < 120) return `${Math.round(seconds)} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}
