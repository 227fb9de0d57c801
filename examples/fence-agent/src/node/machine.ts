// What the agent needs of the machine it runs on. The real one is in node-host.ts; a demonstration or a test brings its own.
import type { ParsedDefaults, Sleepi3 } from '@sleepi3/driver';
import type { Ask } from '../target/silence.js';
import type { HostFacts } from '../target/wiring.js';
import type { FencingHost } from '../keeper/ask.js';
import type { PowerRecord, RecordFile } from '../line/power-record.js';
import type { BoardName } from './state.js';
import type { WireTestRecord } from '../wire-test/record.js';

/** One board of this machine, with everything that is kept about it. */
export interface BoardSite extends FencingHost {
  /** What was proven about the peer's power. */
  readonly record: PowerRecord;
  /** Opens the board; rejects, saying what to do, when it is not there. */
  openBoard(): Promise<Sleepi3>;
  /** Makes sure that the state directory can be used; rejects, saying what to do, when it cannot. */
  prepare(): Promise<void>;
  /** What the last test of the wire to the peer found. */
  readonly wireTest: WireTestRecord;
  /** The registers as a boot found them, for characterize. */
  readonly observation: RecordFile;
}

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
  site(board: BoardName, stateDirectory: string, context: SiteContext): BoardSite;
  /** For people who watch; absent when nobody does. */
  readonly onProgress?: (held: number, hold: number) => void;
}

/** What a run of the agent passes on. */
export interface SiteContext {
  /** The state directory that was asked for, when its disk made it go to another one. */
  readonly configured?: string;
  readonly log: (message: string) => void;
  readonly stop: AbortSignal;
  readonly onProgress?: FencingHost['onProgress'];
}
