// What the line keeper needs of its process.
import type { Clock, ParsedDefaults, Sleepi3 } from '@sleepi3/driver';
import type { PowerRecord } from '../line/power-record.js';
import type { KeeperLog, PeerLink } from '../peer/talk.js';
import type { NodeWatch } from '../watch/watch.js';
import type { WireTestRecord } from '../wire-test/record.js';
import type { AgentConversation, NamedBoard } from './messages.js';
import type { OwedWake } from './owed-wake.js';
import type { AgentServer } from './socket.js';

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
  readonly log: KeeperLog;
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

/** Between two attempts at what could not be done, ms. */
export const retryInterval = 5000;
