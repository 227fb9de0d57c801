// The line keeper: the one process that owns EXTOUT. It is there before anything happens, a service of its own, so that
// whatever becomes of those who ask, an act is finished or withdrawn and the line released. Should it die itself, whoever
// supervises it releases the line and starts it again; callers wait at its socket meanwhile.
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import { settled } from '../line/lines.js';
import { pulse } from '../line/pulse.js';
import { PeerTalk } from '../peer/talk.js';
import { type Act, Acts, failed } from './acts.js';
import { answerFor } from '../relay/answer.js';
import { conversationWithin } from '../relay/within.js';
import { type BootReport, doDuties } from './duties.js';
import { reasonOf } from '../reason.js';
import type { KeeperHost } from './host.js';
import { careTimeout, KeptLine } from './line.js';
import { look } from './look.js';
import type { AgentConversation, AgentMessage, KeeperEvent, KeeperQuestion } from './messages.js';
import { type BoardView, openPolitely } from './politely.js';
import type { AgentCall } from '../relay/messages.js';
import type { NodeReport } from './report.js';
import { WakeDebt } from './wake.js';

/** Between two signs of life, ms. */
const lifeInterval = 1000;
/** How long a keeper that starts tries its duties before it says that it is ready, ms. */
const startTimeout = 3000;

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

class Keeper {
  readonly #host: KeeperHost;
  /** Callers of anything but an act, who wait for their answer. */
  readonly #asking = new Set<AgentConversation>();
  /** Agents whose request is answered in their place. What that takes of the board is asked for as by any caller. */
  readonly #relayed = new Set<AgentConversation>();
  readonly #leaving = new AbortController();
  readonly #gone = new AbortController();
  readonly #talk: PeerTalk | undefined;
  readonly #line: KeptLine;
  readonly #debt: WakeDebt;
  readonly #acts: Acts;

  constructor(host: KeeperHost) {
    this.#host = host;
    const { clock, date, log, openBoard, owedWake, peer, wireTest } = host;
    const { signal } = this.#leaving;
    this.#line = new KeptLine(host, signal, (state) => this.#talk?.see(state));
    this.#debt = new WakeDebt(host, this.#line, signal);
    this.#talk =
      peer &&
      new PeerTalk(peer, {
        ...{ clock, date, log, openBoard, wireTest },
        underWay: () => this.#line.underWay,
        openPolitely: () => this.#openPolitely(),
        isOwing: async () => (await owedWake.get()) !== undefined,
        findings: async () => (await this.#look()).findings,
        pulse: (request) => this.#testPulse(request),
      });
    this.#acts = new Acts(host, this.#line, this.#debt, this.#talk);
  }

  /** Resolves when every duty was tried. */
  async start(): Promise<void> {
    const { log, onReady } = this.#host;
    void this.#live();
    const report = await this.#doDuties(startTimeout);
    log(report.message);
    onReady(report.message);
    if (!report.ok) void this.#untilDutiesAreDone(report.message);
    this.#talk?.start(this.#leaving.signal);
    void this.#tellWhatWoke();
    const openPolitely = () => this.#openPolitely();
    void this.#host.watch?.watch({ report: () => this.#look(openPolitely), openPolitely }, this.#leaving.signal);
  }

  /** Resolves when nothing is under way any more. Nothing new is begun. */
  async end(): Promise<void> {
    this.#leaving.abort();
    await this.#acts.end(this.#host.nodeGoesDown);
    await this.#line.over();
    this.#gone.abort();
  }

  /** Serves one caller from its call to its leave. */
  async attend(conversation: AgentConversation): Promise<void> {
    let act: Act | undefined;
    for (;;) {
      const message = await conversation.receive();
      if (!message) break;
      if ('cancel' in message) {
        if (act) this.#acts.withdraw(act, conversation);
        continue;
      }
      if ('told' in message) break; // nothing was asked
      // One that is leaving begins nothing; the caller finds the next one.
      if (act || this.#leaving.signal.aborted) break;
      const isTest = message.ask === 'act' && message.request.action === 'test';
      const objection =
        (await this.#host.objectionTo(message.board).catch(reasonOf)) ??
        (isTest ? this.#talk?.objectionToPulse : undefined);
      if (objection !== undefined) conversation.send({ event: 'refused', reason: objection });
      else if (message.ask === 'act') act = this.#acts.admit(conversation, message.request, message.timeout);
      else await this.#answer(conversation, message);
      if (!act) break;
    }
    if (act) this.#acts.leave(act, conversation);
    conversation.close();
  }

  async #answer(conversation: AgentConversation, question: Exclude<KeeperQuestion, { ask: 'act' }>): Promise<void> {
    const isRelayed = question.ask === 'run';
    const waiting = isRelayed ? this.#relayed : this.#asking;
    waiting.add(conversation);
    try {
      if (isRelayed) conversation.send(await this.#run(question.call, conversation));
      else {
        conversation.send({ event: 'alive' });
        conversation.send(await this.#answerTo(question));
      }
    } catch (error) {
      conversation.send({ event: 'refused', reason: reasonOf(error) });
    } finally {
      waiting.delete(conversation);
    }
  }

  async #run(call: AgentCall, conversation: AgentConversation): Promise<KeeperEvent> {
    const callItself = () => {
      const [ours, theirs] = conversationWithin<KeeperEvent, AgentMessage>();
      void this.attend(theirs);
      return ours;
    };
    const answer = await answerFor(call, conversation, this.#host, callItself, this.#leaving.signal);
    return { event: 'answered', answer };
  }

  async #answerTo(question: Exclude<KeeperQuestion, { ask: 'act' | 'run' }>): Promise<KeeperEvent> {
    const { record } = this.#host;
    switch (question.ask) {
      case 'status':
        if ((await this.#line.isAsserted()) && (await this.#line.careFor(careTimeout)) === 'stuck') {
          throw new Error('EXTOUT is asserted with no owner and cannot be released');
        }
        return { event: 'status', off: (await record.offProof(question.target)) !== undefined };
      case 'forget':
        this.#host.watch?.doubted();
        await record.forget();
        return { event: 'forgotten' };
      case 'report':
        return { event: 'report', report: await this.#look() };
      case 'boot':
        return { event: 'booted', report: await this.#doDuties(question.timeout) };
    }
  }

  #look(openBoard: () => Promise<BoardView> = this.#host.openBoard): Promise<NodeReport> {
    return look(this.#host, openBoard, this.#line, this.#debt, this.#talk);
  }

  async #doDuties(timeout: number): Promise<BootReport> {
    const { clock, log, readDefaults, openBoard, owedWake } = this.#host;
    return doDuties(
      {
        ...{ clock, log, readDefaults, openBoard, stop: this.#leaving.signal },
        clearLine: () => this.#line.careFor(0),
        makeGood: async () => {
          const owed = await owedWake.get();
          if (owed) void this.#debt.makeGood();
          return owed;
        },
      },
      timeout,
    );
  }

  /** What could not be done at the start is tried until it is done; told when it changes. */
  async #untilDutiesAreDone(told: string): Promise<void> {
    for (let ok = false; !ok && !this.#leaving.signal.aborted;) {
      await this.#line.rest();
      const report = await this.#doDuties(0);
      ok = report.ok;
      if (report.message !== told) this.#host.log(report.message);
      told = report.message;
    }
  }

  /** For the journal, where whoever looks for the cause of a night finds it. */
  async #tellWhatWoke(): Promise<void> {
    const isAlike = (a: readonly string[], b: readonly string[]) => a.join() === b.join();
    while (!this.#leaving.signal.aborted) {
      try {
        const board = await this.#openPolitely();
        const read = () => board.get('wakeup-flag');
        const flags = await settled('wakeup_status', read, isAlike).finally(() => board.close());
        this.#talk?.wokenBy(flags);
        this.#host.log(
          flags.length > 0
            ? `this node was woken by ${flags.join(', ')}`
            : 'the board does not say what woke this node',
        );
        return;
      } catch {
        await this.#line.rest(); // that the board cannot be read is for the duties to tell
      }
    }
  }

  /** A pulse outside of any act: only while nothing else is to be done. */
  async #testPulse(request: PulseRequest): Promise<PulseOutcome> {
    if (this.#line.underWay !== undefined) return failed(`${this.#line.underWay} is under way`);
    return this.#line.inTurn('a test of the wire', async () => {
      const board = await this.#host.openBoard();
      const context = this.#line.contextOf(board, this.#leaving.signal);
      const outcome = await pulse(request, context);
      await this.#line.leaveIdle(context);
      await board.close();
      return outcome;
    });
  }

  /** For whoever can wait until no act and no question needs the bus. */
  #openPolitely(): Promise<BoardView> {
    const { clock, openBoard } = this.#host;
    return openPolitely(openBoard, clock, () => this.#line.underWay !== undefined || this.#asking.size > 0);
  }

  /** Each second, until the process ends, as long as nothing hangs: whoever waits is told that this keeper lives. */
  async #live(): Promise<void> {
    const { clock, onAlive } = this.#host;
    while (!this.#gone.signal.aborted) {
      if (!this.#line.hangs()) {
        onAlive();
        for (const conversation of [...this.#asking, ...this.#relayed]) conversation.send({ event: 'alive' });
        this.#acts.tellLife();
      }
      await clock.sleep(lifeInterval, this.#gone.signal).catch(() => undefined);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
