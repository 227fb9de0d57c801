// The line keeper: the one process that owns EXTOUT. It is there before anything happens, a service of its own, so that
// whatever becomes of those who ask, an act is finished or withdrawn and the line released. Should it die itself, whoever
// supervises it releases the line and starts it again; callers wait at its socket meanwhile.
//
// One act at a time: callers who ask for the same one join it, others wait for their turn.
import { type Clock, judgeHealth, type ParsedDefaults, type Sleepi3 } from '@sleepi3/driver';
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import { readSettled } from '../line/lines.js';
import { patiently, within } from '../line/patience.js';
import type { PowerRecord } from '../line/power-record.js';
import { pulse, type PulseContext, release } from '../line/pulse.js';
import { boardLines } from '../node/board.js';
import { readBoard } from '../node/board-check.js';
import { isSameNode } from '../target/node-names.js';
import { type PeerLink, PeerTalk } from '../peer/talk.js';
import type { NodeWatch } from '../watch/watch.js';
import type { WireTestRecord } from '../wire-test/record.js';
import { clearLine } from './clear-line.js';
import { type BootReport, doDuties } from './duties.js';
import type { AgentMessage, Conversation, KeeperEvent, KeeperQuestion, NamedBoard } from './messages.js';
import type { OwedWake } from './owed-wake.js';
import { type BoardView, openPolitely } from './politely.js';
import type { AgentServer } from './socket.js';
import {
  busIsSlow,
  type Finding,
  judgeWireTest,
  lineWasOrphaned,
  type NodeReport,
  peerUntold,
  wakeIsOwed,
} from './report.js';

/** Between two signs of life, ms. */
const lifePeriod = 1000;
/** A transfer that takes longer than this, retries and all, ms, will not come back: then there are no signs of life. */
const longestTransfer = 10_000;
/** How long a disk is waited for, ms: before the result is told, and after an act. */
const tellPatience = 3000;
const diskPatience = 10_000;
/** How long a board that cannot be opened is tried for, ms. */
const openPatience = 3000;
/** How long a caller's question waits for a line that cannot be released, ms. */
const carePatience = 1000;
/** How long a keeper that starts tries its duties before it says that it is ready, ms. */
const startPatience = 3000;
/** Between two attempts at what could not be done, ms. */
const retryPeriod = 5000;
/** How long a wake pulse that is owed is tried for, ms; monitor and boot begin anew. */
const wakePatience = 600_000;
/** What is not an act, and so no owner of a line that is asserted. */
const releaseName = 'the release of EXTOUT';
/** How long a wake pulse waits for EXTIN, ms: longer than it takes to see that it is stuck, as after the end of who shot. */
const stuckPatience = 30_000;
/** A hold that came this far, ms, may have cut the target, whatever became of it then. */
const mayHaveCut = 8000;

export type AgentConversation = Conversation<AgentMessage, KeeperEvent>;

/** What a keeper needs of its process. */
export interface KeeperHost {
  readonly clock: Clock;
  readonly defaultsFile: string;
  /** What it says; undefined when it is missing and not needed. */
  readonly readDefaults: () => Promise<ParsedDefaults | undefined>;
  readonly openBoard: () => Promise<Sleepi3>;
  /** Why a caller that means that board is in the wrong place; undefined when it is not. */
  readonly objectionTo: (board: NamedBoard) => Promise<string | undefined>;
  readonly record: PowerRecord;
  readonly owedWake: OwedWake;
  readonly wireTest: WireTestRecord;
  /** Keeps the registers as this boot found them, if that was asked for; before anything is written to the board. */
  readonly observe: () => Promise<void>;
  /** Takes calls, each handed to `onCall`. */
  readonly listen: (onCall: (conversation: AgentConversation) => void) => Promise<AgentServer>;
  readonly log: (message: string) => void;
  readonly date: () => Date;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Told once, when the first round of duties is over. */
  readonly onReady: (message: string) => void;
  /** Told each second as long as nothing hangs. */
  readonly onAlive: () => void;
  /** Aborts when the process is asked to end (SIGTERM). */
  readonly stop: AbortSignal;
  /** How the peer's line keeper is talked with; undefined where it is not. */
  readonly peer?: PeerLink | undefined;
  /** Who tells people and Prometheus how this node is; undefined where nobody does. */
  readonly watch?: NodeWatch | undefined;
  /** Whether it is asked to end because the node goes down: then no act is waited for. */
  readonly nodeGoesDown: () => Promise<boolean>;
}

/** Keeps the line until it is asked to end, and everything that had begun has ended. */
export async function keepLine(host: KeeperHost): Promise<void> {
  await host.observe().catch((error: unknown) => {
    host.log(`the registers of this boot could not be kept: ${reasonOf(error)}`);
  });
  const keeper = new Keeper(host);
  const server = await host.listen((conversation) => {
    void keeper.attend(conversation);
  });
  await keeper.start();
  await aborted(host.stop);
  server.stop();
  await keeper.end();
  await server.close();
}

/** An act that was asked for, and who waits for it. */
interface Act {
  request: PulseRequest;
  /** The clock's time, ms, after which it is not begun. */
  giveUp: number;
  /** Who is told what happens. */
  readonly waiting: Set<AgentConversation>;
  /** Who has not withdrawn the request. Dying is not withdrawing: an act that has begun goes on for those. */
  readonly wanting: Set<AgentConversation>;
  readonly withdrawal: AbortController;
  state: 'queued' | 'begun' | 'over';
}

class Keeper {
  readonly #host: KeeperHost;
  /** Acts that have not come to their end, the first one under way or next. */
  readonly #acts: Act[] = [];
  /** Callers of anything else, who wait for their answer. */
  readonly #asking = new Set<AgentConversation>();
  /** The end of what is done with the line last. */
  #turn: Promise<unknown> = Promise.resolve();
  #underWay: string | undefined;
  /** The transfers that are under way, each with the clock's time of its beginning. */
  readonly #transfers = new Set<{ readonly since: number }>();
  readonly #leaving = new AbortController();
  readonly #gone = new AbortController();
  readonly #talk: PeerTalk | undefined;
  #makingGood = false;

  constructor(host: KeeperHost) {
    this.#host = host;
    const { clock, date, log, openBoard, owedWake, peer, wireTest } = host;
    this.#talk =
      peer &&
      new PeerTalk(peer, {
        ...{ clock, date, log, openBoard, wireTest },
        underWay: () => this.#underWay,
        openPolitely: () => this.#openPolitely(),
        isOwing: async () => (await owedWake.get()) !== undefined,
        findings: async () => (await this.#report()).findings,
        pulse: (request) => this.#testPulse(request),
      });
  }

  /** Resolves when every duty was tried. */
  async start(): Promise<void> {
    const { log, onReady } = this.#host;
    void this.#live();
    const report = await this.#doDuties(startPatience);
    log(report.message);
    onReady(report.message);
    if (!report.ok) void this.#untilDutiesAreDone(report.message);
    this.#talk?.start(this.#leaving.signal);
    void this.#host.watch?.watch(
      { report: () => this.#report(() => this.#openPolitely()), openPolitely: () => this.#openPolitely() },
      this.#leaving.signal,
    );
  }

  /** Resolves when nothing is under way any more. Nothing new is begun. */
  async end(): Promise<void> {
    this.#leaving.abort();
    // They have heard of no beginning, and ask whoever comes next.
    for (const act of this.#acts) if (act.state === 'queued') this.#finish(act);
    for (const act of this.#acts) {
      if (act.state === 'begun' && (await this.#host.nodeGoesDown())) {
        act.withdrawal.abort(new Error('the node goes down'));
      }
    }
    await this.#turn;
    this.#gone.abort();
  }

  /** Serves one caller from its call to its leave. */
  async attend(conversation: AgentConversation): Promise<void> {
    let act: Act | undefined;
    for (;;) {
      const message = await conversation.receive();
      if (!message) break;
      if ('cancel' in message) {
        if (act) this.#withdraw(act, conversation);
        continue;
      }
      // One that is leaving begins nothing; the caller finds the next one.
      if (act || this.#leaving.signal.aborted) break;
      const objection = await this.#host.objectionTo(message.board).catch(reasonOf);
      if (objection !== undefined) conversation.send({ event: 'refused', reason: objection });
      else if (message.ask === 'act') act = this.#admit(conversation, message.request, message.patience);
      else await this.#answer(conversation, message);
      if (!act) break;
    }
    if (act) {
      act.waiting.delete(conversation);
      // It may have been killed for being late: what has begun goes on; what has not is nobody's any more.
      if (act.state === 'queued' && act.waiting.size === 0) this.#finish(act);
    }
    conversation.close();
  }

  async #answer(conversation: AgentConversation, question: Exclude<KeeperQuestion, { ask: 'act' }>): Promise<void> {
    this.#asking.add(conversation);
    try {
      conversation.send({ event: 'alive' });
      conversation.send(await this.#answerTo(question));
    } catch (error) {
      conversation.send({ event: 'refused', reason: reasonOf(error) });
    } finally {
      this.#asking.delete(conversation);
    }
  }

  async #answerTo(question: Exclude<KeeperQuestion, { ask: 'act' }>): Promise<KeeperEvent> {
    const { record } = this.#host;
    switch (question.ask) {
      case 'status':
        if ((await this.#isAsserted()) && (await this.#careForLine(carePatience)) === 'stuck') {
          throw new Error('EXTOUT is asserted with no owner and cannot be released');
        }
        return { event: 'status', off: (await record.offProof(question.target)) !== undefined };
      case 'forget':
        this.#host.watch?.doubted();
        await record.forget();
        return { event: 'forgotten' };
      case 'report':
        return { event: 'report', report: await this.#report() };
      case 'boot':
        return { event: 'booted', report: await this.#doDuties(question.patience) };
    }
  }

  // Acts

  #admit(conversation: AgentConversation, request: PulseRequest, patience: number): Act {
    const giveUp = this.#host.clock.now() + patience;
    const joined = this.#acts.find((act) => isSameAct(act.request, request) && !act.withdrawal.signal.aborted);
    const act = joined ?? this.#newAct(request, giveUp);
    act.giveUp = Math.max(act.giveUp, giveUp);
    act.waiting.add(conversation);
    act.wanting.add(conversation);
    if (act.state === 'begun') conversation.send({ event: 'accepted', joined: true });
    else if (this.#underWay !== undefined) conversation.send({ event: 'waiting', for: this.#underWay });
    if (!joined) void this.#inTurn(nameOf(request), () => this.#perform(act));
    return act;
  }

  #newAct(request: PulseRequest, giveUp: number): Act {
    const withdrawal = new AbortController();
    const act: Act = { request, giveUp, waiting: new Set(), wanting: new Set(), withdrawal, state: 'queued' };
    this.#acts.push(act);
    return act;
  }

  #withdraw(act: Act, conversation: AgentConversation): void {
    const wanted = act.wanting.delete(conversation);
    if (!wanted || act.wanting.size > 0) return;
    act.withdrawal.abort(new Error('the request was withdrawn'));
    if (act.state === 'queued') this.#settle(act, failed('the request was withdrawn'));
  }

  async #perform(act: Act): Promise<void> {
    if (act.state !== 'queued') return;
    const { clock, owedWake, record } = this.#host;
    const left = act.giveUp - clock.now();
    const { action, target } = act.request;
    // Whoever asked may be gone: no shot later than the request's own time.
    const request = { ...act.request, holdTimeout: Math.min(act.request.holdTimeout, left) };
    if (left < (cuts(action) ? request.hold : 0)) {
      this.#settle(act, failed('no time was left when its turn came'));
      return;
    }
    act.state = 'begun';
    let first = true;
    for (const conversation of act.waiting) {
      conversation.send({ event: 'accepted', joined: !first });
      first = false;
    }
    let furthest = 0;
    let owed: Promise<void> | undefined;
    const survivor = cuts(action) ? this.#talk?.watchSurvivor() : undefined;
    const board = await this.#open(act).catch((error: unknown) => {
      this.#settle(act, failed(reasonOf(error)));
    });
    if (!board) return;
    const context = this.#contextOf(board, act.withdrawal.signal, (progress) => {
      furthest = Math.max(furthest, progress.held, progress.restarts > 0 ? mayHaveCut : 0);
      // Well before the target can be off, and the disk has the rest of the hold. An act that yields before owes nothing.
      if (action === 'reboot' && furthest >= mayHaveCut / 2) owed ??= this.#owe(target);
      survivor?.onHeld(progress.held);
      tell(act, { event: 'progress', ...progress });
    });
    const owedBefore = await owedWake.get();
    const held = await pulse(request, context);
    if (action === 'reboot' && held.kind === 'verified') owed ??= this.#owe(target);
    await owed;
    const targetRuns = held.kind === 'verified' ? await survivor?.testimony() : undefined;
    const outcome: PulseOutcome = held.kind === 'verified' && targetRuns !== undefined ? { ...held, targetRuns } : held;
    // Its record says that it is off.
    if (targetRuns !== undefined) await record.forget().catch(() => undefined);
    const off = outcome.kind === 'verified' && cuts(action) && targetRuns === undefined;
    const awake = outcome.kind === 'woken';
    const neverCut = action === 'reboot' && !off && (furthest < mayHaveCut || targetRuns !== undefined) && !owedBefore;
    if ((off && action === 'off') || awake || neverCut) await this.#settleOwed();
    this.#settle(act, outcome);
    // The answer did not wait for a bus that fails just then; the line is not left alone for that.
    if (outcome.kind === 'verified' && !outcome.released) await release(context);
    if (action === 'reboot' && off) {
      await clock.sleep(request.wakeDelay);
      await this.#wakeOwed(context);
    }
    // Whoever asked has the answer; a slow disk gets its time to take the record.
    await within(clock, diskPatience, record.settled());
    await this.#leaveIdle(context);
    await board.close();
    if (await owedWake.get()) void this.#makeGood();
  }

  /** Opens the board, again and again for a while. */
  async #open(act: Act): Promise<Sleepi3> {
    const { clock } = this.#host;
    return patiently({ clock, signal: act.withdrawal.signal }, openPatience, () => this.#host.openBoard());
  }

  /** For whoever can wait until no act and no question needs the bus. */
  #openPolitely(): Promise<BoardView> {
    const { clock, openBoard } = this.#host;
    return openPolitely(openBoard, clock, () => this.#underWay !== undefined || this.#asking.size > 0);
  }

  #contextOf(
    board: Sleepi3,
    signal: AbortSignal,
    onProgress: PulseContext['onProgress'] = () => undefined,
  ): PulseContext {
    const { clock, record, log, date, random } = this.#host;
    const lines = boardLines(board);
    return {
      lines: {
        read: async () => {
          const state = await this.#timed(() => lines.read());
          this.#talk?.see(state);
          return state;
        },
        writeExtout: (asserted) => this.#timed(() => lines.writeExtout(asserted)),
      },
      clock,
      record,
      log,
      date,
      signal,
      random,
      onProgress,
    };
  }

  /** ms that a transfer takes, other users of the bus apart. */
  async #transferTime(board: Pick<Sleepi3, 'ioStatus'>): Promise<number> {
    const { clock } = this.#host;
    let quickest = Infinity;
    for (let count = 0; count < 3; count++) {
      const begun = clock.now();
      await board.ioStatus();
      quickest = Math.min(quickest, clock.now() - begun);
    }
    return quickest;
  }

  async #timed<T>(transfer: () => Promise<T>): Promise<T> {
    const underWay = { since: this.#host.clock.now() };
    this.#transfers.add(underWay);
    try {
      return await transfer();
    } finally {
      this.#transfers.delete(underWay);
    }
  }

  #settle(act: Act, outcome: PulseOutcome): void {
    tell(act, { event: 'result', outcome });
    this.#host.watch?.acted(act.request, outcome);
    this.#finish(act);
  }

  #finish(act: Act): void {
    act.state = 'over';
    const index = this.#acts.indexOf(act);
    if (index >= 0) this.#acts.splice(index, 1);
    for (const conversation of act.waiting) conversation.close();
  }

  // The wake pulse that is owed

  async #owe(target: string): Promise<void> {
    const { clock, date, log, owedWake } = this.#host;
    const written = owedWake.owe({ target, since: date().toISOString() }).then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    );
    const trouble = await within(clock, tellPatience, written);
    if (trouble !== undefined) {
      log(
        `that ${target} is owed a wake pulse could not be written: ${trouble === 'silence' ? 'the disk takes too long' : trouble}`,
      );
    }
  }

  async #settleOwed(): Promise<void> {
    const { clock, log, owedWake } = this.#host;
    await within(
      clock,
      tellPatience,
      owedWake.settle().catch((error: unknown) => {
        log(`the record of an owed wake pulse could not be removed: ${reasonOf(error)}`);
      }),
    );
  }

  /** Gives the pulse that is owed. Undefined when none is; else whether it was given. */
  async #wakeOwed(context: PulseContext): Promise<boolean | undefined> {
    const owed = await this.#host.owedWake.get();
    if (!owed) return undefined;
    const wake: PulseRequest = {
      action: 'on',
      target: owed.target,
      hold: 0,
      holdTimeout: stuckPatience,
      wakeDelay: 0,
      preferred: true,
    };
    const outcome = await pulse(wake, context);
    const given = outcome.kind === 'woken';
    if (given) await this.#settleOwed();
    this.#host.log(
      given
        ? `gave ${owed.target} its wake pulse`
        : `could not wake ${owed.target}: ${'reason' in outcome ? outcome.reason : outcome.kind}`,
    );
    return given;
  }

  /** Tries for minutes to give what is owed. */
  async #makeGood(): Promise<void> {
    if (this.#makingGood) return;
    this.#makingGood = true;
    const { clock, owedWake, log } = this.#host;
    const giveUp = clock.now() + wakePatience;
    try {
      while (!this.#leaving.signal.aborted && (await owedWake.get())) {
        const given = await this.#inTurn('a wake pulse that is owed', () => this.#tryToWake());
        if (given !== false) return;
        if (clock.now() >= giveUp) {
          log('the wake pulse that is owed is tried again at the next monitor, or by fence_sleepi3 boot');
          return;
        }
        await this.#rest(retryPeriod);
      }
    } finally {
      this.#makingGood = false;
    }
  }

  async #tryToWake(): Promise<boolean | undefined> {
    try {
      const board = await this.#host.openBoard();
      return await this.#wakeOwed(this.#contextOf(board, new AbortController().signal)).finally(() => board.close());
    } catch (error) {
      this.#host.log(`a wake pulse that is owed could not be given: ${reasonOf(error)}`);
      return false;
    }
  }

  // The line without an act

  /** Releases a line that nobody owns. */
  async #careForLine(patience: number): Promise<'idle' | 'released' | 'owned' | 'stuck'> {
    if (this.#underWay !== undefined && this.#underWay !== releaseName) return 'owned';
    return this.#inTurn(releaseName, () => this.#clearLine(patience));
  }

  async #clearLine(patience: number): Promise<'idle' | 'released' | 'stuck'> {
    const { clock, log, record } = this.#host;
    const openLines = async () => boardLines(await this.#host.openBoard());
    const care = await clearLine({ clock, log, openLines }, patience);
    // Whoever asserted it may have woken the peer by that.
    if (care === 'released') await record.forget().catch(() => undefined);
    return care;
  }

  async #isAsserted(): Promise<boolean> {
    const board = await this.#host.openBoard();
    return (await readSettled(boardLines(board)).finally(() => board.close())).extout;
  }

  /** After an act the line must be idle. When it cannot be brought there, it is tried for as long as it takes. */
  async #leaveIdle({ lines }: PulseContext): Promise<void> {
    const idle = await readSettled(lines).then(
      ({ extout }) => !extout,
      () => false,
    );
    if (!idle) void this.#untilIdle();
  }

  async #untilIdle(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      await this.#rest(retryPeriod);
      const care = await this.#careForLine(carePatience).catch(() => 'stuck');
      if (care === 'idle' || care === 'released') return;
    }
  }

  async #doDuties(patience: number): Promise<BootReport> {
    const { clock, log, readDefaults, openBoard, owedWake } = this.#host;
    return doDuties(
      {
        clock,
        log,
        stop: this.#leaving.signal,
        readDefaults,
        openBoard,
        clearLine: () => this.#careForLine(0),
        makeGood: async () => {
          const owed = await owedWake.get();
          if (owed) void this.#makeGood();
          return owed;
        },
      },
      patience,
    );
  }

  /** What could not be done at the start is tried until it is done; told when it changes. */
  async #untilDutiesAreDone(told: string): Promise<void> {
    for (let ok = false; !ok && !this.#leaving.signal.aborted;) {
      await this.#rest(retryPeriod);
      const report = await this.#doDuties(0);
      ok = report.ok;
      if (report.message !== told) this.#host.log(report.message);
      told = report.message;
    }
  }

  async #report(openBoard: () => Promise<BoardView> = this.#host.openBoard): Promise<NodeReport> {
    const { defaultsFile, owedWake, readDefaults, wireTest } = this.#host;
    const act = this.#underWay;
    const defaults = await readDefaults().catch(() => undefined); // without it the board does not open, which is told
    let transfer = 0;
    const reading = await openBoard()
      .then(async (board) => {
        transfer = await this.#transferTime(board);
        return readBoard(board).finally(() => board.close());
      })
      .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    const isRead = !(reading instanceof Error);
    const asserted = isRead && reading.extout;
    const care = asserted ? await this.#careForLine(carePatience).catch(() => 'stuck' as const) : 'idle';
    const view = { board: reading, defaults, defaultsPath: defaultsFile, extoutOwned: care !== 'stuck' };
    const findings: Finding[] = [...judgeHealth(view)];
    if (care === 'released') findings.unshift(lineWasOrphaned);
    findings.push(...[busIsSlow(transfer)].flatMap((slow) => slow ?? []));
    const owed = await owedWake.get();
    if (owed) {
      findings.push(wakeIsOwed(owed));
      void this.#makeGood();
    }
    const known = this.#talk?.known;
    findings.push(...(this.#talk ? this.#talk.findings() : [peerUntold]));
    const tested = await wireTest.last();
    const wire = judgeWireTest(tested, this.#host.date());
    if (wire) findings.push(wire);
    return {
      findings,
      ...(isRead && { reading }),
      ...(act !== undefined && { act }),
      ...(owed && { owedWake: owed }),
      ...(known?.fenceable !== undefined && { peerFenceable: known.fenceable }),
      ...(tested && { wireTest: { at: tested.at.toISOString(), verdict: tested.verdict } }),
    };
  }

  /** A pulse outside of any act: only while nothing else is to be done. */
  async #testPulse(request: PulseRequest): Promise<PulseOutcome> {
    if (this.#underWay !== undefined) return failed(`${this.#underWay} is under way`);
    return this.#inTurn('a test of the wire', async () => {
      const board = await this.#host.openBoard();
      const context = this.#contextOf(board, this.#leaving.signal);
      const outcome = await pulse(request, context);
      await this.#leaveIdle(context);
      await board.close();
      return outcome;
    });
  }

  // Turns and signs of life

  /** One thing at a time is done with the line. */
  #inTurn<T>(name: string, job: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(async () => {
      this.#underWay = name;
      try {
        return await job();
      } finally {
        this.#underWay = undefined;
      }
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Each second, until the process ends: whoever waits is told that this keeper lives. */
  async #live(): Promise<void> {
    const { clock, onAlive } = this.#host;
    while (!this.#gone.signal.aborted) {
      if (!this.#hangs()) {
        onAlive();
        for (const conversation of this.#asking) conversation.send({ event: 'alive' });
        for (const act of [...this.#acts]) this.#tellLife(act);
      }
      await clock.sleep(lifePeriod, this.#gone.signal).catch(() => undefined);
    }
  }

  #tellLife(act: Act): void {
    if (act.state === 'begun') tell(act, { event: 'alive' });
    else if (this.#host.clock.now() >= act.giveUp)
      this.#settle(act, failed(`${this.#underWay ?? 'another act'} took too long`));
    else tell(act, { event: 'waiting', for: this.#underWay ?? 'another act' });
  }

  #hangs(): boolean {
    const now = this.#host.clock.now();
    return [...this.#transfers].some(({ since }) => now - since > longestTransfer);
  }

  /** Ends early, and well, when this keeper leaves. */
  async #rest(milliseconds: number): Promise<void> {
    await this.#host.clock.sleep(milliseconds, this.#leaving.signal).catch(() => undefined);
  }
}

function isSameAct(a: PulseRequest, b: PulseRequest): boolean {
  return a.action === b.action && isSameNode(a.target, b.target) && a.hold >= b.hold;
}

function cuts(action: PulseRequest['action']): boolean {
  return action === 'off' || action === 'reboot';
}

function nameOf({ action, target }: PulseRequest): string {
  return `${action} of ${target}`;
}

function tell({ waiting }: Act, event: KeeperEvent): void {
  for (const conversation of waiting) conversation.send(event);
}

function failed(reason: string): PulseOutcome {
  return { kind: 'failed', reason };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
