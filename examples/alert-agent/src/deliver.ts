// The delivery service: sends what is in the spool to every receiver that wants it, tries again those that are down, and
// gives up after a day.
import { explain } from '@sleepi3/program';
import type { Clock } from '@sleepi3/driver';
import type { AlertEvent } from './event.js';
import { nameOf, type Receiver } from './receivers/receivers.js';
import { longestQueue, type Pending, type Spool } from './spool.js';

export interface DeliveryHost {
  readonly clock: Clock;
  readonly date: () => Date;
  readonly spool: Spool;
  /** The receivers of a file; rejects, saying what is wrong with it. */
  readonly receivers: (file: string) => Promise<readonly Receiver[]>;
  /** Rejects, saying why, when the receiver did not take the message. */
  readonly send: (event: AlertEvent, receiver: Receiver) => Promise<void>;
  readonly log: (level: 'info' | 'warning' | 'error', text: string) => void;
  /** Aborts when the service is asked to end; what is left stays in the spool. */
  readonly stop: AbortSignal;
}

/** Between two attempts, s; the last one holds for all that follow. */
const pauses = [10, 30, 60, 300, 900] as const;
/** After this an event is no news, ms. */
const longestWait = 24 * 3_600_000;
/** Between two looks for new events, ms: while one waits to be tried again, and while nothing waits. */
const lookInterval = { waiting: 5000, idle: 1000 };
/**
 * How long it stays after the last one, ms. What happens to a cluster comes as a series of events, and whoever started it for each
 * would come to the limit of starts of systemd, which ends with a path unit that has failed, and with silence.
 */
const linger = 20_000;

/** Delivers until nothing is left, and nothing came for a while. */
export async function deliver(host: DeliveryHost): Promise<void> {
  const { clock, spool, stop } = host;
  const pause = (time: number) =>
    clock.sleep(time, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  let busy = clock.now();
  while (!stop.aborted) {
    const waiting = await spool.pending();
    if (waiting.length === 0) {
      if (clock.now() - busy >= linger) return;
      await pause(lookInterval.idle);
      continue;
    }
    for (const [index, { name, pending }] of waiting.entries()) {
      const surplus = index < waiting.length - longestQueue;
      await attend(name, surplus ? 'surplus' : pending, host);
    }
    const left = await spool.pending();
    const next = Math.min(...left.map(({ pending }) => pending?.notBefore ?? 0)) - host.date().getTime();
    if (left.length > 0 && next > 0) await pause(Math.min(next, lookInterval.waiting));
    busy = clock.now();
  }
}

/** One event: tried if it is its time, kept if somebody has still to get it. */
async function attend(name: string, pending: Pending | 'surplus' | undefined, host: DeliveryHost): Promise<void> {
  const { spool, log } = host;
  const now = host.date().getTime();
  if (pending === 'surplus' || pending === undefined) {
    log(
      'error',
      pending === undefined
        ? `${name} cannot be read: removed`
        : `more than ${longestQueue} events wait: the oldest is dropped`,
    );
    return spool.remove(name);
  }
  // A clock that was set back must not put an event off for ever.
  if (pending.notBefore > now && pending.notBefore - now <= pauses[4] * 1000) return;
  const { event } = pending;
  const { delivered, failures } = await sendAll(pending, host);
  if (failures.length === 0) return spool.remove(name);
  if (now - Date.parse(event.at) > longestWait) {
    log('error', `"${event.title}" could not be delivered within a day, and is dropped: ${failures.join('; ')}`);
    return spool.remove(name);
  }
  const pause = pauses[Math.min(pending.attempts, pauses.length - 1)] ?? pauses[4];
  log('warning', `"${event.title}" is sent again in ${pause} s: ${failures.join('; ')}`);
  await spool.put(name, { ...pending, delivered, attempts: pending.attempts + 1, notBefore: now + pause * 1000 });
}

async function sendAll(
  { event, receivers: file, delivered }: Pending,
  host: DeliveryHost,
): Promise<{ delivered: readonly string[]; failures: readonly string[] }> {
  let receivers: readonly Receiver[];
  try {
    receivers = await host.receivers(file);
  } catch (error) {
    return { delivered, failures: [explain(error)] };
  }
  const failures: string[] = [];
  const done = [...delivered];
  const sent = receivers.map(async (receiver, index) => {
    const key = `${index} ${nameOf(receiver)}`;
    if (!receiver.events.includes(event.kind) || delivered.includes(key)) return;
    try {
      await host.send(event, receiver);
      done.push(key);
      host.log('info', `sent to ${nameOf(receiver)}: ${event.title}`);
    } catch (error) {
      failures.push(explain(error));
    }
  });
  await Promise.all(sent);
  return { delivered: done, failures };
}
