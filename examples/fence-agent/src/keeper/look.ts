// How this node's board, line, wire and peer are: what monitor and check ask for.
import { type Clock, judgeHealth } from '@sleepi3/driver';
import { readBoard } from '../node/board-check.js';
import type { PeerTalk } from '../peer/talk.js';
import type { KeeperHost } from './host.js';
import type { BoardView } from './politely.js';
import { careTimeout, type KeptLine } from './line.js';
import {
  busIsSlow,
  type Finding,
  judgeWireTest,
  lineWasOrphaned,
  type NodeReport,
  peerUntold,
  wakeIsOwed,
} from './report.js';
import { testedOf } from '../wire-test/record.js';
import type { WakeDebt } from './wake.js';

/**
 * Releases a line that nobody owns, and makes good what is owed.
 *
 * @param openBoard How it is looked at.
 */
export async function look(
  host: KeeperHost,
  openBoard: () => Promise<BoardView>,
  line: KeptLine,
  debt: WakeDebt,
  talk: Pick<PeerTalk, 'findings' | 'peerFenceable'> | undefined,
): Promise<NodeReport> {
  const { clock, date, defaultsFile, owedWake, readDefaults, wireTest } = host;
  const act = line.underWay;
  // Names may have to be resolved, and files read; the board takes its time meanwhile.
  const finding = host.peer?.wiring().catch(() => undefined) ?? Promise.resolve(undefined);
  const testing = finding.then((wiring) => wireTest.last(wiring && testedOf(wiring)));
  testing.catch(() => undefined); // it is told below
  const defaults = await readDefaults().catch(() => undefined); // without it the board does not open, which is told
  const transfers: number[] = [];
  const reading = await openBoard()
    .then((board) => readBoard(timed(board, clock, transfers)).finally(() => board.close()))
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const isRead = !(reading instanceof Error);
  const asserted = isRead && reading.extout;
  const care = asserted ? await line.careFor(careTimeout).catch(() => 'stuck' as const) : 'idle';
  const view = { board: reading, defaults, defaultsPath: defaultsFile, extoutOwned: care !== 'stuck' };
  const slow = busIsSlow(transfers);
  const owed = await owedWake.get();
  if (owed) void debt.makeGood();
  const wiring = await finding;
  const tested = await testing;
  const wire = judgeWireTest(tested, date(), wiring?.before === undefined ? undefined : wiring.peer);
  const findings: Finding[] = [
    ...(care === 'released' ? [lineWasOrphaned] : []),
    ...judgeHealth(view),
    ...(slow ? [slow] : []),
    ...(owed ? [wakeIsOwed(owed)] : []),
    ...(talk ? talk.findings() : [peerUntold]),
    ...(wire ? [wire] : []),
  ];
  const fenceable = talk?.peerFenceable;
  return {
    findings,
    ...(isRead && { reading }),
    ...(act !== undefined && { act }),
    ...(owed && { owedWake: owed }),
    ...(fenceable !== undefined && { peerFenceable: fenceable }),
    ...(tested && { wireTest: { at: tested.at.toISOString(), verdict: tested.verdict } }),
  };
}

/** The board, of which each look at the lines, a single transfer, is timed: ms. */
function timed(board: BoardView, clock: Clock, transfers: number[]): Pick<BoardView, 'get' | 'getAll' | 'ioStatus'> {
  return {
    get: (name) => board.get(name),
    getAll: (names) => board.getAll(names),
    ioStatus: async () => {
      const begun = clock.now();
      const lines = await board.ioStatus();
      transfers.push(clock.now() - begun);
      return lines;
    },
  };
}
