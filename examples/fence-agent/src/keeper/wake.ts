// The wake pulse that a reboot owes its target: written down, given, and tried for minutes when it is lost.
import type { PulseRequest } from '../line/act.js';
import { within } from '../line/timeout.js';
import { pulse, type PulseContext } from '../line/pulse.js';
import { reasonOf } from '../reason.js';
import type { KeeperHost } from './host.js';
import type { KeptLine } from './line.js';

/** How long a disk is waited for before the result is told, ms. */
const diskTimeout = 3000;
/** How long a wake pulse that is owed is tried for, ms; monitor and boot begin anew. */
const wakeTimeout = 600_000;
/** How long a wake pulse waits for EXTIN, ms: longer than it takes to see that it is stuck, as after the end of who shot. */
const stuckTimeout = 30_000;

export class WakeDebt {
  readonly #host: KeeperHost;
  readonly #line: KeptLine;
  readonly #leaving: AbortSignal;
  #makingGood = false;

  constructor(host: KeeperHost, line: KeptLine, leaving: AbortSignal) {
    this.#host = host;
    this.#line = line;
    this.#leaving = leaving;
    void this.#readUntilKnown();
  }

  /** Whether one may be owed: unless the disk says in time that none is. */
  async mayOwe(): Promise<boolean> {
    const { clock, owedWake } = this.#host;
    return (await within(clock, diskTimeout, owedWake.mayOwe())) !== false;
  }

  /** Writes down that the target is owed one. */
  async owe(target: string): Promise<void> {
    const { clock, date, log, owedWake } = this.#host;
    const written = owedWake.owe({ target, since: date().toISOString() }).then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    );
    const trouble = await within(clock, diskTimeout, written);
    if (trouble !== undefined) {
      const why = trouble === 'late' ? 'the disk takes too long' : trouble;
      log(`that ${target} is owed a wake pulse could not be written: ${why}`);
    }
  }

  /** It was given, or is not wanted any more. */
  async settle(): Promise<void> {
    const { clock, log, owedWake } = this.#host;
    await within(
      clock,
      diskTimeout,
      owedWake.settle().catch((error: unknown) => {
        log(`the record of an owed wake pulse could not be removed: ${reasonOf(error)}`);
      }),
    );
  }

  /** Gives the pulse that is owed. Undefined when none is; else whether it was given. */
  async pay(context: PulseContext): Promise<boolean | undefined> {
    const owed = await this.#host.owedWake.get();
    if (!owed) return undefined;
    const wake: PulseRequest = {
      action: 'on',
      target: owed.target,
      hold: 0,
      holdTimeout: stuckTimeout,
      wakeDelay: 0,
      preferred: true,
    };
    const outcome = await pulse(wake, context);
    const given = outcome.kind === 'woken';
    if (given) await this.settle();
    this.#host.log(
      given
        ? `gave ${owed.target} its wake pulse`
        : `could not wake ${owed.target}: ${'reason' in outcome ? outcome.reason : outcome.kind}`,
    );
    return given;
  }

  /** Tries for minutes to give what is owed. */
  async makeGood(): Promise<void> {
    if (this.#makingGood) return;
    this.#makingGood = true;
    const { clock, owedWake, log } = this.#host;
    const deadline = clock.now() + wakeTimeout;
    try {
      while (!this.#leaving.aborted && (await owedWake.get())) {
        const given = await this.#line.inTurn('a wake pulse that is owed', () => this.#tryToPay());
        if (given !== false) return;
        if (clock.now() >= deadline) {
          log('the wake pulse that is owed is tried again at the next monitor, or by fence_sleepi3 boot');
          return;
        }
        await this.#line.rest();
      }
    } finally {
      this.#makingGood = false;
    }
  }

  /** A record that cannot be read when this keeper starts is told of once, and read again until it can be. */
  async #readUntilKnown(): Promise<void> {
    const { log, owedWake } = this.#host;
    let told = false;
    while (!this.#leaving.aborted) {
      const trouble = await owedWake.read().catch(reasonOf);
      if (trouble === undefined) break;
      if (!told) log(`the record of an owed wake pulse cannot be read, and is read again until it can be: ${trouble}`);
      told = true;
      await this.#line.rest();
    }
    if (told) void this.makeGood();
  }

  async #tryToPay(): Promise<boolean | undefined> {
    try {
      const board = await this.#host.openBoard();
      const context = this.#line.contextOf(board, new AbortController().signal);
      return await this.pay(context).finally(() => board.close());
    } catch (error) {
      this.#host.log(`a wake pulse that is owed could not be given: ${reasonOf(error)}`);
      return false;
    }
  }
}
