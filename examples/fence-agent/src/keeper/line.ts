// The line and whose turn it is: one thing at a time is done with it, and between two of them it is idle.
import type { Sleepi3 } from '@sleepi3/driver';
import { type LineState, readSettled } from '../line/lines.js';
import type { PulseContext } from '../line/pulse.js';
import { boardLines } from '../node/board.js';
import { clearLine } from './clear-line.js';
import { type KeeperHost, retryInterval } from './host.js';

/** A transfer that takes longer than this, retries and all, ms, will not come back. */
const longestTransfer = 10_000;
/** How long a caller's question waits for a line that cannot be released, ms. */
export const careTimeout = 1000;
/** What is not an act, and so no owner of a line that is asserted. */
const releaseName = 'the release of EXTOUT';

export class KeptLine {
  readonly #host: KeeperHost;
  readonly #leaving: AbortSignal;
  readonly #onSeen: (state: LineState) => void;
  /** The end of what is done with the line last. */
  #turn: Promise<unknown> = Promise.resolve();
  #underWay: string | undefined;
  /** The transfers that are under way, each with the clock's time of its beginning. */
  readonly #transfers = new Set<{ readonly since: number }>();

  /**
   * @param leaving Aborts when nothing new is to be begun.
   * @param onSeen Told of every reading of an act.
   */
  constructor(host: KeeperHost, leaving: AbortSignal, onSeen: (state: LineState) => void) {
    this.#host = host;
    this.#leaving = leaving;
    this.#onSeen = onSeen;
  }

  /** What is done with it just now. */
  get underWay(): string | undefined {
    return this.#underWay;
  }

  /** Resolves when everything that was to be done is over. */
  async over(): Promise<void> {
    await this.#turn;
  }

  /** Does a job when every job before it is over. */
  inTurn<T>(name: string, job: () => Promise<T>): Promise<T> {
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

  /** Whether a transfer has been under way for so long that it will not come back. */
  hangs(): boolean {
    const now = this.#host.clock.now();
    return [...this.#transfers].some(({ since }) => now - since > longestTransfer);
  }

  contextOf(
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
          this.#onSeen(state);
          return state;
        },
        writeExtout: (asserted) => this.#timed(() => lines.writeExtout(asserted)),
      },
      ...{ clock, record, log, date, signal, random, onProgress },
    };
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

  /** Releases a line that nobody owns. */
  async careFor(timeout: number): Promise<'idle' | 'released' | 'owned' | 'stuck'> {
    if (this.#underWay !== undefined && this.#underWay !== releaseName) return 'owned';
    return this.inTurn(releaseName, () => this.#clear(timeout));
  }

  async #clear(timeout: number): Promise<'idle' | 'released' | 'stuck'> {
    const { clock, log, openBoard, record } = this.#host;
    const care = await clearLine({ clock, log, openLines: async () => boardLines(await openBoard()) }, timeout);
    // Whoever asserted it may have woken the peer by that.
    if (care === 'released') await record.forget().catch(() => undefined);
    return care;
  }

  async isAsserted(): Promise<boolean> {
    const board = await this.#host.openBoard();
    return (await readSettled(boardLines(board)).finally(() => board.close())).extout;
  }

  /** After an act the line must be idle. When it cannot be brought there, it is tried for as long as it takes. */
  async leaveIdle({ lines }: PulseContext): Promise<void> {
    const idle = await readSettled(lines).then(
      ({ extout }) => !extout,
      () => false,
    );
    if (!idle) void this.#untilIdle();
  }

  async #untilIdle(): Promise<void> {
    while (!this.#leaving.aborted) {
      await this.rest();
      const care = await this.careFor(careTimeout).catch(() => 'stuck');
      if (care === 'idle' || care === 'released') return;
    }
  }

  /** Until the next attempt at what could not be done. Ends early, and well, when this keeper leaves. */
  async rest(): Promise<void> {
    await this.#host.clock.sleep(retryInterval, this.#leaving).catch(() => undefined);
  }
}
