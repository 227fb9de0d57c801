// Does the peer still answer when it must be without power? A hold proves that this board's EXTOUT was asserted; it does
// not prove that the wire leads anywhere, or that the peer's board acts on it. A peer that answers on the network at the
// end of the hold has its power: then the hold was in vain, and nothing else may be said.
//
// The other way round nothing follows: a peer that does not answer may be cut off from the network only. So silence is no
// proof, and is not needed for a success.
import type { Clock } from '@sleepi3/driver';

/** By then the peer's board has cut, ms into the hold: at 11 s at the latest, and a little for the last packet. */
const surelyCut = 11_200;

/** Whether `address` answers, asked once, within half a second. Undefined: it cannot be told. */
export type Ask = (address: string) => Promise<boolean | undefined>;

export class SilenceWatch {
  readonly #ask: () => Promise<boolean | undefined>;
  #answer: Promise<boolean | undefined> | undefined;
  #askedAt = 0;

  constructor(ask: () => Promise<boolean | undefined>) {
    this.#ask = ask;
  }

  /** To be told how long the line has been held; asks when the peer must be off, before the hold is over. */
  onHeld(held: number): void {
    // A hold that was begun anew proves nothing of what was heard before.
    if (held < this.#askedAt) this.#answer = undefined;
    if (held < surelyCut || this.#answer) return;
    this.#askedAt = held;
    this.#answer = this.#ask();
  }

  /** After a verified hold of `held` ms: whether the peer answers all the same. */
  async peerAnswers(held: number, clock: Clock): Promise<boolean> {
    if (!this.#answer && held < surelyCut) await clock.sleep(surelyCut - held);
    return (await (this.#answer ?? this.#ask())) === true;
  }
}
