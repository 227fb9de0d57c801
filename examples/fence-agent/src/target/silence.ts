// Does the peer still answer when it must be without power? A hold proves that this board's EXTOUT was asserted; it does
// not prove that the wire leads anywhere, or that the peer's board acts on it. A peer that answers on any of its addresses
// at the end of the hold has its power: then the hold was in vain, and nothing else may be said.
//
// The other way round nothing follows: a peer that does not answer may be cut off from the network only. So silence is no
// proof, and is not needed for a success; but that nobody could be asked is told.
import type { Clock } from '@sleepi3/driver';

/** By then the peer's board has cut, ms into the hold: at 11 s at the latest, and a little for the last packet. */
const surelyCut = 11_200;
/** How often each address is asked: a single packet may be lost. */
const packets = 3;

/** Whether an address answered, or why it could not be asked. */
export type Answer = 'answers' | 'silent' | { readonly unasked: string };

/** Asks an address, with so many packets, within a second. */
export type Ask = (address: string, packets: number) => Promise<Answer>;

/** What came of asking the peer at all its addresses. */
export interface Hearing {
  /** Where it answered, if it did. */
  readonly answeredAt: string | undefined;
  /** Why nobody could be asked, when that is so. */
  readonly unasked: string | undefined;
}

/** Asks all addresses at once. */
export async function askEverywhere(addresses: readonly string[], ask: Ask, count = packets): Promise<Hearing> {
  const answers = await Promise.all(addresses.map((address) => ask(address, count)));
  const answeredAt = addresses.find((_, index) => answers[index] === 'answers');
  const reasons = answers.flatMap((answer) => (typeof answer === 'object' ? [answer.unasked] : []));
  const unasked = addresses.length === 0 ? 'no address of it is known' : [...new Set(reasons)].join('; ');
  return { answeredAt, unasked: reasons.length === addresses.length ? unasked : undefined };
}

/** Asks in time for the end of a hold. */
export class SilenceWatch {
  readonly #ask: () => Promise<Hearing>;
  #hearing: Promise<Hearing> | undefined;
  #askedAt = 0;

  constructor(ask: () => Promise<Hearing>) {
    this.#ask = ask;
  }

  /** To be told how long the line has been held; asks when the peer must be off, before the hold is over. */
  onHeld(held: number): void {
    // A hold that was begun anew proves nothing of what was heard before.
    if (held < this.#askedAt) this.#hearing = undefined;
    if (held < surelyCut || this.#hearing) return;
    this.#askedAt = held;
    this.#hearing = this.#ask();
  }

  /** After a verified hold of `held` ms: what was heard of the peer when it must be off. */
  async hearing(held: number, clock: Clock): Promise<Hearing> {
    if (!this.#hearing && held < surelyCut) await clock.sleep(surelyCut - held);
    return this.#hearing ?? this.#ask();
  }
}
