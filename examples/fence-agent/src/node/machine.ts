// What the agent needs of the machine it runs on. The real one is in machine-of-linux.ts; a demonstration or a test brings its own.
import type { ParsedDefaults, Sleepi3 } from '@sleepi3/driver';
import type { AskHost } from '../keeper/ask.js';
import type { NamedBoard } from '../keeper/messages.js';
import type { RecordFile } from '../line/power-record.js';
import type { Ask } from '../target/silence.js';
import type { HostFacts } from '../target/wiring.js';
import type { WireTestRecord } from '../wire-test/record.js';
import type { BoardName } from './board.js';

/** What this machine knows of the network between the nodes. */
export interface Network extends Pick<HostFacts, 'ownAddresses' | 'resolve'> {
  readonly ask: Ask;
}

export interface Machine {
  date(): Date;
  hostname(): string;
  readonly network: Network;
  readCorosyncConf(path: string): ReturnType<HostFacts['corosyncConf']>;
  readDefaults(path: string): Promise<ParsedDefaults>;
  /** How the line keeper is asked about that board. */
  keeper(board: NamedBoard, context: AskContext): AskHost;
  /** Opens a board; rejects, saying what to do, when it is not there. */
  openBoard(board: BoardName, log: (message: string) => void): Promise<Sleepi3>;
  /** What the last test of the wire to the peer found. */
  readonly wireTest: WireTestRecord;
  /** Corosync's key; undefined where there is none that this user may read. */
  clusterKey(): Uint8Array | undefined;
  /** The registers as a boot found them, for characterize. */
  readonly observation: RecordFile;
  /** For people who watch; absent when nobody does. */
  readonly onProgress?: (held: number, hold: number) => void;
}

/** What a run of the agent passes on. */
export type AskContext = Pick<AskHost, 'log' | 'stop' | 'onProgress'>;
