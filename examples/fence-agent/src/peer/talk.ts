// What the line keepers of the two nodes have to do with each other: each watches its EXTIN for the other one, says what it
// saw, and tests the wire to it.
import type { Clock, Sleepi3 } from '@sleepi3/driver';
import type { BoardView } from '../keeper/politely.js';
import { type Finding, peerUnfenceable, peerUntold, sameMachineId } from '../keeper/report.js';
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import type { LineState } from '../line/lines.js';
import { readBoard } from '../node/board-check.js';
import { listening, withFewPulses } from '../wire-test/listen.js';
import { testedOf, type WireTestRecord } from '../wire-test/record.js';
import {
  answerWireTest,
  type ListenerConversation,
  testWire,
  type WireEnd,
  type WireReport,
} from '../wire-test/test.js';
import { testDaily } from './daily-test.js';
import { ExtinHistory } from './extin-history.js';
import type { PeerFacts } from './messages.js';
import { type OwnFacts, Peer, type PeerHost } from './peer.js';
import { SurvivorWatch } from './survivor.js';
import { refutes, type Shot } from './woken-peer.js';
import { reasonOf } from '../reason.js';

/** How long the peer may take to answer before a pulse is given towards it, ms: it is known to be awake then. */
const peerTimeout = 500;
/** How much shorter than one of a test that a person has asked for a pulse is: below half a second instead of 0.8 s. */
const shortening = 0.6;
/** More than it can take, ms. */
const testTimeout = 1000;
/** Between two looks at EIPDE and EITRG, ms. */
const boardInterval = 10_000;
/** Between two attempts to listen, ms. */
const listenInterval = 10_000;

/** How the peer's line keeper is reached, and what this node must know of itself and the cluster. */
export interface PeerLink extends PeerHost {
  readonly machineId: string;
  /** How long this node has been awake, ms. */
  readonly awakeFor: () => number;
  /** Whether there is a key by which the two can know each other. */
  readonly hasKey: () => boolean;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Whether one of the nodes is about to be rebooted. */
  readonly rollUnderWay: () => Promise<boolean>;
}

/** journald writes all that it has to the disk at once for a critical line (journald.conf(5), SyncIntervalSec=). */
export type KeeperLog = (message: string, level?: 'critical') => void;

/** The line keeper that this belongs to. */
export interface TalkingKeeper {
  readonly clock: Clock;
  readonly date: () => Date;
  readonly log: KeeperLog;
  readonly openBoard: () => Promise<Sleepi3>;
  readonly wireTest: WireTestRecord;
  readonly underWay: () => string | undefined;
  /** The board, when neither an act nor a question needs the bus. */
  readonly openPolitely: () => Promise<BoardView>;
  readonly isOwing: () => Promise<boolean>;
  readonly findings: () => Promise<readonly Finding[]>;
  /** Gives a test pulse, unless something else is under way. */
  readonly pulse: (request: PulseRequest) => Promise<PulseOutcome>;
}

export class PeerTalk {
  readonly #link: PeerLink;
  readonly #keeper: TalkingKeeper;
  readonly #peer: Peer;
  readonly #extin: ExtinHistory;
  /** EIPDE is 1 and EITRG edge; undefined when the board cannot be read. */
  #fenceable: boolean | undefined;
  #wokenByExtin: boolean | undefined;
  /** In a ring: who tests its wire to this node. Another pulse meanwhile could be taken for its. */
  #testedBy: string | undefined;
  /** The last hold that was verified. */
  #shot: Promise<Shot> | undefined;

  constructor(link: PeerLink, keeper: TalkingKeeper) {
    this.#link = link;
    this.#keeper = keeper;
    this.#peer = new Peer(link, (facts) => void this.#hear(facts));
    // Without a journal on the disk nobody could say afterwards why this node was cut off.
    this.#extin = new ExtinHistory(keeper.clock, () => {
      keeper.log('EXTIN is held: after 10 s of it the board cuts the power of this node', 'critical');
    });
  }

  /** Goes on until `signal` aborts. */
  start(signal: AbortSignal): void {
    const { clock, date, log, openPolitely } = this.#keeper;
    void this.#extin.watch(openPolitely, signal);
    void this.#watchBoard(signal);
    void this.#peer.watch(signal);
    void this.#listen(signal);
    const daily = {
      ...{ clock, date, log, record: this.#tested, random: this.#link.random },
      objection: () => this.#objectionToTest(),
      test: () => this.#test(),
    };
    void testDaily(daily, signal);
  }

  /** Whether the peer goes down when it is fenced, by its own word: a "yes" is believed for a while, a "no" until it is taken back. */
  get peerFenceable(): boolean | undefined {
    return this.#peer.unfenceable === undefined ? this.#peer.known?.fenceable : false;
  }

  /** To be told what woke this node: the peer may want to know. */
  wokenBy(flags: readonly string[]): void {
    this.#wokenByExtin = flags.includes('extin');
  }

  /** To be told of a hold towards the peer that was verified, and has lasted `held` ms. */
  hasShot(held: number): void {
    const { clock } = this.#keeper;
    const begun = clock.now() - held;
    // None is under way together with a shot. What cannot be read is refuted by nothing.
    const tested = this.#tested.last().catch(() => undefined);
    this.#shot = tested.then((last) => ({ begun, tested: last }));
  }

  async #hear(facts: PeerFacts): Promise<void> {
    const { clock, date, log } = this.#keeper;
    if (!this.#shot) return;
    const now = clock.now();
    const shot = await this.#shot;
    try {
      const tested = await this.#tested.last();
      if (!tested || !refutes(facts, tested, shot, now)) return;
      await this.#tested.remember(date(), 'sound');
      log(`${facts.node} was woken by this node's EXTOUT: the wire, whose last test found ${tested.verdict}, is sound`);
    } catch (error) {
      log(`that the wire is sound could not be kept: ${reasonOf(error)}`);
    }
  }

  /** The tests of the wire as it is now. */
  get #tested(): Pick<WireTestRecord, 'last' | 'remember'> {
    const { wireTest } = this.#keeper;
    const node = () => this.#link.wiring().then(testedOf, () => undefined);
    return {
      last: async () => wireTest.last(await node()),
      remember: async (at, verdict) => wireTest.remember(at, verdict, await node()),
    };
  }

  /** Why no test pulse may be given just now. */
  get objectionToPulse(): string | undefined {
    return this.#testedBy === undefined ? undefined : `${this.#testedBy} tests its own wire just now`;
  }

  /** What is wrong with it. */
  findings(): Finding[] {
    const { known, unfenceable } = this.#peer;
    const { hasKey, machineId } = this.#link;
    if (!hasKey()) return [peerUntold];
    return [
      ...(unfenceable === undefined ? [] : [peerUnfenceable(unfenceable)]),
      ...(known && machineId !== '' && known.machineId === machineId ? [sameMachineId(known.node)] : []),
    ];
  }

  /** Watches whether a target still answers at the end of a hold. */
  watchSurvivor(target: string): SurvivorWatch {
    return new SurvivorWatch(this.#peer, target);
  }

  /** Listens for the line keepers of other nodes, again and again while the port is taken. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#keeper;
    for (let told = ''; !signal.aborted;) {
      try {
        const server = await this.#peer.listen(() => this.#ownFacts(), this.#serveOneTest());
        if (told !== '') log('listening for the line keepers of other nodes now');
        await untilAborted(signal);
        await server.close();
      } catch (error) {
        const reason = takenPort(error) ?? `cannot listen for the line keepers of other nodes: ${reasonOf(error)}`;
        if (reason !== told) log(reason);
        told = reason;
        await clock.sleep(listenInterval, signal).catch(() => undefined);
      }
    }
  }

  /** Serves one test at a time, with no more pulses than are harmless all together. */
  #serveOneTest(): (conversation: ListenerConversation) => void {
    const { date, log } = this.#keeper;
    const sparing = withFewPulses(this.#end({ self: 'this node', peer: '' }));
    let busy = false;
    const serve = async (conversation: ListenerConversation) => {
      const wiring = await this.#link.wiring();
      this.#testedBy = wiring.before;
      const end = { ...this.#end(wiring), pulse: (length: number) => sparing.pulse(length), ...listening(wiring) };
      const { back } = await answerWireTest(end, conversation);
      if (back && back.verdict !== 'inconclusive') await this.#tested.remember(date(), back.verdict);
    };
    return (conversation) => {
      if (busy) {
        conversation.send({ say: 'refused', code: 'busy', reason: 'another test is under way' });
        conversation.close();
        return;
      }
      busy = true;
      serve(conversation)
        .catch((error: unknown) => {
          conversation.close();
          log(`a wire test failed: ${reasonOf(error)}`);
        })
        .finally(() => {
          busy = false;
          this.#testedBy = undefined;
        });
    };
  }

  /** Without asking the board: an answer that comes late is none. */
  async #ownFacts(): Promise<OwnFacts> {
    const { underWay, isOwing } = this.#keeper;
    const busy = underWay() !== undefined || (await isOwing());
    const fenceable = this.#fenceable;
    const { awakeFor, machineId } = this.#link;
    return {
      ...{ machineId, awakeFor: awakeFor(), busy, ...this.#extin.facts() },
      ...(fenceable !== undefined && { fenceable }),
      ...(this.#wokenByExtin !== undefined && { wokenByExtin: this.#wokenByExtin }),
    };
  }

  /** Whether this node would go down, looked at again and again. */
  async #watchBoard(signal: AbortSignal): Promise<void> {
    const { clock, openPolitely } = this.#keeper;
    while (!signal.aborted) {
      this.#fenceable = await openPolitely()
        .then((board) => readBoard(board).finally(() => board.close()))
        .then((reading) => reading['extin-powerdown'] && reading['extin-trigger'] === 'edge')
        .catch(() => undefined);
      await clock.sleep(boardInterval, signal).catch(() => undefined);
    }
  }

  /** Told of what an act sees meanwhile. */
  see(state: LineState): void {
    this.#extin.see(state);
  }

  /** Why no test pulse is given now that nobody has asked for. */
  async #objectionToTest(): Promise<string | undefined> {
    const { underWay, findings } = this.#keeper;
    const act = underWay();
    if (act !== undefined) return `${act} is under way`;
    const unsettled = (await findings()).find(({ severity, concerns, id }) => {
      return id === 'wake-owed' || (severity === 'error' && concerns === 'fencing' && !id.startsWith('wire-'));
    });
    if (unsettled) return unsettled.fact;
    if (await this.#link.rollUnderWay()) return 'a rolling reboot is under way';
    const facts = await this.#peer.ask(peerTimeout);
    if (!facts) return 'the peer does not answer';
    return facts.busy ? 'the peer is busy' : undefined;
  }

  async #test(): Promise<WireReport | undefined> {
    const conversation = await this.#peer.callForTest();
    return conversation && testWire(this.#end(await this.#link.wiring()), conversation, false);
  }

  #end({ self, peer }: { readonly self: string; readonly peer: string }): WireEnd {
    const { clock, log, openBoard } = this.#keeper;
    const random = () => this.#link.random();
    return { node: self, peer, clock, random, log, openBoard, pulse: (length) => this.#give(length) };
  }

  /** A test pulse towards a peer that has just answered: one that sleeps would be woken by it. */
  async #give(length: number): Promise<PulseOutcome> {
    const facts = await this.#peer.ask(peerTimeout);
    const reason = this.objectionToPulse ?? (facts ? undefined : 'the peer does not answer any more');
    if (!facts || reason !== undefined) return { kind: 'failed', reason: reason ?? '' };
    return this.#keeper.pulse({
      ...{ action: 'test', target: facts.node, hold: Math.round(length * shortening) },
      ...{ holdTimeout: testTimeout, wakeDelay: 0, preferred: true },
    });
  }
}

/** What to say while another program has the port; undefined when that is not what keeps this one from listening. */
function takenPort(error: unknown): string | undefined {
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code !== 'EADDRINUSE') return undefined;
  return (
    `waiting for TCP port ${port ?? ''}, on which the line keepers of other nodes call: another program has it, probably ` +
    'fence_sleepi3 wire-listen (see ss -tlnp)'
  );
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
