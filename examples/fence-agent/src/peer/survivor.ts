// Asks the target's line keeper at the end of a hold. Who answers runs: whatever was held, it has its power.
import { isSameNode } from '../target/node-names.js';
import type { Peer } from './peer.js';
import type { PeerFacts } from './messages.js';

/** By then the target's board has cut, ms into the hold: at 11 s at the latest, and a little for the last packet. */
const surelyCut = 11_200;
/** How long an answer may take, ms: within what is left of the shortest hold. */
const answerTimeout = 700;

export class SurvivorWatch {
  readonly #peer: Peer;
  readonly #target: string;
  #answer: Promise<PeerFacts | undefined> | undefined;
  #askedAt = 0;

  constructor(peer: Peer, target: string) {
    this.#peer = peer;
    this.#target = target;
  }

  /** To be told how long the line has been held. */
  onHeld(held: number): void {
    // A hold that was begun anew proves nothing of what was heard before.
    if (held < this.#askedAt) this.#answer = undefined;
    if (held < surelyCut || this.#answer) return;
    this.#askedAt = held;
    this.#answer = this.#peer.ask(answerTimeout);
  }

  /** What a target says, or has said last, that should be without power; undefined when that is nothing. */
  async testimony(): Promise<string | undefined> {
    const facts = await this.#answer;
    if (!facts) return this.#lastWord();
    const { node, extinAgo, watched, fenceable } = facts;
    const saw = extinAgo !== undefined && extinAgo < surelyCut;
    if (!saw && watched > surelyCut)
      return `${node} runs, and its EXTIN saw nothing: the wire is broken, or in the wrong plug`;
    if (saw && fenceable === false)
      return `${node} runs: its EXTIN saw it, but EIPDE is 0 there; run fence_sleepi3 boot on ${node}`;
    return `${node} runs: its line keeper answers`;
  }

  #lastWord(): string | undefined {
    const { unfenceable } = this.#peer;
    if (unfenceable === undefined || !isSameNode(unfenceable, this.#target)) return undefined;
    return (
      `${unfenceable} has said last that EIPDE is 0 or EITRG level there: its board may not have cut its power; look at it, and when ` +
      `it is off: pcs stonith confirm ${unfenceable}`
    );
  }
}
