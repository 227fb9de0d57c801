// Watches over a node's fencing for people: what the line keeper knows goes to Prometheus, and a change of it to whoever is to
// be told. Nothing here can hold up an act.
import type { Clock } from '@sleepi3/driver';
import type { Alert } from '@sleepi3/program';
import type { CheckReport } from '../commands/check.js';
import type { BoardView } from '../keeper/politely.js';
import type { NodeReport } from '../keeper/report.js';
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import type { Memory } from './memory.js';
import { type BoardFigures, metricsText } from './metrics.js';
import { readinessOf, alertOf } from './readiness.js';
import { reasonOf } from '../reason.js';

/** Between two looks, ms. Prometheus looks as often. */
const lookInterval = 60_000;
/** Between a look that finds a change and the one that must confirm it, ms: boards are busy for a moment now and then. */
const confirmAfter = 10_000;
/** A success that is doubted within this time, ms, was none: the target answered after all. */
const doubtTimeout = 5000;

/** The line keeper, as far as it is watched. Neither uses the bus while an act or a caller's question does. */
interface WatchedKeeper {
  report(): Promise<NodeReport>;
  openPolitely(): Promise<BoardView>;
}

export interface WatchHost {
  readonly clock: Clock;
  readonly date: () => Date;
  readonly log: (message: string) => void;
  readonly hostname: () => string;
  readonly memory: Memory;
  /** What `fence_sleepi3 check` makes of it. */
  readonly judge: (report: NodeReport) => Promise<CheckReport>;
  readonly replaceTextfile: (text: string) => Promise<void>;
  readonly alert: (event: Alert) => Promise<unknown>;
}

export class NodeWatch {
  readonly #host: WatchHost;
  #success: { readonly target: string; readonly at: number; readonly before: string | undefined } | undefined;
  /** What the last look found, if that was not what had been told. */
  #unconfirmed: boolean | undefined;
  /** Changes of the memory, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #lookNow = new AbortController();

  constructor(host: WatchHost) {
    this.#host = host;
  }

  /** Looks again and again until `signal` aborts. */
  async watch(keeper: WatchedKeeper, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#host;
    signal.addEventListener('abort', () => {
      this.#lookNow.abort();
    });
    for (;;) {
      const wait = this.#unconfirmed === undefined ? lookInterval : confirmAfter;
      await clock.sleep(wait, this.#lookNow.signal).catch(() => undefined);
      if (signal.aborted) return;
      this.#lookNow = new AbortController();
      await this.#look(keeper).catch((error: unknown) => {
        log(`what is known of this node could not be passed on: ${reasonOf(error)}`);
      });
    }
  }

  /** How an act ended. */
  acted({ action, target }: PulseRequest, outcome: PulseOutcome): void {
    if (action !== 'off' && action !== 'reboot') return;
    const { clock, date } = this.#host;
    const cut = outcome.kind === 'verified' && outcome.targetRuns === undefined;
    const at = date().toISOString();
    this.#change(async () => {
      const before = (await this.#host.memory.get()).acts[target];
      this.#success = cut ? { target, at: clock.now(), before: before?.success } : undefined;
      await this.#rememberAct(target, cut ? { ...before, success: at } : { ...before, failure: at });
    });
  }

  /** Whoever asked for the last act has seen its target awake. */
  doubted(): void {
    const { clock, date } = this.#host;
    const now = clock.now();
    const at = date().toISOString();
    this.#change(async () => {
      const success = this.#success;
      if (!success || now - success.at > doubtTimeout) return;
      this.#success = undefined;
      const { target, before } = success;
      await this.#rememberAct(target, { ...(before !== undefined && { success: before }), failure: at });
    });
  }

  #change(body: () => Promise<void>): void {
    this.#turn = this.#turn.then(body).catch((error: unknown) => {
      this.#host.log(`how an act ended could not be written: ${reasonOf(error)}`);
    });
    this.#lookNow.abort();
  }

  async #rememberAct(target: string, ends: { readonly success?: string; readonly failure?: string }): Promise<void> {
    const { memory } = this.#host;
    const { acts } = await memory.get();
    await memory.change({ acts: { ...acts, [target]: ends } });
  }

  async #look(keeper: WatchedKeeper): Promise<void> {
    const { judge, memory, replaceTextfile } = this.#host;
    const report = await keeper.report();
    const figures = report.reading && (await figuresOf(keeper).catch(() => undefined));
    const found = await judge(report);
    await this.#turn;
    const text = metricsText(found, figures, (await memory.get()).acts);
    await Promise.all([replaceTextfile(text), this.#alertOfChange(found)]);
  }

  async #alertOfChange(found: CheckReport): Promise<void> {
    const { memory, alert, hostname } = this.#host;
    const before = (await memory.get()).ready;
    const ready = readinessOf(found, before);
    if (ready === before || ready === undefined) {
      this.#unconfirmed = undefined;
      return;
    }
    if (this.#unconfirmed !== ready) {
      this.#unconfirmed = ready;
      return;
    }
    // What was never told to be bad need not be told to be good.
    if (before !== undefined || !ready) await alert(alertOf(found, hostname()));
    this.#unconfirmed = undefined;
    await memory.change({ ready });
  }
}

async function figuresOf({ openPolitely }: Pick<WatchedKeeper, 'openPolitely'>): Promise<BoardFigures> {
  const board = await openPolitely();
  try {
    return { voltages: await board.voltages(), wakeup: await board.get('wakeup-flag') };
  } finally {
    await board.close();
  }
}
