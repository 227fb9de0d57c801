// The acts that callers ask for: who asks for the same one joins it, others wait for their turn. One that has begun goes on for
// whoever has died, and ends when nobody wants it any more.
import type { Sleepi3 } from '@sleepi3/driver';
import { cuts, describeOutcome, type PulseOutcome, type PulseRequest } from '../line/act.js';
import { retry, within } from '../line/timeout.js';
import { pulse, type PulseContext, release } from '../line/pulse.js';
import type { PeerTalk } from '../peer/talk.js';
import { isSameNode } from '../target/node-names.js';
import { reasonOf } from '../reason.js';
import type { KeeperHost } from './host.js';
import type { KeptLine } from './line.js';
import type { AgentConversation, KeeperEvent } from './messages.js';
import type { WakeDebt } from './wake.js';

/** How long a disk is waited for after an act, ms. */
const diskTimeout = 10_000;
/** How long a board that cannot be opened is tried for, ms. */
const openTimeout = 3000;
/** A hold that came this far, ms, may have cut the target, whatever became of it then. */
const mayHaveCut = 8000;

/** What the talk with the peer has to do with a shot. */
type ShotWitness = Pick<PeerTalk, 'hasShot' | 'watchSurvivor'>;

/** An act that was asked for, and who waits for it. */
export interface Act {
  request: PulseRequest;
  /** The clock's time, ms, after which it is not begun. */
  deadline: number;
  /** Who is told what happens. */
  readonly waiting: Set<AgentConversation>;
  /** Who has not withdrawn the request. Dying is not withdrawing: an act that has begun goes on for those. */
  readonly wanting: Set<AgentConversation>;
  readonly withdrawal: AbortController;
  state: 'queued' | 'begun' | 'over';
}

export class Acts {
  readonly #host: KeeperHost;
  readonly #line: KeptLine;
  readonly #debt: WakeDebt;
  readonly #talk: ShotWitness | undefined;
  /** Those that have not come to their end, the first one under way or next. */
  readonly #acts: Act[] = [];

  constructor(host: KeeperHost, line: KeptLine, debt: WakeDebt, talk: ShotWitness | undefined) {
    this.#host = host;
    this.#line = line;
    this.#debt = debt;
    this.#talk = talk;
  }

  /** @param timeout ms from now, after which it is not begun any more. */
  admit(conversation: AgentConversation, request: PulseRequest, timeout: number): Act {
    const deadline = this.#host.clock.now() + timeout;
    const joined = this.#acts.find((act) => isSameAct(act.request, request) && !act.withdrawal.signal.aborted);
    const act = joined ?? this.#newAct(request, deadline);
    act.deadline = Math.max(act.deadline, deadline);
    act.waiting.add(conversation);
    act.wanting.add(conversation);
    const { underWay } = this.#line;
    if (act.state === 'begun') conversation.send({ event: 'accepted', joined: true });
    else if (underWay !== undefined) conversation.send({ event: 'waiting', for: underWay });
    if (!joined) void this.#line.inTurn(nameOf(request), () => this.#perform(act));
    return act;
  }

  withdraw(act: Act, conversation: AgentConversation): void {
    const wanted = act.wanting.delete(conversation);
    if (!wanted || act.wanting.size > 0) return;
    act.withdrawal.abort(new Error('the request was withdrawn'));
    if (act.state === 'queued') this.#settle(act, failed('the request was withdrawn'));
  }

  /** A caller has hung up. It may have been killed for being late: what has begun goes on; what has not is nobody's any more. */
  leave(act: Act, conversation: AgentConversation): void {
    act.waiting.delete(conversation);
    if (act.state === 'queued' && act.waiting.size === 0) this.#finish(act);
  }

  /** Nothing new is begun; what has begun is let go of when the node goes down, and else comes to its end. */
  async end(nodeGoesDown: () => Promise<boolean>): Promise<void> {
    // They have heard of no beginning, and ask whoever comes next.
    for (const act of this.#acts) if (act.state === 'queued') this.#finish(act);
    for (const act of this.#acts) {
      if (act.state === 'begun' && (await nodeGoesDown())) act.withdrawal.abort(new Error('the node goes down'));
    }
  }

  /** Tells whoever waits that this keeper lives, and gives up what has waited for too long. */
  tellLife(): void {
    const other = this.#line.underWay ?? 'another act';
    for (const act of [...this.#acts]) {
      if (act.state === 'begun') send(act, { event: 'alive' });
      else if (this.#host.clock.now() >= act.deadline) this.#settle(act, failed(`${other} took too long`));
      else send(act, { event: 'waiting', for: other });
    }
  }

  #newAct(request: PulseRequest, deadline: number): Act {
    const withdrawal = new AbortController();
    const act: Act = { request, deadline, waiting: new Set(), wanting: new Set(), withdrawal, state: 'queued' };
    this.#acts.push(act);
    return act;
  }

  async #perform(act: Act): Promise<void> {
    const request = this.#begin(act);
    if (!request) return;
    const { owedWake, record } = this.#host;
    const board = await this.#open(act).catch((error: unknown) => {
      this.#settle(act, failed(reasonOf(error)));
    });
    if (!board) return;
    const owing = this.#debt.mayOwe(); // the disk has the time of the act to say so
    const { outcome, furthest, context } = await this.#carryOut(act, request, board);
    const targetRuns = outcome.kind === 'verified' && outcome.targetRuns !== undefined;
    // Its record says that it is off.
    if (targetRuns) await record.forget().catch(() => undefined);
    const off = outcome.kind === 'verified' && cuts(request.action) && !targetRuns;
    const neverCut = request.action === 'reboot' && !off && (furthest < mayHaveCut || targetRuns) && !(await owing);
    const staysOff = off && request.action === 'off';
    if (staysOff || neverCut || outcome.kind === 'woken') await this.#debt.settle();
    // Whoever asked may be gone, and its word with it.
    this.#host.log(`${nameOf(request)}: ${describeOutcome(outcome)}`);
    this.#settle(act, outcome);
    await this.#leaveInOrder(request, outcome, off, context);
    await board.close();
    // Not waited for: a disk that does not answer keeps nobody from the next act.
    void owedWake.get().then((owed) => owed && this.#debt.makeGood());
  }

  /** Tells everybody that its turn has come; undefined when it is too late for that. */
  #begin(act: Act): PulseRequest | undefined {
    if (act.state !== 'queued') return undefined;
    const left = act.deadline - this.#host.clock.now();
    if (left < (cuts(act.request.action) ? act.request.hold : 0)) {
      this.#settle(act, failed('no time was left when its turn came'));
      return undefined;
    }
    act.state = 'begun';
    let joined = false;
    for (const conversation of act.waiting) {
      conversation.send({ event: 'accepted', joined });
      joined = true;
    }
    // Whoever asked may be gone: no shot later than the request's own time.
    return { ...act.request, holdTimeout: Math.min(act.request.holdTimeout, left) };
  }

  /** The act itself, and how far it came, ms into the hold. */
  async #carryOut(act: Act, request: PulseRequest, board: Sleepi3) {
    const { action, target } = request;
    const survivor = cuts(action) ? this.#talk?.watchSurvivor(target) : undefined;
    let furthest = 0;
    let owed: Promise<void> | undefined;
    const context = this.#line.contextOf(board, act.withdrawal.signal, (progress) => {
      furthest = Math.max(furthest, progress.held, progress.restarts > 0 ? mayHaveCut : 0);
      // Well before the target can be off, and the disk has the rest of the hold. An act that yields before owes nothing.
      if (action === 'reboot' && furthest >= mayHaveCut / 2) owed ??= this.#debt.owe(target);
      survivor?.onHeld(progress.held);
      send(act, { event: 'progress', ...progress });
    });
    const held = await pulse(request, context);
    if (held.kind !== 'verified') {
      await owed;
      return { outcome: held, furthest, context };
    }
    if (action === 'reboot') owed ??= this.#debt.owe(target);
    await owed;
    this.#talk?.hasShot(held.held);
    const targetRuns = await survivor?.testimony();
    return { outcome: targetRuns === undefined ? held : { ...held, targetRuns }, furthest, context };
  }

  /** What is left to do when whoever asked has the answer. */
  async #leaveInOrder(
    request: PulseRequest,
    outcome: PulseOutcome,
    off: boolean,
    context: PulseContext,
  ): Promise<void> {
    const { clock, record } = this.#host;
    // The answer did not wait for a bus that fails just then; the line is not left alone for that.
    if (outcome.kind === 'verified' && !outcome.released) await release(context);
    if (request.action === 'reboot' && off) {
      await clock.sleep(request.wakeDelay);
      await this.#debt.pay(context);
    }
    // A slow disk gets its time to take the record.
    await within(clock, diskTimeout, record.settled());
    await this.#line.leaveIdle(context);
  }

  /** Opens the board, again and again for a while. */
  #open(act: Act): Promise<Sleepi3> {
    const { clock, openBoard } = this.#host;
    return retry({ clock, signal: act.withdrawal.signal }, openTimeout, openBoard);
  }

  #settle(act: Act, outcome: PulseOutcome): void {
    send(act, { event: 'result', outcome });
    this.#host.watch?.acted(act.request, outcome);
    this.#finish(act);
  }

  #finish(act: Act): void {
    act.state = 'over';
    const index = this.#acts.indexOf(act);
    if (index >= 0) this.#acts.splice(index, 1);
    for (const conversation of act.waiting) conversation.close();
  }
}

function isSameAct(a: PulseRequest, b: PulseRequest): boolean {
  return a.action === b.action && isSameNode(a.target, b.target) && a.hold >= b.hold;
}

function nameOf({ action, target }: PulseRequest): string {
  return `${action} of ${target}`;
}

function send({ waiting }: Act, event: KeeperEvent): void {
  for (const conversation of waiting) conversation.send(event);
}

export function failed(reason: string): PulseOutcome {
  return { kind: 'failed', reason };
}
