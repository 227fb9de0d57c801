// The command prove: is it so that either node can be lost? Each is cut off in turn, by the cluster or by a kernel panic, while the
// service is asked.
import { isPcsError, reads, sameName } from '@sleepi3/pcs';
import type { ClusterDesign } from '../cluster/design.js';
import { type Colours } from '@sleepi3/program';
import { SetupError } from '../errors.js';
import type { ProgramHost } from '../program/host.js';
import { waitingLine } from '../waiting.js';
import { handOver, proofUnit, underWayOn } from './hand-over.js';
import { heartbeatOn, isOffForTest } from './heartbeat.js';
import { obstacles } from './obstacles.js';
import { type Parties, partiesOf, type Party, shooterOf } from './parties.js';
import { keepReport, keptReport, lastReports, type TurnReport, turnInWords, viewInWords } from './report.js';
import { serviceOf } from './service.js';
import { proveTurn, soundWithin, type Turn, type TurnHost } from './turn.js';

export interface ProveOptions {
  readonly design: ClusterDesign | undefined;
  readonly panic: boolean;
  /** The one node that is to be cut off. */
  readonly only?: string | undefined;
  readonly url?: string | undefined;
  readonly ssh?: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  /** Only show what the last proof came to. */
  readonly result: boolean;
}

/** Exit statuses besides 0, proven. */
const notProven = 1;
const refused = 3;

/** s to wait, when an earlier run was interrupted, until its fencing is over and the node is back. */
const afterInterruption = 900;

/** @returns the exit status: 0 proven, 1 not, 3 refused, by the program or by the person. */
export async function runProve(options: ProveOptions, host: ProgramHost, colour: Colours): Promise<number> {
  const parties = await partiesOf(options.design, options.ssh, host);
  if (parties.some(({ isHere }) => isHere) && !host.isRoot()) {
    throw new SetupError('USAGE', 'prove cuts nodes off: run it as root');
  }
  return proveParties(parties, options, host, colour);
}

/** The same with the nodes at hand. */
export async function proveParties(
  parties: Parties,
  options: ProveOptions,
  host: ProgramHost,
  colour: Colours,
): Promise<number> {
  const log = (line: string) => (options.json ? host.writeError : host.write)(`${line}\n`);
  const turnHost: TurnHost = {
    clock: host.clock,
    date: host.date,
    probe: host.probe,
    signal: host.signal,
    log,
    onWait: (...waiting) => log(colour.faint(`    ${waitingLine(...waiting)}`)),
  };
  if (options.result) return showKept(parties, options, host, colour);
  const targets = targetsOf(parties, options.only);
  const reports: TurnReport[] = [];
  const why = await proveAll({ parties, targets, options, reports }, host, turnHost, colour);
  if (options.json) {
    const verdict = why.length > 0 ? 'refused' : reports.every(isProven) ? 'proven' : 'not proven';
    host.write(`${JSON.stringify({ verdict, refused: why, turns: reports }, undefined, 2)}\n`);
  } else {
    host.write(`\n${reports.map((report) => turnInWords(report, colour)).join('')}`);
    if (why.length > 0) host.write(`${colour.bad('refused')}\n${why.map((one) => `  ${one}\n`).join('')}`);
  }
  if (why.length > 0) return refused;
  return reports.every(isProven) ? 0 : notProven;
}

const isProven = ({ state }: TurnReport) => state === 'proven';

/** The node that this runs on is the last: with it this program goes. */
function targetsOf(parties: Parties, only: string | undefined): readonly Party[] {
  const ordered = [...parties].sort((a, b) => Number(a.isHere) - Number(b.isHere));
  if (only === undefined) return ordered;
  const wanted = ordered.filter(({ name }) => sameName(name, only));
  if (wanted.length > 0) return wanted;
  throw new SetupError(
    'USAGE',
    parties.length === 2
      ? `${only} is neither ${parties[0].name} nor ${parties[1].name}`
      : `${only} is not one of ${parties.map(({ name }) => name).join(', ')}`,
  );
}

interface Proof {
  readonly parties: Parties;
  readonly targets: readonly Party[];
  readonly options: ProveOptions;
  /** Of the turns that were made. */
  readonly reports: TurnReport[];
}

/** Makes the turns, until one does not prove its node. @returns why it was refused */
async function proveAll(
  proof: Proof,
  host: ProgramHost,
  turnHost: TurnHost,
  colour: Colours,
): Promise<readonly string[]> {
  const { parties, targets, options, reports } = proof;
  try {
    await clearUp(parties, options, host.pid, turnHost);
    for (const target of targets) {
      const turn = await turnOf(parties, target, options, host);
      await mayBegin(turn, turnHost);
      if (reports.length === 0)
        turnHost.log(
          viewInWords(
            turn.askedFrom,
            parties.some(({ isHere }) => isHere),
          ),
        );
      if (!options.yes) {
        await confirm(turn, host);
        // A person takes his time.
        await mayBegin(turn, turnHost);
      }
      const report = target.isHere ? await handOver(turn, turnHost) : await proveTurn(turn, turnHost);
      reports.push(report);
      turnHost.log(colour.strong(`${target.name}: ${report.state}`));
      if (!isProven(report)) return [];
    }
    return [];
  } catch (error) {
    if (error instanceof Obstacles) return error.reasons;
    if (error instanceof SetupError && error.code !== 'USAGE') return [error.message];
    if (isPcsError(error)) return [error.message];
    throw error;
  }
}

/** Why nothing may be done. */
class Obstacles extends Error {
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join('; '));
  }
}

async function mayBegin(turn: Turn, host: TurnHost): Promise<void> {
  const reasons = await obstacles(turn, host);
  if (reasons.length > 0) throw new Obstacles(reasons);
}

/**
 * What an earlier run left behind: a watchdog that is off, a node that is away.
 * @throws SetupError `REFUSED` while another run is under way.
 */
async function clearUp(parties: Parties, { url }: ProveOptions, pid: number, host: TurnHost): Promise<void> {
  for (const { name, machine } of parties) {
    if (!(await isOffForTest(machine))) continue;
    await heartbeatOn(machine);
    host.log(`${name}: the watchdog, which an interrupted test had left off, is on again`);
  }
  for (const { name, machine, isHere } of parties) {
    // The other node may have handed its turn to this very process.
    if (!(await underWayOn(machine, isHere ? pid : undefined))) continue;
    throw new SetupError('REFUSED', `a proof is under way on ${name} (${proofUnit}); see cluster-setup prove --result`);
  }
  for (const keeper of parties) {
    for (const { name } of parties) {
      const report = await keptReport(keeper.machine, name);
      if (report?.state !== 'under way') continue;
      host.log(`The proof of ${name} that was begun at ${report.began} was interrupted.`);
      await keepReport(keeper.machine, { ...report, state: 'interrupted' });
      const sound = { parties, seenBy: keeper, url: url ?? report.url, before: undefined, probe: host.probe };
      await soundWithin(sound, afterInterruption, host);
    }
  }
}

async function turnOf(parties: Parties, target: Party, options: ProveOptions, host: ProgramHost): Promise<Turn> {
  const survivor = shooterOf(parties, target);
  const service = serviceOf(await survivor.pcs.run(reads.configuration()), options.url);
  const { url } = service;
  if (url === undefined) {
    throw new SetupError('USAGE', 'the configuration does not tell the URL of the service: give it with --url');
  }
  const here = parties.find(({ isHere }) => isHere)?.name;
  const how = options.panic ? 'panic' : 'fence';
  return { parties, target, survivor, how, service: { ...service, url }, askedFrom: here ?? host.hostname() };
}

async function confirm({ parties, target, survivor, how, service }: Turn, host: ProgramHost): Promise<void> {
  if (host.ask === undefined) {
    throw new SetupError('USAGE', 'prove asks before it cuts a node off: run it at a terminal, or give --yes');
  }
  const what = how === 'panic' ? `Crash the kernel of ${target.name}` : `Cut off the power of ${target.name}`;
  const answer = await host.ask(
    `${what}? ${service.url} goes on, on ${parties.length === 2 ? survivor.name : 'the other nodes'}. [y/N] `,
  );
  if (/^y(?:es)?$/i.test(answer.trim())) return;
  throw new SetupError('REFUSED', `${target.name} was left alone`);
}

/** What the nodes keep of the last proof of each. */
async function showKept(parties: Parties, { json }: ProveOptions, host: ProgramHost, colour: Colours): Promise<number> {
  const reports = await lastReports(parties);
  const missing = parties.filter(({ name }) => !reports.some(({ node }) => sameName(node, name)));
  if (json) host.write(`${JSON.stringify({ turns: reports }, undefined, 2)}\n`);
  else {
    host.write(reports.map((report) => `${report.began}  ${turnInWords(report, colour)}`).join(''));
    host.write(missing.map(({ name }) => `${name}: not proven yet\n`).join(''));
  }
  return missing.length === 0 && reports.every(isProven) ? 0 : notProven;
}
