// boot: a question to the line keeper, or where there is none, its duties done by this process.
import { defaultsOf } from '../actions.js';
import { askKeeper } from '../keeper/ask.js';
import { clearLine } from '../keeper/clear-line.js';
import { type BootReport, doDuties } from '../keeper/duties.js';
import { boardLines } from '../node/board.js';
import { boardChoice, type CommandHost, keeperOf, logTo, openBoard } from './host.js';
import type { CommandValues } from './table.js';

/** How long a keeper that is there may take to answer at first, ms. */
const answerTimeout = 15_000;

export async function boot(
  values: CommandValues<'boot'>,
  host: Pick<CommandHost, 'clock' | 'machine' | 'stop' | 'writeError'>,
  timeout: number,
): Promise<BootReport> {
  const { clock, machine, stop } = host;
  const keeper = keeperOf(values, host);
  const there = await keeper.call();
  if (there) {
    const { report } = await askKeeper(
      { ask: 'boot', timeout },
      { ...keeper, call: firstly(there, () => keeper.call()) },
      answerTimeout,
    );
    return report;
  }
  const log = logTo(host);
  log('no line keeper runs here: fence-sleepi3.socket is not active');
  const choice = boardChoice(values);
  const open = () => openBoard(values, host);
  const report = await doDuties(
    {
      clock,
      stop,
      log,
      readDefaults: () => defaultsOf(choice, machine),
      openBoard: open,
      clearLine: () => clearLine({ clock, log, openLines: async () => boardLines(await open()) }, 0),
      makeGood: () => Promise.resolve(undefined), // only its keeper gives a pulse
    },
    timeout,
  );
  return report;
}

/** Gives what is in hand at first, then calls. */
function firstly<T>(first: T, call: () => Promise<T>): () => Promise<T> {
  let rest: T | undefined = first;
  return () => {
    const next = rest;
    rest = undefined;
    return next === undefined ? call() : Promise.resolve(next);
  };
}
