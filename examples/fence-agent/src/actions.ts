// The agent's actions: guard the target, then have the line keeper do it, then report what was proven.
import { boardAddresses, type ParsedDefaults, Sleepi3Error } from '@sleepi3/driver';
import { FenceError, type Outlet, type PowerStatus } from '@sleepi3/fence-protocol';
import type { Workings } from './agent.js';
import type { AgentContext, AgentOptions } from './options.js';
import { goesOn } from './line/arbitration.js';
import { type BoardName, busSpec } from './node/board.js';
import { asksNobody, ownAmong, peerAddresses } from './target/peer-addresses.js';
import { shortName } from './target/node-names.js';
import { findWiring, type FoundWiring, type HostFacts, wrongName } from './target/wiring.js';
import { type AskHost, askKeeper, performAct } from './keeper/ask.js';
import type { NamedBoard } from './keeper/messages.js';
import {
  type Finding,
  messageOf,
  neverTestedTo,
  type NodeReport,
  unaskedPeer,
  unknownNodes,
  wireTestFact,
  wrongOption,
} from './keeper/report.js';
import { cuts, describeOutcome, type PulseRequest } from './line/act.js';
import type { Machine } from './node/machine.js';
import { askEverywhere, type Hearing, SilenceWatch } from './target/silence.js';
import { guardTarget, type Wiring } from './target/guard.js';
import { testedOf, type WireTestResult } from './wire-test/record.js';
import { reasonOf } from './reason.js';

/** All of them on one machine. */
export function workingsOn(machine: Machine): Workings {
  return {
    power: (action, context) => power(action, context, machine),
    powerStatus: (context) => powerStatus(context, machine),
    list: (context) => list(context, machine),
    monitor: (context) => monitor(context, machine),
    validate: (context) => validate(context, machine),
  };
}

/** What it takes to tell which node this is. */
type Named = Pick<Machine, 'hostname' | 'network' | 'readCorosyncConf'>;
/** What it takes to judge it. */
type Judged = Named & Pick<Machine, 'keeper' | 'wireTest'>;

/** on, off and reboot. Resolves only when it was proven. */
async function power(action: 'on' | 'off' | 'reboot', context: AgentContext, machine: Machine): Promise<void> {
  const { options, log } = context;
  const wiring = await wiringOf(options, machine);
  const target = guarded(context, wiring);
  if (cuts(action)) await refuseUnprovenWire(wiring, machine);
  const preferred = goesOn(wiring, options.preferred);
  const hold = options.hold * 1000;
  const holdTimeout = Math.max(hold, options.hold_timeout * 1000);
  const wakeDelay = options.wake_delay * 1000;
  const request: PulseRequest = { action, target, hold, holdTimeout, wakeDelay, preferred };

  const silence =
    action === 'on' || asksNobody(options.peer_address)
      ? undefined
      : new SilenceWatch(() => hearingOf(options, wiring, machine));
  const keeper = keeperOf(context, machine, (held) => {
    machine.onProgress?.(held, hold);
    silence?.onHeld(held);
  });
  const outcome = await performAct(request, keeper, request.holdTimeout + request.wakeDelay + 5000);
  if (outcome.kind === 'verified') {
    if (!outcome.released) log.error('EXTOUT could not be released after the hold: see monitor');
    const heard = await silence?.hearing(outcome.held, context.clock);
    const doubt =
      testimonyOf(outcome.targetRuns) ?? reasonToDoubt(heard, target) ?? wireDoubt(await lastTest(wiring, machine));
    if (doubt !== undefined) {
      await askKeeper({ ask: 'forget' }, keeper, answerTimeout);
      throw new FenceError(
        'DEVICE',
        `Failed: ${action} of ${target}: EXTOUT was held for ${(outcome.held / 1000).toFixed(1)} s, ${doubt}`,
        { plug: target },
      );
    }
    if (heard?.unasked !== undefined) {
      log.warning(`nobody could be asked whether ${target} still has power: ${heard.unasked}`);
    }
  }
  log.info(`${action} of ${target}: ${describeOutcome(outcome)}`);
  const proven = action === 'on' ? outcome.kind === 'woken' : outcome.kind === 'verified' && outcome.held >= hold;
  if (!proven)
    throw new FenceError('DEVICE', `Failed: ${action} of ${target}: ${describeOutcome(outcome)}`, { plug: target });
}

/**
 * Whether the peer answers anywhere. This node's own addresses are not asked: they always answer. Where the option has none
 * but those, all that are known are asked.
 */
async function hearingOf(
  options: Pick<AgentOptions, 'peer_address'>,
  wiring: FoundWiring,
  { network }: Pick<Machine, 'network'>,
  packets?: number,
) {
  const own = await ownAmong(options.peer_address, network);
  const chosen = peerAddresses(options.peer_address, wiring).filter((address) => !own.includes(address));
  return askEverywhere(chosen.length > 0 ? chosen : wiring.peerAddresses, network.ask, packets);
}

/** Why a verified hold proves nothing, going by what the peer's own line keeper says. */
function testimonyOf(testimony: string | undefined): string | undefined {
  return testimony === undefined ? undefined : `and yet ${testimony}`;
}

/** Why a verified hold proves nothing, going by the peer's answer. */
function reasonToDoubt(heard: Hearing | undefined, target: string): string | undefined {
  if (heard?.answeredAt === undefined) return undefined;
  return (
    `and yet ${target} still answers at ${heard.answeredAt}: its board did not cut the power; ` +
    'check the wire and EXTIN_FORCED_SHUTDOWN there'
  );
}

/** In a ring a wire in the wrong plug would cut a node that nobody has asked for: only one that was tested is shot through. */
async function refuseUnprovenWire(wiring: FoundWiring, machine: Machine): Promise<void> {
  if (wiring.before === undefined) return;
  const tested = await lastTest(wiring, machine);
  if (tested?.works) return;
  const why = tested ? wireTestFact(tested) : neverTestedTo(wiring.peer);
  throw new FenceError('REQUEST', `Refused: ${why}; run fence_sleepi3 wire-test on ${wiring.self}`);
}

function lastTest(wiring: FoundWiring, { wireTest }: Pick<Machine, 'wireTest'>): Promise<WireTestResult | undefined> {
  return wireTest.last(testedOf(wiring));
}

/** Why a verified hold proves nothing, going by the last test of the wire. */
function wireDoubt(tested: WireTestResult | undefined): string | undefined {
  if (!tested || tested.works) return undefined;
  return `but ${wireTestFact(tested)}; mend the wire and run fence_sleepi3 wire-test again`;
}

/** Off only for a verified power-off that nothing has undone: a peer that answers was powered on since. */
export async function powerStatus(context: AgentContext, machine: Judged): Promise<PowerStatus> {
  const wiring = await wiringOf(context.options, machine);
  const target = guarded(context, wiring);
  const keeper = keeperOf(context, machine);
  const { off } = await askKeeper({ ask: 'status', target }, keeper, answerTimeout);
  if (!off) return 'on';
  const { options } = context;
  if (wireDoubt(await lastTest(wiring, machine)) === undefined) {
    if (asksNobody(options.peer_address)) return 'off';
    const { answeredAt } = await hearingOf(options, wiring, machine);
    if (answeredAt === undefined) return 'off';
  }
  await askKeeper({ ask: 'forget' }, keeper, answerTimeout);
  return 'on';
}

/** The one node that this agent can act on. */
async function list(context: AgentContext, machine: Machine): Promise<Outlet[]> {
  const { peer } = await wiringOf(context.options, machine);
  return [{ id: peer }];
}

/** Whether this node could fence and be fenced right now. Never touches the line unless it is stuck. */
export async function monitor(context: AgentContext, machine: Judged): Promise<void> {
  const { options, log } = context;
  await wiringOf(options, machine);
  const { findings } = await examine(options, machine, keeperOf(context, machine));
  for (const finding of findings) {
    if (finding.severity === 'warning' && finding.concerns === 'fencing') log.warning(messageOf(finding));
  }
  const problems = findings.filter(({ severity }) => severity === 'error').map(messageOf);
  if (problems.length > 0) throw new FenceError('DEVICE', `Failed: ${problems.join('; ')}`);
}

/** What monitor and check look at. */
export interface Examination {
  /** Everything that is wrong, by the line keeper and by the options. */
  readonly findings: readonly Finding[];
  readonly report: NodeReport;
  /** Undefined when it cannot be told who the nodes are; a finding says why. */
  readonly wiring: FoundWiring | undefined;
}

/** Everything that is wrong with this node, its board, its wire and what the options say of them. */
export async function examine(options: NodeOptions, machine: Judged, keeper: AskHost): Promise<Examination> {
  const { report } = await askKeeper({ ask: 'report' }, keeper, answerTimeout);
  return judgeNode(options, machine, report);
}

/** The same for whoever has asked the line keeper already. */
export async function judgeNode(options: NodeOptions, machine: Named, report: NodeReport): Promise<Examination> {
  const findings: Finding[] = [...report.findings];
  const wiring = await wiringOf(options, machine).catch((error: unknown) => {
    findings.push(unknownNodes(reasonOf(error)));
    return undefined;
  });
  findings.push(...(await wrongOptions(options, machine)).map(wrongOption));
  if (wiring && !asksNobody(options.peer_address)) {
    const { unasked } = await hearingOf(options, wiring, machine, 1);
    if (unasked !== undefined) findings.push(unaskedPeer(wiring.peer, unasked));
  }
  return { findings, report, wiring };
}

/** The options that say which nodes there are and where they answer. */
type NodeOptions = Pick<AgentOptions, 'self' | 'peer' | 'peer_address' | 'corosync_conf'> &
  Partial<Pick<AgentOptions, 'preferred'>>;

/** Checks what can be checked without a board and without judging the target. */
async function validate({ options }: AgentContext, machine: Machine): Promise<void> {
  const [wrong] = await wrongOptions(options, machine);
  if (wrong !== undefined) throw new FenceError('REQUEST', wrong);
  if (options.hold_timeout < options.hold) {
    throw new FenceError(
      'REQUEST',
      `hold_timeout (${options.hold_timeout} s) must not be less than hold (${options.hold} s)`,
    );
  }
  const defaults =
    options.bus && options.address
      ? undefined
      : await machine.readDefaults(options.defaults_file).catch(() => undefined);
  boardOf(options, defaults);
}

/** What the options say that can never be right, whichever node this is. */
async function wrongOptions(options: NodeOptions, machine: Named): Promise<string[]> {
  const host = factsOf(options, machine);
  const wrong = await wrongName(options, host);
  // Where this host is the peer that is meant, its own addresses are what peer_address should be.
  const isPeer = options.peer !== undefined && shortName(options.peer) === shortName(machine.hostname());
  const own = isPeer ? [] : await ownAmong(options.peer_address, host);
  return [
    ...(wrong === undefined ? [] : [wrong]),
    ...own.map(
      (address) => `peer_address=${address} is this node itself, which always answers: set the peer's address`,
    ),
  ];
}

/** Which node this is and which its peer. */
export async function wiringOf(
  options: Pick<AgentOptions, 'self' | 'peer' | 'corosync_conf'> & Partial<Pick<AgentOptions, 'preferred'>>,
  machine: Named,
): Promise<FoundWiring> {
  return findWiring(options, factsOf(options, machine)).catch((error: unknown) => {
    throw new FenceError('REQUEST', reasonOf(error), { cause: error });
  });
}

function factsOf(
  { corosync_conf }: Pick<AgentOptions, 'corosync_conf'>,
  { hostname, network, readCorosyncConf }: Named,
): HostFacts {
  // Read once: what is judged and what is done are of the same file.
  let text: Promise<string> | undefined;
  return { ...network, hostname, corosyncConf: () => (text ??= readCorosyncConf(corosync_conf)) };
}

function guarded({ options, target }: AgentContext, wiring: Wiring): string {
  const result = guardTarget({ ...target, plug: target.plug ?? options.plug }, wiring);
  if ('refusal' in result) throw new FenceError('REQUEST', `Refused: ${result.refusal}`);
  return result.target;
}

/** How long the line keeper may take to be there and show life, ms: on a slow machine it takes some time to start. */
const answerTimeout = 15_000;

/** The line keeper, and the board that the options mean. */
function keeperOf(
  { options, log, signal }: AgentContext,
  machine: Pick<Machine, 'keeper'>,
  onHeld?: (held: number) => void,
): AskHost {
  return machine.keeper(namedBoard(options), {
    log: (message) => {
      log.info(message);
    },
    stop: signal,
    onProgress: ({ held }) => onHeld?.(held),
  });
}

/** The options that choose the board. */
export type BoardChoice = Pick<AgentOptions, 'bus' | 'address' | 'defaults_file'>;

/** The same for the line keeper, which may have another one. */
export function namedBoard({ bus, address, defaults_file }: BoardChoice): NamedBoard {
  return { bus, defaultsFile: defaults_file, ...(address !== undefined && { address: addressOf(address) }) };
}

/** The vendor's file; not needed when the options name bus and address. */
export async function defaultsOf(
  options: BoardChoice,
  machine: Pick<Machine, 'readDefaults'>,
): Promise<ParsedDefaults | undefined> {
  try {
    return await machine.readDefaults(options.defaults_file);
  } catch (error) {
    const missing = error instanceof Sleepi3Error && error.errno === 'ENOENT';
    if (missing && options.bus !== undefined && options.address !== undefined) return undefined;
    throw error;
  }
}

/** The board that the options name, or else the defaults file. */
export function boardOf(options: BoardChoice, defaults: ParsedDefaults | undefined): BoardName {
  const wrong = defaults?.problems.find(
    ({ key, understood }) =>
      !understood &&
      ((key === 'I2C_BUS' && options.bus === undefined) || (key === 'I2C_ADDRESS' && options.address === undefined)),
  );
  if (wrong) throw new FenceError('REQUEST', `${options.defaults_file}, line ${wrong.line}: ${wrong.message}`);
  return {
    bus: busSpec(options.bus ?? defaults?.values.I2C_BUS ?? '1'),
    address:
      options.address === undefined ? (defaults?.values.I2C_ADDRESS ?? boardAddresses[0]) : addressOf(options.address),
  };
}

function addressOf(text: string): number {
  const address = /^(0x[0-9a-f]{1,2}|\d{1,3})$/i.test(text) ? Number(text) : Number.NaN;
  if ((boardAddresses as readonly number[]).includes(address)) return address;
  throw new FenceError('REQUEST', `address=${text}: the DIP switch of the board gives 0x6e, 0x6d or 0x6b`);
}
