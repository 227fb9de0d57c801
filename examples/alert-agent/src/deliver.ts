// The delivery service: sends what is in the spool to every receiver that wants it, tries again those that are down, and
// gives up after a day. Receivers are served side by side, each in the order of the events.
import { explain } from '@sleepi3/program';
import type { Clock } from '@sleepi3/driver';
import { Bell } from './bell.js';
import type { AlertEvent } from './event.js';
import { ReceiverQueue } from './receivers/receiver-queue.js';
import { nameOf, type Receiver } from './receivers/receivers.js';
import { longestQueue, type Pending, type Spool } from './spool.js';

export interface DeliveryHost {
  readonly clock: Clock;
  readonly date: () => Date;
  readonly spool: Spool;
  /** The receivers of a file; rejects, saying what is wrong with it. */
  readonly receivers: (file: string) => Promise<readonly Receiver[]>;
  /** Rejects, saying why, when the receiver did not take the message; within about 10 s, so that the service can end. */
  readonly send: (event: AlertEvent, receiver: Receiver) => Promise<void>;
  readonly log: (level: 'info' | 'warning' | 'error', text: string) => void;
  /** Aborts when the service is asked to end; what is left stays in the spool. */
  readonly stop: AbortSignal;
}

/** After this an event is no news, ms. */
const longestWait = 24 * 3_600_000;
/** Between two looks for new events, ms: while one waits, and while nothing waits. */
const lookInterval = { waiting: 5000, idle: 1000 };
/**
 * How long it stays after the last one, ms. What happens to a cluster comes as a series of events, and whoever started it for each
 * would come to the limit of starts of systemd, which ends with a path unit that has failed, and with silence.
 */
const linger = 20_000;

/**
 * Delivers until nothing is left, and nothing came for a while. When it is asked to end it waits for the messages that are on
 * their way, at most one to a receiver: of one cut short nobody would know whether it has to be sent again.
 */
export async function deliver(host: DeliveryHost): Promise<void> {
  const { clock, stop } = host;
  const bell = new Bell(clock);
  stop.addEventListener('abort', bell.ring, { once: true });
  const delivery = new Delivery(host, bell.ring);
  let busy = clock.now();
  for (;;) {
    const due = await delivery.attend();
    if (stop.aborted && !delivery.isSending) return;
    if (!delivery.isEmpty) busy = clock.now();
    else if (clock.now() - busy >= linger) return;
    const look = delivery.isEmpty ? lookInterval.idle : lookInterval.waiting;
    await bell.sleep(Math.min(due - clock.now(), look));
  }
}

/** A receiver of a file, as it is now. */
interface Place {
  /** Its place in the file and its name: what it got is remembered by it. */
  readonly key: string;
  readonly name: string;
  readonly queue: ReceiverQueue;
  readonly wants: (event: AlertEvent) => boolean;
  readonly send: (event: AlertEvent) => Promise<void>;
  /** The events that it has still to get, the oldest first. */
  readonly waiting: string[];
}

/** A message that a receiver took, or did not take: then `failure` says why. */
interface Outcome {
  /** The event's in the spool. */
  readonly name: string;
  readonly event: AlertEvent;
  readonly place: Place;
  readonly failure: string | undefined;
}

class Delivery {
  readonly #host: DeliveryHost;
  readonly #ring: () => void;
  /** What waits, the oldest first, with what the spool may not know yet. */
  #events = new Map<string, Pending>();
  /** The events that are further than the spool knows. */
  readonly #unsaved = new Set<string>();
  readonly #queues = new Map<string, ReceiverQueue>();
  readonly #outcomes: Outcome[] = [];

  /** @param ring Called whenever there is something to attend to. */
  constructor(host: DeliveryHost, ring: () => void) {
    this.#host = host;
    this.#ring = ring;
  }

  get isEmpty(): boolean {
    return this.#events.size === 0;
  }

  get isSending(): boolean {
    return [...this.#queues.values()].some(({ busy }) => busy);
  }

  /** Notes what was sent, looks for new events, and begins what is due. @returns when the next is due, ms of the clock. */
  async attend(): Promise<number> {
    const { clock, stop } = this.#host;
    for (const outcome of this.#outcomes.splice(0)) this.#note(outcome);
    if (!stop.aborted) await this.#takeIn();
    const places = await this.#placesThatWait();
    if (stop.aborted) return Infinity;
    for (const place of places) {
      const name = place.queue.next(place.waiting, clock.now());
      if (name !== undefined) this.#begin(name, place);
    }
    return Math.min(...places.map(({ queue, waiting }) => queue.dueAt(waiting)));
  }

  #note({ name, event, place: { key, name: receiver, queue }, failure }: Outcome): void {
    const { clock, date, log } = this.#host;
    queue.busy = false;
    if (failure === undefined) {
      log('info', `sent to ${receiver}: ${event.title}`);
      queue.succeeded(name, clock.now());
    } else if (date().getTime() - Date.parse(event.at) > longestWait) {
      log('error', `"${event.title}" could not be delivered within a day, and is dropped: ${failure}`);
    } else {
      const pause = queue.failed(name, clock.now());
      log('warning', `"${event.title}" is sent again in ${pause} s: ${failure}`);
      return;
    }
    const pending = this.#events.get(name);
    if (pending === undefined) return; // one too many, dropped meanwhile
    this.#events.set(name, { ...pending, delivered: [...pending.delivered, key] });
    this.#unsaved.add(name);
  }

  async #takeIn(): Promise<void> {
    const { spool, log } = this.#host;
    const found = await spool.pending(this.#events);
    const events = new Map<string, Pending>();
    for (const [index, { name, pending }] of found.entries()) {
      if (pending !== undefined && index >= found.length - longestQueue) {
        events.set(name, pending);
        continue;
      }
      const why = pending && `more than ${longestQueue} events wait: the oldest is dropped`;
      log('error', why ?? `${name} cannot be read: removed`);
      await this.#change(() => spool.remove(name));
    }
    this.#events = events;
    for (const queue of this.#queues.values()) queue.keepOnly(events);
  }

  /** The receivers with what each has still to get. An event that nobody has still to get leaves the spool. */
  async #placesThatWait(): Promise<readonly Place[]> {
    const { spool } = this.#host;
    const files = new Set([...this.#events.values()].map(({ receivers }) => receivers));
    const places = new Map<string, readonly Place[]>();
    for (const file of files) places.set(file, await this.#placesOf(file));
    for (const [name, pending] of this.#events) {
      const { event, receivers, delivered } = pending;
      const owed = (places.get(receivers) ?? []).filter(({ key, wants }) => wants(event) && !delivered.includes(key));
      for (const { waiting } of owed) waiting.push(name);
      if (owed.length === 0) {
        if (await this.#change(() => spool.remove(name))) this.#events.delete(name);
      } else if (this.#unsaved.has(name)) {
        if (await this.#change(() => spool.put(name, pending))) this.#unsaved.delete(name);
      }
    }
    return [...places.values()].flat().filter(({ waiting }) => waiting.length > 0);
  }

  async #placesOf(file: string): Promise<readonly Place[]> {
    const place = (key: string, rest: Pick<Place, 'name' | 'wants' | 'send'>): Place => {
      const id = `${file} ${key}`;
      const queue = this.#queues.get(id) ?? new ReceiverQueue();
      this.#queues.set(id, queue);
      return { key, queue, waiting: [], ...rest };
    };
    try {
      return (await this.#host.receivers(file)).map((receiver, index) =>
        place(`${index} ${nameOf(receiver)}`, {
          name: nameOf(receiver),
          wants: ({ kind }) => receiver.events.includes(kind),
          send: (event) => this.#host.send(event, receiver),
        }),
      );
    } catch (error) {
      // As one receiver that takes nothing: the file may be mended within the day.
      const send = () => Promise.reject(new Error(explain(error)));
      return [place('nobody', { name: file, wants: () => true, send })];
    }
  }

  #begin(name: string, place: Place): void {
    const event = this.#events.get(name)?.event;
    if (event === undefined) return;
    place.queue.busy = true;
    void place
      .send(event)
      .then(() => undefined, explain)
      .then((failure) => {
        this.#outcomes.push({ name, event, place, failure });
        this.#ring();
      });
  }

  /** Changes the spool. Where that fails, as on a full disk, it is tried again: an end would have everything sent again. */
  async #change(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      this.#host.log('error', `the spool cannot be changed: ${explain(error)}`);
      return false;
    }
  }
}
