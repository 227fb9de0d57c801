// Whether all is sound: before a node is cut off, and again afterwards.
import { type ClusterStatus, isPcsError, reads, sameName } from '@sleepi3/pcs';
import { parseFenceCheck } from '@sleepi3/program';
import { SetupError } from '../errors.js';
import { agentPath } from '../nodes/fence-check.js';
import type { Parties, Party } from './parties.js';
import { placesOf } from './service.js';
import { askService, type Probe } from './service-watch.js';

/** What is looked at while it is waited for. */
export interface Sound {
  readonly parties: Parties;
  /** Whose view of the cluster counts. */
  readonly seenBy: Party;
  readonly url: string;
  /** What ran where, before; undefined: as it is. */
  readonly before: ClusterStatus | undefined;
  readonly probe: Probe;
}

/** What keeps all from being sound, one sentence each; none when it is. */
export async function unsound({ parties, seenBy, url, before, probe }: Sound): Promise<readonly string[]> {
  const status = await statusSeenBy(seenBy);
  if (typeof status === 'string') return [status];
  const fencing = await Promise.all(parties.map(unready));
  const answer = await askService(probe, url);
  return [
    ...(status.quorate ? [] : ['the cluster has no quorum']),
    ...parties.flatMap(({ name }) => awayIn(status, name)),
    ...status.unsettled,
    ...(before === undefined ? [] : lostSince(before, status)),
    ...fencing.flat(),
    ...(answer.ok ? [] : [`${url} does not answer: ${answer.fact}`]),
  ];
}

/** The cluster as a node sees it, or why it does not say. */
export async function statusSeenBy({ name, pcs }: Party): Promise<ClusterStatus | string> {
  try {
    return await pcs.status();
  } catch (error) {
    if (!isPcsError(error) && !(error instanceof SetupError)) throw error;
    return `the state of the cluster cannot be read on ${name}: ${error.message}`;
  }
}

function awayIn(status: ClusterStatus, name: string): readonly string[] {
  const node = status.members.find((member) => sameName(member.name, name));
  if (node === undefined) return [`${name} is not a member of the cluster`];
  const { online, standby, standbyOnFail, maintenance } = node;
  if (!online) return [`${name} is not online`];
  if (maintenance) return [`${name} is in maintenance`];
  return standby || standbyOnFail ? [`${name} is in standby`] : [];
}

/** What ran, and does not run on as many nodes any more. */
function lostSince(before: ClusterStatus, now: ClusterStatus): readonly string[] {
  return before.allResources
    .filter(({ kind, id }) => kind === 'primitive' && placesOf(now, id).length < placesOf(before, id).length)
    .map(({ id }) => `${id} does not run on ${nodesInWords(placesOf(before, id).length)}`);
}

function nodesInWords(count: number): string {
  return count === 1 ? 'any node' : count === 2 ? 'both nodes' : `${count} nodes`;
}

/** What fence_sleepi3 on a node says against it. */
async function unready({ name, machine }: Party): Promise<readonly string[]> {
  let said: string;
  try {
    const { stdout } = await machine.run(agentPath, ['check', '--json'], { exitCodes: [0, 1], timeoutMs: 60_000 });
    said = Buffer.from(stdout, 'latin1').toString('utf8');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return [error.message];
  }
  const check = parseFenceCheck(said);
  if (check === undefined) return [`${name}: fence_sleepi3 check does not answer`];
  if (check.ready) return [];
  const errors = check.findings.filter(({ severity, concerns }) => severity === 'error' && concerns === 'fencing');
  return errors.map(({ fact }) => `${name}: ${fact}`);
}

/** What of the service would not survive the loss of a node, as Pacemaker's scheduler has it. */
export async function notSurviving({ pcs }: Party, lost: Party): Promise<readonly string[]> {
  const configuration = await pcs.run(reads.configuration());
  const scheduler = await pcs.scheduler(configuration);
  const loss = await scheduler.ifLost(lost.name);
  const fences = new Set(configuration.stonithDevices.map(({ id }) => id));
  if (loss.fencing === undefined) return [`when ${lost.name} is lost, it is not fenced`];
  if (!loss.fencing.possible) return [`nobody can fence ${lost.name}`];
  return loss.stopped.filter((id) => !fences.has(id)).map((id) => `when ${lost.name} is lost, ${id} runs nowhere`);
}
