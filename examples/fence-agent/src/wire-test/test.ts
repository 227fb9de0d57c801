// The wire test: one node gives a pulse too short to cut anything, the other one says what arrived. That the other one answers
// over the network is the proof that it is awake: a pulse at a sleeping node would wake it.
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Sleepi3 } from '@sleepi3/driver';
import { type FirstLook, firstLook, watchExtin } from './watch.js';
import { within } from '../line/timeout.js';
import { settled } from '../line/lines.js';
import type { Conversation } from '../keeper/messages.js';
import type { PulseOutcome } from '../line/act.js';
import { isSameNode } from '../target/node-names.js';
import {
  type BoardFacts,
  type GivenPulse,
  type ListenerMessage,
  type RefusalCode,
  type Sightings,
  type TesterMessage,
  wireProtocol,
  type WireResult,
} from './messages.js';
import { type DirectionReport, judgeWire, rest } from './verdict.js';
import { reasonOf } from '../reason.js';

/** The test pulse, ms: of random length, so that what was seen cannot be a guess. */
const shortestPulse = 300;
const longestPulse = 800;
/** How long the other side may be silent, ms: while it gives a pulse it may have to wait for its line keeper. */
const timeout = 20_000;
/**
 * external_input_count from which no test is made, s: it is not known whether it falls to 0 on release, and the cut comes
 * at 10.
 */
const highestCount = 5;

/** One end of the wire. */
export interface WireEnd {
  readonly node: string;
  readonly peer: string;
  readonly clock: Clock;
  /** From 0 up to 1. */
  random(): number;
  log(message: string): void;
  openBoard(): Promise<Sleepi3>;
  /** Gives a pulse of so many ms through the line keeper, which releases whatever happens to this process. */
  pulse(length: number): Promise<PulseOutcome>;
}

/** Why no direction could be judged. */
export type NoTest =
  /** Nobody answers at the peer's address. */
  | 'no-listener'
  /** This node's own board cannot be read. */
  | 'own-board'
  /** EXTIN has been counted for too long. */
  | 'count'
  /** The other side broke off or is none of ours. */
  | 'broken-off'
  | RefusalCode;

export interface WireReport {
  /** Whether every direction that was tested works. */
  readonly ok: boolean;
  readonly message: string;
  readonly failure?: NoTest;
  readonly directions: readonly DirectionReport[];
}

export type TesterConversation = Conversation<ListenerMessage, TesterMessage>;
export type ListenerConversation = Conversation<TesterMessage, ListenerMessage>;

class NoTestError extends Error {
  override readonly name = 'NoTestError';

  constructor(
    readonly failure: NoTest,
    message: string,
  ) {
    super(message);
  }
}

/** The tester's side. */
export async function testWire(end: WireEnd, conversation: TesterConversation, both: boolean): Promise<WireReport> {
  const directions: DirectionReport[] = [];
  try {
    const board = await openOwnBoard(end);
    try {
      await runTest(end, board, conversation, both, directions);
    } finally {
      await board.close();
    }
  } catch (error) {
    if (!(error instanceof NoTestError)) throw error;
    return noTest(error.failure, error.message, directions);
  } finally {
    conversation.close();
  }
  return { ok: directions.every(({ works }) => works), message: messageOf(directions), directions };
}

/** A report of a test that could not be made, or not to its end. */
export function noTest(failure: NoTest, message: string, directions: readonly DirectionReport[] = []): WireReport {
  return { ok: false, message, failure, directions };
}

async function runTest(
  end: WireEnd,
  board: Sleepi3,
  conversation: TesterConversation,
  both: boolean,
  directions: DirectionReport[],
): Promise<void> {
  const { node, peer, clock } = end;
  conversation.send({ say: 'hello', protocol: wireProtocol, node, peer });
  const ready = await expect(end, conversation, 'ready');
  if (!isSameNode(ready.node, peer) || !isSameNode(ready.peer, node)) {
    throw new NoTestError(
      'wrong-peer',
      `${ready.node} answers, wired to ${ready.peer}; expected ${peer}, wired to ${node}`,
    );
  }
  const own = await boardFacts(board).catch(failWith('own-board', 'this board cannot be read'));
  for (const [name, facts] of [[peer, ready] as const, [node, own] as const]) {
    if (facts.extinCount >= highestCount && !facts.extin) {
      const why = 'it does not seem to fall when EXTIN is released, and the cut comes at 10';
      throw new NoTestError('count', `extin-count of ${name} is ${facts.extinCount} s: ${why}`);
    }
    if (facts.extout) throw new NoTestError('busy', `${name} asserts its EXTOUT: it is fencing, or see its monitor`);
  }
  end.log(`${peer} answers and is awake`);
  const nothing: GivenPulse = { given: false, reason: 'none was tried' };
  if (ready.extin) directions.push(judgeWire({ from: node, to: peer }, nothing, alreadyAsserted(ready), ready));
  if (own.extin) directions.push(judgeWire({ from: peer, to: node }, nothing, alreadyAsserted(own), own));
  if (directions.length > 0) {
    tellResult(conversation, directions, node);
    return;
  }

  conversation.send({ say: 'watch' });
  await expect(end, conversation, 'watching');
  await clock.sleep(rest * (1 + end.random()));
  end.log(`giving ${peer} a pulse of less than a second`);
  const given = await givePulse(end);
  await clock.sleep(rest);
  conversation.send({ say: 'watched' });
  const seen = await expect(end, conversation, 'seen');
  directions.push(judgeWire({ from: node, to: peer }, given, seen, ready));

  if (both) {
    const back = { from: peer, to: node };
    const first = await lookFirst(end, board);
    if (first) {
      end.log(`watching for the pulse of ${peer}`);
      const pulsed = expect(end, conversation, 'pulsed');
      const sightings = watch(end, board, first, pulsed);
      conversation.send({ say: 'turn' });
      const seenBack = await sightings;
      directions.push(judgeWire(back, await pulsed, seenBack, own));
    } else {
      const unwatched: GivenPulse = { given: false, reason: `${node} cannot watch its EXTIN` };
      directions.push(judgeWire(back, unwatched, undefined, own));
    }
  }
  tellResult(conversation, directions, node);
}

function tellResult(conversation: TesterConversation, directions: readonly DirectionReport[], tester: string): void {
  const back = directions.find(({ to }) => to === tester);
  conversation.send({
    say: 'result',
    ok: directions.every(({ works }) => works),
    message: messageOf(directions).slice(0, 500),
    ...(back && { toTester: { verdict: back.verdict, works: back.works } }),
  });
}

function messageOf(directions: readonly DirectionReport[]): string {
  return directions.map(({ message }) => message).join('; ');
}

/** Nobody puts anything on the wire, and yet it is asserted: no pulse can tell more. */
function alreadyAsserted({ extinCount }: BoardFacts): Sightings {
  const count = { countBefore: extinCount, countAfter: extinCount };
  return { before: true, after: true, pulses: [], samples: 1, longestGap: 0, ...count };
}

/** What a listener is left with. */
export interface ListenerReport {
  /** Undefined when the tester did not get to its end. */
  readonly result: { readonly ok: boolean; readonly message: string } | undefined;
  /** What came of this node's own pulse, if it gave one. */
  readonly back: WireResult | undefined;
  /** Why the test did not get to its end. */
  readonly reason: string | undefined;
}

/** The listener's side: serves one tester from its call to its leave. */
export async function answerWireTest(end: WireEnd, conversation: ListenerConversation): Promise<ListenerReport> {
  const over = (reason: string): ListenerReport => ({ result: undefined, back: undefined, reason });
  const refuse = (code: RefusalCode, reason: string) => {
    conversation.send({ say: 'refused', code, reason: reason.slice(0, 500) });
    return over(reason);
  };
  let board: Sleepi3 | undefined;
  try {
    const hello = await hear(end, conversation);
    if (hello?.say !== 'hello') return over('no greeting of wire-test');
    if (hello.protocol !== wireProtocol) {
      return refuse('protocol', `${end.node} has another version of fence_sleepi3: install the same on both nodes`);
    }
    if (!isSameNode(hello.peer, end.node) || !isSameNode(hello.node, end.peer)) {
      const meant = `${hello.node} wired to ${hello.peer}`;
      return refuse('wrong-peer', `this is ${end.node}, wired to ${end.peer}; the tester says it is ${meant}`);
    }
    let facts: BoardFacts;
    try {
      board = await end.openBoard();
      facts = await boardFacts(board);
    } catch (error) {
      return refuse('board', `the board of ${end.node} cannot be read: ${printable(error)}`);
    }
    conversation.send({ say: 'ready', node: end.node, peer: end.peer, ...facts });
    end.log(`${end.peer} tests the wire`);

    let pulsed = false;
    for (;;) {
      const message = await hear(end, conversation);
      switch (message?.say) {
        case 'watch': {
          const unread = `the board of ${end.node} could not be read throughout`;
          const first = await lookFirst(end, board);
          if (!first) return refuse('board', unread);
          const watched = hear(end, conversation);
          conversation.send({ say: 'watching' });
          const sightings = await watch(end, board, first, watched);
          if ((await watched)?.say !== 'watched') return over(`${end.peer} broke off`);
          if (!sightings) return refuse('board', unread);
          conversation.send({ say: 'seen', ...sightings, pulses: sightings.pulses.slice(0, 50) });
          break;
        }
        case 'turn': {
          if (pulsed) return over(`${end.peer} asked for more than one pulse`);
          pulsed = true;
          await end.clock.sleep(rest * (1 + end.random()));
          end.log(`giving ${end.peer} a pulse of less than a second`);
          const given = await givePulse(end);
          await end.clock.sleep(rest);
          conversation.send({ say: 'pulsed', ...given });
          break;
        }
        case 'result':
          return {
            result: { ok: message.ok, message: message.message },
            back: message.toTester,
            reason: undefined,
          };
        default:
          return over(`${end.peer} broke off`);
      }
    }
  } finally {
    conversation.close();
    await board?.close();
  }
}

async function givePulse(end: WireEnd): Promise<GivenPulse> {
  const outcome = await end.pulse(Math.round(shortestPulse + end.random() * (longestPulse - shortestPulse)));
  if (outcome.kind !== 'tested') {
    return { given: false, reason: 'reason' in outcome ? printable(outcome.reason) : outcome.kind };
  }
  const { shortest, longest, extinMoved } = outcome;
  return { given: true, shortest, longest, extinMoved };
}

/** Undefined when the board cannot be read. */
async function lookFirst(node: WireEnd, board: Sleepi3): Promise<FirstLook | undefined> {
  try {
    return await firstLook(board);
  } catch (error) {
    node.log(`EXTIN cannot be watched: ${printable(error)}`);
    return undefined;
  }
}

/** Watches until `end` is settled; undefined when the board cannot be read all the while. */
async function watch(
  node: WireEnd,
  board: Sleepi3,
  first: FirstLook,
  end: Promise<unknown>,
): Promise<Sightings | undefined> {
  try {
    return await watchExtin(board, node.clock, first, end);
  } catch (error) {
    node.log(`EXTIN cannot be watched: ${printable(error)}`);
    await end.catch(() => undefined); // whoever waits for it reports it
    return undefined;
  }
}

function boardFacts(board: Sleepi3): Promise<BoardFacts> {
  const facts = async (): Promise<BoardFacts> => {
    const { extin, extout } = await board.ioStatus();
    const extinCount = await board.get('extin-count');
    const input = await board.getAll(['extin-powerdown', 'extin-trigger']);
    const [extinPowerdown, levelTrigger] = [input['extin-powerdown'], input['extin-trigger'] === 'level'];
    return { extin, extout, extinCount, extinPowerdown, levelTrigger };
  };
  return settled('the board', facts, isDeepStrictEqual);
}

function openOwnBoard(end: WireEnd): Promise<Sleepi3> {
  return end.openBoard().catch(failWith('own-board', 'this board cannot be reached'));
}

function failWith(failure: NoTest, what: string): (error: unknown) => never {
  return (error) => {
    throw new NoTestError(failure, `${what}: ${printable(error)}`);
  };
}

/** The next message, which must be of that kind. */
async function expect<Say extends ListenerMessage['say']>(
  end: WireEnd,
  conversation: TesterConversation,
  say: Say,
): Promise<Extract<ListenerMessage, { say: Say }>> {
  const message = await within(end.clock, timeout, conversation.receive());
  if (message === 'late') {
    throw new NoTestError('broken-off', `${end.peer} has been silent for ${timeout / 1000} s`);
  }
  if (message?.say === 'refused') throw new NoTestError(message.code, `${end.peer} refuses: ${message.reason}`);
  if (message?.say === say) return message as Extract<ListenerMessage, { say: Say }>;
  throw new NoTestError('broken-off', `${end.peer} broke off, or is not wire-listen of fence_sleepi3`);
}

/** The next message; undefined when the tester is gone or silent. */
async function hear(end: WireEnd, conversation: ListenerConversation): Promise<TesterMessage | undefined> {
  const message = await within(end.clock, timeout, conversation.receive());
  return message === 'late' ? undefined : message;
}

/** The reason in one line that passes the wire's own rules. */
function printable(error: unknown): string {
  const text = reasonOf(error);
  // eslint-disable-next-line no-control-regex -- that is what must not be sent
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 300);
}
