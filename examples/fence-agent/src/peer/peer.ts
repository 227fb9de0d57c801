// The peer's line keeper: asked what it is and what it sees, answered the same, and with it the wire is tested daily.
import type { Clock } from '@sleepi3/driver';
import { within } from '../line/timeout.js';
import type { FoundWiring } from '../target/wiring.js';
import { isSameNode } from '../target/node-names.js';
import type { ListenerConversation, TesterConversation } from '../wire-test/test.js';
import { parseListenerMessage, parseTesterMessage } from '../wire-test/messages.js';
import { inMessages, type PeerLines, startingWith } from './channel.js';
import { aboutQuestion, isAboutQuestion, parsePeerFacts, type PeerFacts } from './messages.js';
import { reasonOf } from '../reason.js';

/** Between two questions, ms. */
const askInterval = 10_000;
/** How long an answer may take, ms. */
const answerTimeout = 2000;
/** How old an answer may be to be believed, ms. */
const longestBelief = 60_000;
/** How long a caller may take to say what it wants, ms. */
const greetingTimeout = 5000;

/** What talking with the peer needs of the process. */
export interface PeerHost {
  readonly clock: Clock;
  readonly log: (message: string) => void;
  /** Who the two nodes are; rejects while that cannot be told. */
  readonly wiring: () => Promise<FoundWiring>;
  /** Calls the line keeper at an address; undefined when none of ours answers there. */
  readonly call: (address: string) => Promise<PeerLines | undefined>;
  readonly listen: (onCall: (lines: PeerLines) => void) => Promise<{ close(): Promise<void> }>;
}

/** What this node says of itself. */
export type OwnFacts = Omit<PeerFacts, 'node' | 'peer' | 'before'>;

export class Peer {
  readonly #host: PeerHost;
  readonly #onFacts: (facts: PeerFacts) => void;
  #last: { readonly facts: PeerFacts; readonly at: number } | undefined;
  #unfenceable: string | undefined;

  /** @param onFacts Told of every answer. */
  constructor(host: PeerHost, onFacts: (facts: PeerFacts) => void) {
    this.#host = host;
    this.#onFacts = onFacts;
  }

  /** Asks again and again until `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#host;
    while (!signal.aborted) {
      await this.ask(answerTimeout);
      await clock.sleep(askInterval, signal).catch(() => undefined);
    }
  }

  /** What it said last, if it did so lately. */
  get known(): PeerFacts | undefined {
    return this.#last && this.#host.clock.now() - this.#last.at <= longestBelief ? this.#last.facts : undefined;
  }

  /**
   * The peer that has said that it does not go down when it is fenced, however long ago, and has not taken that back: one that
   * falls silent is not mended by that.
   */
  get unfenceable(): string | undefined {
    return this.#unfenceable;
  }

  /** What it says now; undefined when it does not within `timeout` ms. Who answers has its power, and its key. */
  async ask(timeout: number): Promise<PeerFacts | undefined> {
    const { clock, log } = this.#host;
    const asked = this.#askEverywhere().catch((error: unknown) => {
      log(`the peer's line keeper cannot be asked: ${reasonOf(error)}`);
      return undefined;
    });
    const facts = await within(clock, timeout, asked);
    if (facts === 'late' || facts === undefined) return undefined;
    this.#last = { facts, at: clock.now() };
    if (facts.fenceable !== undefined) this.#unfenceable = facts.fenceable ? undefined : facts.node;
    this.#onFacts(facts);
    return facts;
  }

  /** Calls it for a test of the wire. */
  async callForTest(): Promise<TesterConversation | undefined> {
    const { wiring, call } = this.#host;
    for (const address of (await wiring()).peerAddresses) {
      const lines = await call(address);
      if (lines) return inMessages(lines, parseListenerMessage);
    }
    return undefined;
  }

  /** Answers whoever calls. `serveTest`: the listener's end of a wire test. */
  async listen(
    own: () => Promise<OwnFacts>,
    serveTest: (conversation: ListenerConversation) => void,
  ): Promise<{ close(): Promise<void> }> {
    const { clock, listen, wiring } = this.#host;
    const attend = async (lines: PeerLines) => {
      const first = await within(clock, greetingTimeout, lines.receive());
      if (first === 'late' || first === undefined) {
        lines.close();
      } else if (isAboutQuestion(first)) {
        const { self, peer, before } = await wiring();
        const ends = { node: self, peer, ...(before !== undefined && { before }) };
        lines.send(JSON.stringify({ ...ends, ...(await own()) } satisfies PeerFacts));
        lines.close();
      } else {
        serveTest(inMessages(startingWith(first, lines), parseTesterMessage));
      }
    };
    return listen((lines) => {
      attend(lines).catch(() => {
        lines.close();
      });
    });
  }

  async #askEverywhere(): Promise<PeerFacts | undefined> {
    const { wiring } = this.#host;
    const { self, peer, peerAddresses } = await wiring();
    const answers = peerAddresses.map(async (address) => {
      const facts = await this.#askAt(address);
      if (!facts || !isSameNode(facts.node, peer) || !isSameNode(facts.before ?? facts.peer, self))
        throw new Error('no answer');
      return facts;
    });
    return Promise.any(answers).catch(() => undefined);
  }

  async #askAt(address: string): Promise<PeerFacts | undefined> {
    const lines = await this.#host.call(address);
    if (!lines) return undefined;
    try {
      lines.send(aboutQuestion);
      const answer = await within(this.#host.clock, answerTimeout, lines.receive());
      return answer === 'late' || answer === undefined ? undefined : parsePeerFacts(answer);
    } finally {
      lines.close();
    }
  }
}
