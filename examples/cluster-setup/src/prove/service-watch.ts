// The service, asked over and over, as its clients see it.
import type { Clock } from '@sleepi3/driver';
import type { ProbeResult } from '@sleepi3/program';

/** ms between two questions; a shorter silence may go unseen. */
export const askInterval = 250;
/** ms to wait for one answer. */
const answerWithin = 1000;

export type Probe = (url: string, timeoutMs: number) => Promise<ProbeResult>;

/** Asks once. */
export function askService(probe: Probe, url: string): Promise<ProbeResult> {
  return probe(url, answerWithin);
}

/** Begins to ask at once, and goes on until it is stopped. */
export class ServiceWatch {
  readonly #clock: Clock;
  readonly #ask: () => Promise<ProbeResult>;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #lastGood: number;
  #longest = 0;
  #last: ProbeResult | undefined;

  constructor(clock: Clock, probe: Probe, url: string) {
    this.#clock = clock;
    this.#ask = () => askService(probe, url);
    this.#lastGood = clock.now();
    this.#done = this.#watch();
  }

  /** Whether the last question was answered well. */
  get answers(): boolean {
    return this.#last?.ok === true;
  }

  /** What came of the last question: the HTTP status, or why there was none. */
  get fact(): string {
    return this.#last?.fact ?? 'not asked yet';
  }

  /** The longest time between two good answers, less the sampling, s; with the silence that has not ended. */
  get longestSilence(): number {
    const open = this.answers ? 0 : this.#clock.now() - this.#lastGood - askInterval;
    return Math.max(this.#longest, open, 0) / 1000;
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('nobody watches any more'));
    await this.#done;
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const asked = this.#clock.now();
      this.#last = await this.#ask();
      if (this.#last.ok) {
        // Until the question that got an answer: the answer's own time is no silence.
        this.#longest = Math.max(this.#longest, asked - this.#lastGood - askInterval);
        this.#lastGood = this.#clock.now();
      }
      await this.#clock.sleep(askInterval, this.#stop.signal).catch(() => undefined);
    }
  }
}
