// The service as a client sees it: one request after the other, each on a connection of its own, from outside the cluster.
import { get } from 'node:http';
import type { Clock } from '@sleepi3/driver';

/** Asks once; resolves to whether the service answered, never rejects. */
export type AskService = (signal: AbortSignal) => Promise<boolean>;

/** ms after which a request is given up, and the next one follows: a service that answers is seen by so much later at most. */
export const requestTimeout = 1000;

/** A request over HTTP to `address`, given up after `timeout` ms. */
export const askOverHttp =
  (address: string, timeout = requestTimeout): AskService =>
  (signal) =>
    new Promise((resolve) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
      const request = get({ host: address, path: '/', agent: false, signal: limit }, (response) => {
        response.resume().on('end', () => {
          resolve(response.statusCode === 200);
        });
        response.on('error', () => {
          resolve(false);
        });
      });
      request.on('error', () => {
        resolve(false);
      });
    });

/** A stretch without an answer, ms of the clock: from the last answer before it to the first one after it. */
export interface Outage {
  readonly start: number;
  readonly end: number;
  /** It had not ended when it was asked for. */
  readonly open: boolean;
}

/** Watches the service without pause. */
export class HttpProbe {
  readonly #clock: Clock;
  readonly #ask: AskService;
  /** ms between an answer and the next request. */
  readonly interval: number;
  readonly #onChange: (answers: boolean) => void;
  readonly #stop = new AbortController();
  readonly #outages: Outage[] = [];
  #lastAnswer: number | undefined;
  #silentSince: number | undefined;
  #done: Promise<void>;

  /**
   * Begins to watch.
   * @param interval ms between two requests: how finely an outage is measured
   * @param onChange told when answers begin, and when they end
   */
  constructor(clock: Clock, ask: AskService, onChange: (answers: boolean) => void, interval = 100) {
    this.#clock = clock;
    this.#ask = ask;
    this.interval = interval;
    this.#onChange = onChange;
    this.#done = this.#watch();
  }

  /** Whether the last request was answered. */
  get answers(): boolean {
    return this.#lastAnswer !== undefined && this.#silentSince === undefined;
  }

  /** The outages that touch the time since `time`, ms of the clock; none before the first answer ever. */
  outages(time = 0): Outage[] {
    const open = this.#silentSince;
    const all =
      open === undefined ? this.#outages : [...this.#outages, { start: open, end: this.#clock.now(), open: true }];
    return all.filter(({ end }) => end > time);
  }

  /** ms without an answer since `time`. */
  silence(time = 0): number {
    return this.outages(time).reduce((sum, { start, end }) => sum + end - Math.max(start, time), 0);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    try {
      for (;;) {
        const answered = await this.#ask(signal);
        signal.throwIfAborted();
        if (answered) this.#answered();
        else this.#missed();
        await this.#clock.sleep(this.interval, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #answered(): void {
    const now = this.#clock.now();
    if (this.#silentSince !== undefined) this.#outages.push({ start: this.#silentSince, end: now, open: false });
    if (this.#silentSince !== undefined || this.#lastAnswer === undefined) this.#onChange(true);
    this.#silentSince = undefined;
    this.#lastAnswer = now;
  }

  #missed(): void {
    if (this.#lastAnswer === undefined || this.#silentSince !== undefined) return;
    this.#silentSince = this.#lastAnswer;
    this.#onChange(false);
  }
}
