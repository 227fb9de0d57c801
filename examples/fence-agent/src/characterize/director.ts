// Finds out on two real boards what the vendor does not document, by experiment. This side is the director: it stays powered,
// holds its EXTOUT, and watches what becomes of the other one, the subject.
import type { BoardOptions } from '@sleepi3/simulator';
import type { Clock, Sleepi3 } from '@sleepi3/driver';
import type { DirectorMessage, Registers, SubjectMessage } from './messages.js';
import { within } from '../line/timeout.js';
import type { Conversation } from '../keeper/messages.js';
import type { PulseOutcome } from '../line/act.js';
import { wireProtocol } from '../wire-test/messages.js';

/** What was found, in the simulator's own words. */
export type FoundOptions = Pick<
  BoardOptions,
  'extoutOnPowerCut' | 'eipdeOnPowerCut' | 'extinCountOnRelease' | 'readOnlyBits' | 'extinPhase' | 'coldRegisters'
>;

export type SubjectConversation = Conversation<SubjectMessage, DirectorMessage>;

export interface DirectorHost {
  readonly node: string;
  readonly peer: string;
  readonly clock: Clock;
  /** For the person at the terminal. */
  log(message: string): void;
  /** Asks for consent; false ends the step. */
  ask(question: string): Promise<boolean>;
  openBoard(): Promise<Sleepi3>;
  /** Has the line keeper hold EXTOUT: `test` for so many ms, `off` until the power is cut, `on` to wake. */
  act(action: 'test' | 'off' | 'on', hold: number): Promise<PulseOutcome>;
  /** Calls the subject; undefined when it does not answer. */
  call(): Promise<SubjectConversation | undefined>;
}

export interface CharacterizeReport {
  readonly ok: boolean;
  readonly message: string;
  readonly options: FoundOptions;
  /** What was measured, for people. */
  readonly measurements: readonly string[];
}

/** How long the subject may take to boot and its person to start it again, ms. */
const bootTimeout = 20 * 60_000;
/** A subject that has not answered for so long is without power, ms. */
const longestAnswer = 2000;
/** Between two looks at the subject, ms. */
const lookInterval = 20;
/** Long enough to count three seconds, and far from the 9 s of the earliest cut, ms. */
const countingPulse = 4200;
/** When in the hold the subject asserts its own EXTOUT, ms: before the earliest cut. */
const subjectAsserts = 7000;
/** A hold past the latest cut, ms. */
const cuttingHold = 12_000;

class Ended extends Error {
  override readonly name = 'Ended';
}

/** Runs every step that the person consents to. What was found before a step failed is reported all the same. */
export async function characterize(host: DirectorHost): Promise<CharacterizeReport> {
  const found: Partial<Record<keyof FoundOptions, unknown>> = {};
  const measurements: string[] = [];
  const measured = (text: string) => {
    measurements.push(text);
    host.log(text);
  };
  const report = (ok: boolean, message: string): CharacterizeReport => ({
    ok,
    message,
    options: found as FoundOptions,
    measurements,
  });
  const run = new Run(host, found, measured);
  try {
    await run.all();
    return report(true, `found out: ${Object.keys(found).join(', ')}`);
  } catch (error) {
    if (error instanceof Ended) return report(false, error.message);
    throw error;
  } finally {
    run.hangUp();
  }
}

class Run {
  readonly #host: DirectorHost;
  readonly #found: Partial<Record<keyof FoundOptions, unknown>>;
  readonly #measured: (text: string) => void;

  constructor(
    host: DirectorHost,
    found: Partial<Record<keyof FoundOptions, unknown>>,
    measured: (text: string) => void,
  ) {
    this.#host = host;
    this.#found = found;
    this.#measured = measured;
  }

  /** The last conversation with the subject. */
  #conversation: SubjectConversation | undefined;

  hangUp(): void {
    this.#conversation?.close();
  }

  async all(): Promise<void> {
    const { peer } = this.#host;
    await this.#consent(
      `Both nodes must be out of the cluster (pcs cluster stop --all), and on ${peer} fence_sleepi3 characterize ` +
        '--subject must run. Is that so?',
    );
    let subject = await this.#reach(60_000);
    this.#measured(`firmware version of ${peer}: ${(await this.#look(subject)).version}`);
    await this.#countSeconds(subject);
    await this.#writeReadOnlyBits(subject);
    await this.#consent(
      `The next step CUTS THE POWER OF ${peer} without a shutdown; unsaved work on it is lost. Go on?`,
    );
    subject = await this.#cutSubject(subject);
    if (
      await this.#host.ask(
        `The next step needs the supply of ${peer}'s board (CN1 and CN2) taken off, which CUTS ITS POWER. Go on?`,
      )
    ) {
      await this.#startCold(subject);
    }
  }

  /** extinCountOnRelease and extinPhase: a pulse of a few seconds, while the subject's count is read. */
  async #countSeconds(subject: SubjectConversation): Promise<void> {
    const { clock, peer } = this.#host;
    let before = await this.#look(subject);
    const pulse = this.#host.act('test', countingPulse);
    const over = whenSettled(pulse);
    const phases: number[] = [];
    let riseAt: number | undefined;
    let base = 0;
    for (let from = clock.now(); !over.aborted;) {
      await clock.sleep(lookInterval);
      const now = await this.#look(subject);
      // What changed did so between the two looks.
      const moment = (from + clock.now()) / 2;
      from = clock.now();
      const { externalInputCount: count } = now;
      const counted = count !== before.externalInputCount;
      if (riseAt === undefined && (now.ioStatus & 0b10) !== 0) {
        riseAt = moment;
        if (!counted) base = count;
      }
      if (riseAt !== undefined && counted && count > base) phases.push(moment - riseAt - (count - base) * 1000);
      before = now;
    }
    const outcome = await pulse;
    if (outcome.kind !== 'tested') {
      throw new Ended(`no pulse could be given: ${'reason' in outcome ? outcome.reason : outcome.kind}`);
    }
    if (riseAt === undefined) throw new Ended(`the pulse did not arrive at ${peer}: run fence_sleepi3 wire-test first`);
    if (phases.length === 0) throw new Ended(`external_input_count of ${peer} did not count`);
    await clock.sleep(2000);
    const { externalInputCount: after } = await this.#look(subject);
    this.#found.extinCountOnRelease = after === 0 ? 'reset' : 'kept';
    this.#measured(`external_input_count reads ${after} two seconds after the release`);
    this.#found.extinPhase = Math.round(median(phases) / 100) * 100 || 0;
    this.#measured(`seconds of EXTIN are counted ${phases.map(Math.round).join(', ')} ms after they are full`);
  }

  /** readOnlyBits: writes the bits of EXTIN and the switch where nothing is asserted, and looks at once. */
  async #writeReadOnlyBits(subject: SubjectConversation): Promise<void> {
    let written = false;
    for (let attempt = 0; attempt < 3; attempt++) {
      await this.#request(subject, { say: 'put', ioStatus: 0b110 }, 'done');
      written ||= ((await this.#look(subject)).ioStatus & 0b110) !== 0;
    }
    await this.#request(subject, { say: 'put', ioStatus: 0 }, 'done');
    this.#found.readOnlyBits = written ? 'written' : 'ignored';
    this.#measured(`EI and SW ${written ? 'took' : 'did not take'} what was written to io_status`);
  }

  /** extoutOnPowerCut and eipdeOnPowerCut: cuts the subject while it asserts its own EXTOUT. */
  async #cutSubject(subject: SubjectConversation): Promise<SubjectConversation> {
    const { clock, peer } = this.#host;
    const board = await this.#host.openBoard();
    // The subject's EXTOUT may stay asserted for as long as it is off: this node must not be cut by it.
    const powerdown = await board.get('extin-powerdown');
    await board.set('extin-powerdown', false);
    try {
      await this.#request(subject, { say: 'powerdown', on: true }, 'done');
      await this.#request(subject, { say: 'arm' }, 'done');
      const hold = this.#host.act('off', cuttingHold);
      const { lastSeen, riseAt, asserted } = await this.#watchDeath(subject, whenSettled(hold));
      const outcome = await hold;
      if (outcome.kind !== 'verified') {
        throw new Ended(`the hold was disturbed: ${'reason' in outcome ? outcome.reason : outcome.kind}`);
      }
      if (lastSeen === undefined || riseAt === undefined) {
        throw new Ended(`${peer} was not cut within 12 s: it could not be fenced`);
      }
      if (!asserted) throw new Ended(`${peer} was cut before it could assert its EXTOUT`);
      this.#measured(`${peer} fell silent ${((lastSeen - riseAt) / 1000).toFixed(1)} s after EXTIN was asserted`);
      await clock.sleep(1000);
      const { extin } = await board.ioStatus();
      this.#found.extoutOnPowerCut = extin ? 'held' : 'released';
      this.#measured(`EXTOUT of ${peer} ${extin ? 'stayed asserted' : 'fell'} when its own power was cut`);
      if (extin) {
        await this.#consent(`Wake ${peer}: press the switch of its board for a moment. Done?`);
      } else {
        await this.#host.act('on', 0);
      }
      this.#host.log(`When ${peer} has booted, run fence_sleepi3 characterize --subject there again.`);
      const returned = await this.#reach(bootTimeout);
      const first = await this.#recall(returned);
      this.#found.eipdeOnPowerCut = (first.inputControl & 1) === 1 ? 'kept' : 'lost';
      this.#measured(
        `EIPDE of ${peer} was ${first.inputControl & 1} at its next boot; wakeup_status ${first.wakeupStatus}`,
      );
      return returned;
    } finally {
      await this.#restorePowerdown(board, powerdown);
    }
  }

  /** Looks at the subject until it is silent, and has it assert its EXTOUT in between. */
  async #watchDeath(subject: SubjectConversation, over: AbortSignal) {
    const { clock } = this.#host;
    let riseAt: number | undefined;
    let lastSeen: number | undefined;
    let asserted = false;
    while (!over.aborted) {
      subject.send({ say: 'look' });
      const answer = await within(clock, longestAnswer, subject.receive());
      if (answer === 'late' || answer === undefined) return { riseAt, lastSeen, asserted };
      lastSeen = clock.now();
      if (answer.say === 'looked' && (answer.registers.ioStatus & 2) !== 0) riseAt ??= lastSeen;
      if (riseAt !== undefined && !asserted && lastSeen - riseAt >= subjectAsserts) {
        subject.send({ say: 'put', ioStatus: 1 });
        asserted = (await within(clock, longestAnswer, subject.receive())) !== 'late';
      }
      await clock.sleep(lookInterval);
    }
    return { riseAt, lastSeen: undefined, asserted };
  }

  async #restorePowerdown(board: Sleepi3, powerdown: boolean): Promise<void> {
    const { clock, node, peer } = this.#host;
    for (let waited = 0; (await board.ioStatus()).extin && waited < 5000; waited += 1000) await clock.sleep(1000);
    if ((await board.ioStatus()).extin) {
      this.#host.log(
        `EIPDE of ${node} stays 0, because EXTIN is asserted: release EXTOUT of ${peer}, then run fence_sleepi3 boot`,
      );
    } else {
      await board.set('extin-powerdown', powerdown);
    }
    await board.close();
  }

  /** coldRegisters: what the registers hold when the controller gets its supply. */
  async #startCold(subject: SubjectConversation): Promise<void> {
    const { peer } = this.#host;
    await this.#request(subject, { say: 'arm' }, 'done');
    subject.close();
    await this.#consent(`Shut ${peer} down, take its supply off for ten seconds and put it back. Done?`);
    this.#host.log(`When ${peer} has booted, run fence_sleepi3 characterize --subject there again.`);
    const returned = await this.#reach(bootTimeout);
    const first = await this.#recall(returned);
    const settings = [
      'restoreVoltage',
      'adcInterval',
      'watchdogTimeout',
      'sleepTimeout',
      'watchdogControl',
      'inputControl',
    ] as const;
    this.#found.coldRegisters = Object.fromEntries(
      settings.filter((name) => first[name] !== 0).map((name) => [name, first[name]]),
    );
    this.#measured(`after a start from cold: ${settings.map((name) => `${name} ${first[name]}`).join(', ')}`);
  }

  async #recall(subject: SubjectConversation): Promise<Registers> {
    const { registers } = await this.#request(subject, { say: 'recall' }, 'recalled');
    if (!registers) {
      throw new Ended(
        'the subject kept no registers at its boot: is fence-sleepi3.service of the package enabled there?',
      );
    }
    return registers;
  }

  async #look(subject: SubjectConversation): Promise<Registers> {
    return (await this.#request(subject, { say: 'look' }, 'looked')).registers;
  }

  async #request<Say extends SubjectMessage['say']>(
    subject: SubjectConversation,
    message: DirectorMessage,
    say: Say,
  ): Promise<Extract<SubjectMessage, { say: Say }>> {
    subject.send(message);
    const answer = await within(this.#host.clock, 10_000, subject.receive());
    if (answer === 'late' || answer === undefined) throw new Ended(`${this.#host.peer} does not answer any more`);
    if (answer.say === 'failed') throw new Ended(`${this.#host.peer} reports: ${answer.reason}`);
    if (answer.say !== say) throw new Ended(`${this.#host.peer} answers out of turn: is it the same version?`);
    return answer as Extract<SubjectMessage, { say: Say }>;
  }

  async #consent(question: string): Promise<void> {
    if (!(await this.#host.ask(question))) throw new Ended('ended by you; what was found until then stands');
  }

  /** Calls until the subject answers. */
  async #reach(timeout: number): Promise<SubjectConversation> {
    const { clock, node, peer } = this.#host;
    const deadline = clock.now() + timeout;
    do {
      const subject = await this.#host.call();
      if (subject) {
        this.#conversation = subject;
        await this.#request(subject, { say: 'characterize', protocol: wireProtocol, node, peer }, 'done');
        return subject;
      }
      await clock.sleep(2000);
    } while (clock.now() < deadline);
    throw new Ended(`${peer} did not answer within ${Math.round(timeout / 60_000)} min`);
  }
}

/** The report as one would send it in: what was measured, and the options for the simulator. */
export function renderReport({ options, measurements }: CharacterizeReport): string {
  const text = JSON.stringify(options, undefined, 2)
    .replace(/"(\w+)":/g, '$1:')
    .replaceAll('"', "'");
  return [
    'What was measured:',
    ...measurements.map((line) => `  - ${line}`),
    '',
    'As options of the virtual board of @sleepi3/simulator:',
    '',
    `const board: BoardOptions = ${text};`,
    '',
  ].join('\n');
}

/** Aborts when the promise is settled. */
function whenSettled(promise: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  const settle = () => {
    controller.abort();
  };
  promise.then(settle, settle);
  return controller.signal;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
