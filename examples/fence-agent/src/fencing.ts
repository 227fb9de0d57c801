// The agent's side of an act: finds the line keeper or starts one, follows it to the result, and when it fails, lets go of
// the line in its place.
import type { Clock } from '@sleepi3/driver';
import type { AgentMessage, Conversation, KeeperEvent, PulseOutcome, PulseRequest } from './keeper-messages.js';
import type { Lines } from './lines.js';
import { release } from './pulse.js';

/** Silence of a keeper that carries out an act, ms, after which it is taken for hung. Its own rests are 2 s at most. */
const longestSilence = 5000;
/** Between two attempts to reach a keeper or its lock, ms. */
const callPeriod = 50;

export type KeeperConversation = Conversation<KeeperEvent, AgentMessage>;

/** What an act needs of the agent's process. */
export interface FencingHost {
  readonly clock: Clock;
  /** Calls the keeper of this board; undefined when there is none. */
  call(): Promise<KeeperConversation | undefined>;
  /** Starts a keeper in a session of its own and resolves when it is armed or gone again. */
  startKeeper(): Promise<void>;
  /** SIGKILL to the keeper that has the lock of this board, if there is one. */
  killKeeper(): Promise<void>;
  tryLock(): Promise<{ release(): Promise<void> } | undefined>;
  openLines(): Promise<Lines & { close(): Promise<void> }>;
  log(message: string): void;
  onProgress?(progress: { readonly held: number; readonly samples: number; readonly restarts: number }): void;
  /** Aborts when the agent is asked to end (SIGTERM, SIGINT). */
  readonly stop: AbortSignal;
}

/**
 * Has the act carried out and resolves to its outcome. Waits for another act that is under way; joins one that is the same.
 *
 * @param patience ms to wait for other acts to end.
 */
export async function performAct(request: PulseRequest, host: FencingHost, patience: number): Promise<PulseOutcome> {
  const { clock } = host;
  const giveUp = clock.now() + patience;
  let busyWith: string | undefined;
  while (clock.now() < giveUp && !host.stop.aborted) {
    const conversation = (await host.call()) ?? (await startAndCall(host));
    if (conversation) {
      const outcome = await follow(conversation, request, host);
      if ('kind' in outcome) return outcome;
      if (outcome.busyWith !== busyWith && outcome.busyWith) host.log(`waiting for ${outcome.busyWith} to end`);
      busyWith = outcome.busyWith;
    }
    await clock.sleep(callPeriod);
  }
  const reason = host.stop.aborted
    ? 'the agent was asked to end'
    : `no line keeper answered within ${patience / 1000} s`;
  return { kind: 'failed', reason: busyWith ? `${reason}: ${busyWith} is under way` : reason };
}

async function startAndCall(host: FencingHost): Promise<KeeperConversation | undefined> {
  await host.startKeeper();
  return host.call();
}

/** Follows a keeper to the result. `busyWith`: it did not take the request, with what it was doing if it said so. */
async function follow(
  conversation: KeeperConversation,
  request: PulseRequest,
  host: FencingHost,
): Promise<PulseOutcome | { readonly busyWith: string | undefined }> {
  const cancel = () => {
    conversation.send({ cancel: true });
  };
  host.stop.addEventListener('abort', cancel, { once: true });
  try {
    conversation.send({ request });
    let accepted = false;
    for (;;) {
      const message = await within(host.clock, longestSilence, conversation.receive());
      if (message === 'silence' || message === undefined) {
        if (message === undefined && !accepted) return { busyWith: undefined };
        return await takeOver(host, message === 'silence' ? 'is hung' : 'died');
      }
      switch (message.event) {
        case 'accepted':
          accepted = true;
          if (message.joined) host.log(`joined the ${request.action} of ${request.target} that is under way`);
          break;
        case 'busy':
          return { busyWith: message.with };
        case 'progress':
          host.onProgress?.(message);
          break;
        case 'alive':
          break;
        case 'result':
          return message.outcome;
      }
    }
  } finally {
    host.stop.removeEventListener('abort', cancel);
    conversation.close();
  }
}

/** The keeper is gone or hung: nobody owns the line now, so this process lets go of it. Never a success. */
async function takeOver(host: FencingHost, what: 'is hung' | 'died'): Promise<PulseOutcome> {
  if (what === 'is hung') await host.killKeeper();
  const released = await releaseOrphan(host);
  return {
    kind: 'failed',
    reason: `the line keeper ${what}; ${released ? 'EXTOUT has been released' : 'EXTOUT could not be released'}`,
  };
}

/** What became of a line that was found asserted. */
export type LineCare =
  /** A living keeper owns it. */
  | 'owned'
  /** Nobody did; it was released. */
  | 'released'
  /** Nobody owns it and it cannot be released. */
  | 'stuck';

/** Looks after an EXTOUT that was found asserted: leaves it to a keeper that shows signs of life, or else releases it. */
export async function careForAssertedLine(host: FencingHost): Promise<LineCare> {
  const conversation = await host.call();
  if (conversation) {
    conversation.send({ probe: true });
    const answer = await within(host.clock, longestSilence, conversation.receive());
    conversation.close();
    if (answer === 'silence') await host.killKeeper();
    else if (answer) return 'owned';
  }
  return (await releaseOrphan(host)) ? 'released' : 'stuck';
}

/** What the guard does when its keeper died before dismissing it. */
export async function guardLine(
  keeperEnd: Promise<'dismissed' | 'died'>,
  host: Parameters<typeof releaseOrphan>[0],
): Promise<void> {
  if ((await keeperEnd) === 'dismissed') return;
  host.log('the line keeper died');
  await releaseOrphan(host);
}

/**
 * Releases EXTOUT if no keeper owns it. Resolves to true when the line is idle or owned, and false when it is stuck or
 * the board cannot be reached.
 */
export async function releaseOrphan(
  host: Pick<FencingHost, 'clock' | 'tryLock' | 'openLines' | 'log'>,
): Promise<boolean> {
  // A killed keeper's lock is free as soon as the kernel has cleared it away; a living keeper owns the line rightly.
  for (let attempt = 0; attempt < 20; attempt++) {
    const lock = await host.tryLock();
    if (lock) {
      try {
        const lines = await host.openLines();
        const released = await release({
          lines,
          clock: host.clock,
          log: (text) => {
            host.log(text);
          },
        });
        await lines.close();
        return released;
      } catch (error) {
        host.log(`the board could not be reached to release EXTOUT: ${String(error)}`);
        return false;
      } finally {
        await lock.release();
      }
    }
    await host.clock.sleep(callPeriod);
  }
  return true;
}

/** The promise's value, or `silence` when it does not come within `milliseconds`. */
export async function within<T>(clock: Clock, milliseconds: number, promise: Promise<T>): Promise<T | 'silence'> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise,
      clock.sleep(milliseconds, timer.signal).then(
        () => 'silence' as const,
        () => 'silence' as const, // the timer was cleared: the promise has won
      ),
    ]);
  } finally {
    timer.abort();
  }
}
