// One receiver that hangs or is down, and what the others get meanwhile.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@sleepi3/simulator';
import { deliver } from '../src/deliver.js';
import { parseReceivers, type Receiver } from '../src/receivers/receivers.js';
import { type Directory, Spool } from '../src/spool.js';
import { memoryDirectory } from './memory-directory.js';

const kinds = ['mail', 'webhook', 'ntfy'] as const;
type Kind = (typeof kinds)[number];

const receivers = parseReceivers(
  '{"receivers": [{"mail": "ops"}, {"webhook": "https://a.example/x"}, {"ntfy": "https://b.example/topic"}]}',
  'alerts.json',
);

/** What a receiver does with a message: it takes it after so many ms, refuses it at once, or says nothing for 10 s. */
type Answer = number | 'fails' | 'hangs';
/** As the time limit of a message, ms. */
const timeout = 10_000;
/** ms between two looks for new events, while one waits. */
const look = 5000;

interface Sent {
  readonly to: Kind;
  readonly title: string;
  /** When the event came and when it was sent, ms. */
  readonly addedAt: number;
  readonly sentAt: number;
}

/** One machine: what is in its spool outlives its programs. */
class Machine {
  readonly clock = new VirtualClock();
  readonly sent: Sent[] = [];
  /** When each message was begun, ms. */
  readonly begun: number[] = [];
  readonly directory = memoryDirectory();
  /** What is in the file of receivers; it may throw. */
  receivers = (): readonly Receiver[] => receivers;
  readonly #added = new Map<string, number>();
  readonly #answer: (kind: Kind, now: number) => Answer;
  readonly #spool = new Spool(this.directory, () => this.#date());

  constructor(answer: (kind: Kind, now: number) => Answer) {
    this.#answer = answer;
  }

  /** The event's title is its key, and none comes twice. */
  async add(title: string): Promise<void> {
    const facts = { kind: 'fencing', severity: 'warning', subject: 'pi-b', text: 'text', reporter: 'pi-a' } as const;
    this.#added.set(title, this.clock.now());
    await this.#spool.add({ ...facts, title, key: title, at: this.#date().toISOString(), quietSeconds: 5 }, 'f');
  }

  async waiting(): Promise<number> {
    return (await this.#spool.pending()).length;
  }

  /** Starts the service. After `kill` nothing of it happens any more: as a process that SIGKILL ended, or a power cut. */
  start() {
    const stop = new AbortController();
    const dead = new AbortController();
    const killed = new Promise<void>((resolve) => {
      dead.signal.addEventListener('abort', () => {
        resolve();
      });
    });
    const living = <T>(value: T) =>
      dead.signal.aborted ? new Promise<never>(() => undefined) : Promise.resolve(value);
    const done = deliver({
      clock: this.clock,
      date: () => this.#date(),
      spool: new Spool(whileLiving(this.directory, living), () => this.#date()),
      receivers: () => living(this.receivers()),
      send: (event, receiver) => this.#send(event.title, receiver, living),
      log: () => undefined,
      stop: stop.signal,
    });
    return {
      stop: () => {
        stop.abort();
      },
      kill: () => {
        dead.abort();
      },
      ended: Promise.race([done, killed]),
    };
  }

  async #send(title: string, { kind }: Receiver, living: <T>(value: T) => Promise<T>): Promise<void> {
    this.begun.push(this.clock.now());
    const answer = this.#answer(kind, this.clock.now());
    if (answer !== 'fails') await this.clock.sleep(answer === 'hangs' ? timeout : answer);
    await living(undefined);
    if (typeof answer !== 'number') throw new Error(`${kind} ${answer}`);
    this.sent.push({ to: kind, title, addedAt: this.#added.get(title)!, sentAt: this.clock.now() });
  }

  #date(): Date {
    return new Date(Date.parse('2026-11-29T03:00:00Z') + this.clock.now());
  }
}

function whileLiving(directory: Directory, living: <T>(value: T) => Promise<T>): Directory {
  const guarded = async <T>(act: () => Promise<T>) => living(await (await living(act))());
  return {
    list: () => guarded(() => directory.list()),
    read: (name) => guarded(() => directory.read(name)),
    replace: (name, text) => guarded(() => directory.replace(name, text)),
    remove: (name) => guarded(() => directory.remove(name)),
    alone: (body) => directory.alone(body),
  };
}

const within = { within: 48 * 3_600_000 };

describe('a receiver that hangs', () => {
  it.each([1, 10, 40])('holds up no other, when %i events wait for it', async (count) => {
    const machine = new Machine((kind) => (kind === 'webhook' ? 'hangs' : 0));
    for (let index = 0; index < count; index++) await machine.add(`old ${index}`);
    const service = machine.start();
    const all = async () => {
      await machine.clock.sleep(15_000);
      await machine.add('fenced');
      await machine.clock.sleep(1_800_000);
      service.stop();
      await service.ended;
    };
    await machine.clock.runUntil(all(), within);
    const late = machine.sent.filter(({ title }) => title === 'fenced').map(({ addedAt, sentAt }) => sentAt - addedAt);
    expect(late).toHaveLength(2);
    expect(Math.max(...late)).toBeLessThanOrEqual(look);
    expect(await machine.waiting()).toBe(count + 1);
  });

  it('puts the end of the service off by the message that is on its way, and by no other', async () => {
    const machine = new Machine((kind) => (kind === 'webhook' ? 'hangs' : 0));
    for (let index = 0; index < 40; index++) await machine.add(`old ${index}`);
    const service = machine.start();
    const all = async () => {
      await machine.clock.sleep(33_000);
      service.stop();
      await service.ended;
    };
    await machine.clock.runUntil(all(), within);
    expect(machine.clock.now()).toBeLessThanOrEqual(33_000 + timeout);
    expect(Math.max(...machine.begun)).toBeLessThanOrEqual(33_000);
  });

  it('makes nobody get a message twice, when the service is killed while it hangs', async () => {
    let answer: Answer = 'hangs';
    const machine = new Machine((kind) => (kind === 'webhook' ? answer : 0));
    await machine.add('fenced');
    const first = machine.start();
    await machine.clock.runUntil(machine.clock.sleep(3000), within);
    first.kill();
    answer = 0;
    await machine.clock.runUntil(machine.start().ended, within);
    expect(machine.sent.map(({ to }) => to).sort()).toEqual(['mail', 'ntfy', 'webhook']);
    expect(await machine.waiting()).toBe(0);
  });

  it('gets what waits in the order of the events and without delay, when it takes one again', async () => {
    const machine = new Machine((kind, now) => (kind === 'webhook' && now < 1_000_000 ? 'hangs' : 0));
    const all = async () => {
      const service = machine.start();
      for (let index = 0; index < 10; index++) {
        await machine.add(`e${index}`);
        await machine.clock.sleep(1000);
      }
      await service.ended;
    };
    await machine.clock.runUntil(all(), within);
    const got = machine.sent.filter(({ to }) => to === 'webhook');
    expect(got.map(({ title }) => title)).toEqual(Array.from({ length: 10 }, (_, index) => `e${index}`));
    expect(got.at(-1)!.sentAt - got[0]!.sentAt).toBeLessThan(1000);
  });
});

describe('the file of receivers', () => {
  it('that is wrong loses nothing: what waits is sent when it is mended', async () => {
    const machine = new Machine(() => 0);
    machine.receivers = () => {
      if (machine.clock.now() < 100_000) throw new Error('no list "receivers"');
      return receivers;
    };
    await machine.add('fenced');
    await machine.clock.runUntil(machine.start().ended, within);
    expect(machine.sent.map(({ to }) => to).sort()).toEqual(['mail', 'ntfy', 'webhook']);
    expect(Math.max(...machine.sent.map(({ sentAt }) => sentAt))).toBeLessThanOrEqual(100_000 + look);
  });

  it('that no longer has a receiver lets the others’ event go, also while that one is being sent it', async () => {
    const machine = new Machine((kind) => (kind === 'ntfy' ? 'hangs' : 0));
    machine.receivers = () => receivers.slice(0, machine.clock.now() < 3000 ? 3 : 2);
    await machine.add('fenced');
    await machine.clock.runUntil(machine.start().ended, within);
    expect(machine.sent.map(({ to }) => to).sort()).toEqual(['mail', 'webhook']);
    expect(await machine.waiting()).toBe(0);
  });
});

describe('the spool', () => {
  it('keeps the newest hundred for a receiver that hangs, while the others get all', async () => {
    const machine = new Machine((kind, now) => (kind === 'webhook' && now < 2_000_000 ? 'hangs' : 0));
    const all = async () => {
      const service = machine.start();
      for (let index = 0; index < 150; index++) {
        await machine.add(`e${index}`);
        await machine.clock.sleep(7000);
      }
      expect(await machine.waiting()).toBeLessThanOrEqual(101);
      await service.ended;
    };
    await machine.clock.runUntil(all(), within);
    expect(machine.sent.filter(({ to }) => to === 'mail')).toHaveLength(150);
    const got = machine.sent.filter(({ to }) => to === 'webhook').map(({ title }) => title);
    expect([...got].sort()).toEqual(Array.from({ length: 100 }, (_, index) => `e${index + 50}`).sort());
    expect(await machine.waiting()).toBe(0);
  });

  it('that cannot be written makes nobody get a message twice, and is written when it can be', async () => {
    const machine = new Machine((kind, now) => (kind === 'webhook' && now < 30_000 ? 'fails' : 0));
    await machine.add('fenced');
    const { replace, remove } = machine.directory;
    const full = () => Promise.reject(new Error('no space left on device'));
    const unlessFull =
      <A extends readonly unknown[]>(act: (...args: A) => Promise<void>) =>
      (...args: A) =>
        machine.clock.now() < 60_000 ? full() : act(...args);
    Object.assign(machine.directory, { replace: unlessFull(replace), remove: unlessFull(remove) });
    await machine.clock.runUntil(machine.start().ended, within);
    expect(machine.sent.map(({ to }) => to).sort()).toEqual(['mail', 'ntfy', 'webhook']);
    expect(await machine.waiting()).toBe(0);
  });
});

/** How long everything may be out of order, ms: from then on every receiver takes what it is sent. */
const troubled = 900_000;
/** What a message takes at most, ms, where the receiver takes it. */
const slowest = 200;

const takes = fc.integer({ min: 0, max: slowest });
const phase = fc.record({
  until: fc.integer({ min: 0, max: troubled }),
  answer: fc.oneof(takes, fc.constantFrom<Answer>('fails', 'hangs')),
});
const scenarios = fc.record({
  /** Always takes its messages. */
  mail: takes,
  webhook: fc.array(phase, { maxLength: 5 }),
  ntfy: fc.array(phase, { maxLength: 5 }),
  /** ms from one event to the next. */
  pauses: fc.array(fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 60_000 })), {
    minLength: 1,
    maxLength: 25,
  }),
  /** How the service is ended, and how many ms after the time before. */
  ends: fc.array(fc.record({ after: fc.integer({ min: 0, max: 200_000 }), how: fc.constantFrom('stop', 'kill') }), {
    maxLength: 4,
  }),
});

describe('the delivery, whatever receivers do, events come and the service is ended', () => {
  it('loses nothing, sends nothing twice, and holds nothing up', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async ({ mail, webhook, ntfy, pauses, ends }) => {
        const phases = { webhook, ntfy };
        const machine = new Machine((kind, now) => {
          if (kind === 'mail') return mail;
          const [current] = phases[kind].filter(({ until }) => now < until).sort((a, b) => a.until - b.until);
          return current?.answer ?? 0;
        });
        let service: ReturnType<Machine['start']> | undefined;
        // As the path unit: whenever something waits and nobody delivers.
        const startIfNeeded = async (): Promise<void> => {
          if (service !== undefined || (await machine.waiting()) === 0) return;
          const started = machine.start();
          service = started;
          void started.ended.then(() => {
            service = undefined;
            return startIfNeeded();
          });
        };
        const comeEvents = async () => {
          for (const [index, pause] of pauses.entries()) {
            await machine.clock.sleep(pause);
            await machine.add(`event ${index}`);
            await startIfNeeded();
          }
        };
        const comeEnds = async () => {
          for (const { after, how } of ends) {
            await machine.clock.sleep(after);
            const ended = service?.ended;
            const at = machine.clock.now();
            service?.[how]();
            await ended;
            expect(machine.clock.now() - at).toBeLessThanOrEqual(timeout);
            expect(machine.begun.every((time) => time <= at || how === 'kill' || time >= machine.clock.now())).toBe(
              true,
            );
          }
        };
        const all = async () => {
          await Promise.all([comeEvents(), comeEnds()]);
          while ((await machine.waiting()) > 0) await machine.clock.sleep(10_000);
        };
        await machine.clock.runUntil(all(), within);

        for (const kind of kinds) {
          const titles = machine.sent.filter(({ to }) => to === kind).map(({ title }) => title);
          expect([...titles].sort()).toEqual(pauses.map((_, index) => `event ${index}`).sort());
        }
        const mailed = machine.sent.filter(({ to }) => to === 'mail');
        expect(mailed.map(({ title }) => title)).toEqual(pauses.map((_, index) => `event ${index}`));
        const latest = look + slowest * (pauses.length + ends.length) + timeout * ends.length;
        for (const { addedAt, sentAt } of mailed) expect(sentAt - addedAt).toBeLessThanOrEqual(latest);
      }),
      { numRuns: 100 },
    );
  });
});
