// The agent's side of an act: finds the line keeper or starts one, follows it to the result, and when it fails, lets go of
// the line in its place.
import type { Clock } from '@sleepi3/driver';
import type { AgentMessage, Conversation, KeeperEvent } from './messages.js';
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import { type Lines, readSettled } from '../line/lines.js';
import { within } from '../line/patience.js';
import { release, releasePatience } from '../line/pulse.js';

/** Silence of a keeper that carries out an act, ms, after which it is taken for hung. Its own rests are 2 s at most. */
const longestSilence = 5000;
/** After the silence, ms: an agent that was stopped itself still has to read what came meanwhile. */
const catchingUp = 100;
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
  const stopped = () => host.stop.aborted;
  while (clock.now() < giveUp && !stopped()) {
    const conversation = (await host.call()) ?? (await startAndCall(host, giveUp - clock.now()));
    if (conversation && 'kind' in conversation) return conversation;
    if (stopped()) {
      conversation?.close();
      break;
    }
    if (conversation) {
      const outcome = await follow(conversation, request, host);
      if ('kind' in outcome) return outcome;
      if (outcome.busyWith !== busyWith && outcome.busyWith) host.log(`waiting for ${outcome.busyWith} to end`);
      busyWith = outcome.busyWith;
    }
    await clock.sleep(callPeriod);
  }
  const reason = stopped() ? 'the agent was asked to end' : `no line keeper answered within ${patience / 1000} s`;
  return { kind: 'failed', reason: busyWith ? `${reason}: ${busyWith} is under way` : reason };
}

/** @param patience ms that the keeper may take to get ready. */
async function startAndCall(
  host: FencingHost,
  patience: number,
): Promise<KeeperConversation | PulseOutcome | undefined> {
  try {
    await within(host.clock, patience, host.startKeeper());
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error), unstarted: true };
  }
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
      const message = await nextEvent(conversation, host.clock);
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

/** What the keeper says next, `silence` when it has said nothing for too long, undefined when it is gone. */
async function nextEvent(conversation: KeeperConversation, clock: Clock): Promise<KeeperEvent | 'silence' | undefined> {
  const event = conversation.receive();
  const heard = await within(clock, longestSilence, event);
  return heard === 'silence' ? within(clock, catchingUp, event) : heard;
}

/** The keeper is gone or hung: nobody owns the line now, so this process lets go of it. Never a success. */
async function takeOver(host: FencingHost, what: 'is hung' | 'died'): Promise<PulseOutcome> {
  if (what === 'is hung') await host.killKeeper();
  return { kind: 'failed', reason: `the line keeper ${what}; ${outcomeOfCare[await releaseOrphan(host)]}` };
}

/** What became of a line that was found asserted or without its keeper. */
export type LineCare =
  /** It is not asserted any more. */
  | 'idle'
  /** Another process has the board's lock and looks after it. */
  | 'owned'
  /** Nobody did; it was released. */
  | 'released'
  /** Nobody owns it and it cannot be released. */
  | 'stuck';

const outcomeOfCare: Readonly<Record<LineCare, string>> = {
  idle: 'EXTOUT has been released',
  released: 'EXTOUT has been released',
  owned: 'EXTOUT is left to the process that has the lock of the board',
  stuck: 'EXTOUT could not be released',
};

/** Looks after an EXTOUT that was found asserted: leaves it to a keeper that shows signs of life, or else releases it. */
export async function careForAssertedLine(host: FencingHost): Promise<LineCare> {
  const conversation = await host.call();
  if (conversation) {
    conversation.send({ probe: true });
    const answer = await nextEvent(conversation, host.clock);
    conversation.close();
    if (answer === 'silence') await host.killKeeper();
    else if (answer) return 'owned';
  }
  return releaseOrphan(host);
}

/** How often the guard looks again whether the lock has come free, and ms between. */
const guardLooks = 6;
const guardRest = 2000;

/** What the guard does when its keeper died before dismissing it. */
export async function guardLine(keeperEnd: Promise<'dismissed' | 'died'>, host: OrphanHost): Promise<void> {
  if ((await keeperEnd) === 'dismissed') return;
  host.log('the line keeper died');
  // The next keeper releases the line first when it is asked for an act; one that is asked for nothing leaves it as it is.
  for (let look = 1; (await releaseOrphan(host)) === 'owned' && look < guardLooks; look++) {
    await host.clock.sleep(guardRest);
  }
}

type OrphanHost = Pick<FencingHost, 'clock' | 'tryLock' | 'openLines' | 'log'>;

/** Releases EXTOUT if it is asserted and no keeper owns it. */
export async function releaseOrphan(host: OrphanHost): Promise<LineCare> {
  let failure: unknown;
  // A killed keeper's lock is free as soon as the kernel has cleared it away; a living keeper owns the line rightly.
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      const lock = await host.tryLock();
      if (lock) return await releaseLocked(host).finally(() => lock.release());
      failure = undefined;
    } catch (error) {
      if (!failure) host.log(`the lock cannot be taken to release EXTOUT: ${String(error)}`);
      failure = error;
    }
    await host.clock.sleep(callPeriod);
  }
  return failure ? 'stuck' : 'owned';
}

/** Between two attempts to open the board, ms. */
const openPeriod = 500;

async function releaseLocked({ clock, openLines, log }: OrphanHost): Promise<'idle' | 'released' | 'stuck'> {
  const giveUp = clock.now() + releasePatience;
  let told = false;
  for (;;) {
    try {
      const lines = await openLines();
      try {
        if (await isIdle(lines)) return 'idle';
        return (await release({ lines, clock, log }, giveUp - clock.now())) ? 'released' : 'stuck';
      } finally {
        await lines.close();
      }
    } catch (error) {
      if (!told) log(`the board could not be reached to release EXTOUT: ${String(error)}`);
      told = true;
      if (clock.now() >= giveUp) return 'stuck';
    }
    await clock.sleep(openPeriod);
  }
}

/** False also when the bus fails: then it is to be released for as long as it takes. */
async function isIdle(lines: Lines): Promise<boolean> {
  try {
    return !(await readSettled(lines)).extout;
  } catch {
    return false;
  }
}
