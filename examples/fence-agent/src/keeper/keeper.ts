// The line keeper: the process that owns EXTOUT while it is asserted. It is armed, holding the board's lock, before the
// line moves, and it lives in a session of its own: killing the agent and its whole process group does not touch it,
// so that whatever happens to the agent, the pulse is finished or withdrawn and the line released.
//
// Should the keeper itself be killed, the agent notices and releases; and because the agent may be dead by then, or done
// (the wake pulse of a reboot has no agent any more), a guard process waits for just that, too.
//
// One keeper carries out one act and goes. Agents that ask for the same act meanwhile join it; others are sent away.
import type { Clock } from '@sleepi3/driver';
import type { AgentMessage, Conversation, KeeperEvent } from './messages.js';
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import type { LineState, Lines } from '../line/lines.js';
import { patiently, within } from '../line/patience.js';
import type { PowerRecord } from '../line/power-record.js';
import { isSameNode } from '../target/node-names.js';
import { pulse, type PulseContext, release, wakeAfterwards } from '../line/pulse.js';

/** How long a keeper that is done waits for a disk, ms. */
const diskPatience = 10_000;
/** How long a board that cannot be opened is tried for, ms. */
const openPatience = 3000;
/** How long a keeper waits for its first request, ms. */
const arrivalPatience = 5000;

export type AgentConversation = Conversation<AgentMessage, KeeperEvent>;

/** What a keeper needs of its process. */
export interface KeeperHost {
  readonly clock: Clock;
  readonly record: PowerRecord;
  /** The lock of the board, or undefined when another keeper has it. The kernel releases it when the process dies. */
  tryLock(): Promise<{ release(): Promise<void> } | undefined>;
  /** Takes calls from agents, each handed to `onCall`. Called with the lock held. */
  listen(onCall: (conversation: AgentConversation) => void): Promise<{ close(): Promise<void> }>;
  openLines(): Promise<Lines & { close(): Promise<void> }>;
  /** Starts the guard: a process that releases the line should this one die before it has dismissed the guard. */
  startGuard(): { dismiss(): void };
  log(message: string): void;
  date(): Date;
  /** Aborts when the process is asked to end (SIGTERM): the line is released then. */
  readonly stop: AbortSignal;
}

/** Runs one keeper to its end. Resolves to false when another keeper owns the board. */
export async function keepLine(host: KeeperHost, onReady: () => void): Promise<boolean> {
  const lock = await host.tryLock();
  if (!lock) return false;
  try {
    // Before anybody can ask for the line to be asserted.
    const guard = host.startGuard();
    const act = new Act(host);
    const server = await host.listen((conversation) => {
      void act.attend(conversation);
    });
    onReady();
    await act.done.finally(() => server.close());
    guard.dismiss();
  } finally {
    await lock.release();
  }
  return true;
}

/** The one act of a keeper, and the agents who wait for it. */
class Act {
  readonly done: Promise<void>;
  readonly #host: KeeperHost;
  /** Who is told what happens. */
  readonly #waiting = new Set<AgentConversation>();
  /** Who has not withdrawn the request. Dying is not withdrawing. */
  readonly #wanting = new Set<AgentConversation>();
  readonly #withdrawal = new AbortController();
  #request: PulseRequest | undefined;
  #outcome: PulseOutcome | undefined;
  #begin: (request: PulseRequest | undefined) => void = () => undefined;

  constructor(host: KeeperHost) {
    this.#host = host;
    const begun = new Promise<PulseRequest | undefined>((resolve) => {
      this.#begin = resolve;
    });
    const arrival = new AbortController();
    const expire = () => {
      this.#begin(undefined);
    };
    host.clock.sleep(arrivalPatience, arrival.signal).then(expire, expire);
    this.done = begun.then((request) => {
      arrival.abort();
      return request ? this.#perform(request) : undefined;
    });
  }

  /** Serves one agent from its call to its leave. */
  async attend(conversation: AgentConversation): Promise<void> {
    for (;;) {
      const message = await conversation.receive();
      // An agent that vanished may have been killed for being late; what it asked for is still wanted, so go on.
      if (!message) break;
      if ('request' in message) this.#admit(conversation, message.request);
      else if ('cancel' in message) this.#withdraw(conversation);
      else conversation.send({ event: 'alive' });
    }
    this.#waiting.delete(conversation);
  }

  #admit(conversation: AgentConversation, request: PulseRequest): void {
    const current = this.#request;
    const ending = this.#outcome !== undefined || this.#withdrawal.signal.aborted || this.#host.stop.aborted;
    if (current && (ending || !isSameAct(current, request))) {
      conversation.send({ event: 'busy', with: `${current.action} of ${current.target}` });
      conversation.close();
      return;
    }
    this.#waiting.add(conversation);
    this.#wanting.add(conversation);
    conversation.send({ event: 'accepted', joined: current !== undefined });
    if (current) return;
    this.#request = request;
    this.#begin(request);
  }

  #withdraw(conversation: AgentConversation): void {
    const wanted = this.#wanting.delete(conversation);
    if (wanted && this.#wanting.size === 0) this.#withdrawal.abort(new Error('the request was withdrawn'));
  }

  async #perform(request: PulseRequest): Promise<void> {
    const { clock, record, stop } = this.#host;
    const log = (message: string) => {
      this.#host.log(message);
    };
    let board: Awaited<ReturnType<KeeperHost['openLines']>>;
    const signal = anySignal(this.#withdrawal.signal, stop);
    try {
      board = await patiently({ clock, signal }, openPatience, () => {
        this.#tell({ event: 'alive' });
        return this.#host.openLines();
      });
    } catch (error) {
      this.#settle({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
      return;
    }
    const lines = signsOfLife(board, clock, () => {
      this.#tell({ event: 'alive' });
    });
    const context: PulseContext = {
      lines,
      clock,
      record,
      log,
      signal,
      date: () => this.#host.date(),
      onProgress: (progress) => {
        this.#tell({ event: 'progress', ...progress });
      },
    };
    const outcome = await pulse(request, context);
    this.#settle(outcome);
    // The answer did not wait for a bus that fails just then; the line is not left alone for that.
    if (outcome.kind === 'verified' && !outcome.released) await release(context);
    if (request.action === 'reboot' && outcome.kind === 'verified') await wakeAfterwards(request, context);
    // Whoever asked has the answer; a slow disk gets its time to take the record.
    await within(clock, diskPatience, record.settled());
    await board.close();
  }

  #settle(outcome: PulseOutcome): void {
    this.#outcome = outcome;
    this.#tell({ event: 'result', outcome });
    for (const conversation of this.#waiting) conversation.close();
  }

  #tell(event: KeeperEvent): void {
    for (const conversation of this.#waiting) conversation.send(event);
  }
}

function isSameAct(a: PulseRequest, b: PulseRequest): boolean {
  return a.action === b.action && isSameNode(a.target, b.target) && a.hold >= b.hold;
}

/** Between two signs of life, ms. */
const lifePeriod = 500;

/** The same lines, giving a sign of life after a transfer has come to its end, well or not. */
function signsOfLife(lines: Lines, clock: Clock, sign: () => void): Lines {
  let last = Number.NEGATIVE_INFINITY;
  const lived = () => {
    if (clock.now() - last < lifePeriod) return;
    last = clock.now();
    sign();
  };
  return {
    read: (): Promise<LineState> => lines.read().finally(lived),
    writeExtout: (asserted) => lines.writeExtout(asserted).finally(lived),
  };
}

function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    const abort = () => {
      controller.abort(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return controller.signal;
}
