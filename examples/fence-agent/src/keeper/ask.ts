// The callers' side: asks the line keeper, and follows what it says to the answer. Whoever asks owns nothing and has nothing
// to leave in order: the line is the keeper's, and the service manager's when the keeper dies or hangs.
import type { Clock } from '@sleepi3/driver';
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import { within } from '../line/timeout.js';
import type { AgentMessage, Conversation, KeeperEvent, KeeperQuestion, NamedBoard } from './messages.js';

/** Silence of a keeper that has answered before, ms, after which it is taken for hung. It gives a sign of life each second. */
const longestSilence = 5000;
/** After the silence, ms: a caller that was stopped itself still has to read what came meanwhile. */
const catchingUp = 100;
/** Between two attempts to reach a keeper, ms. */
const callInterval = 50;

/** What to do about a keeper that is not there or does not answer. */
const remedy = 'see systemctl status fence-sleepi3.service, and start fence-sleepi3.socket';

export type KeeperConversation = Conversation<KeeperEvent, AgentMessage>;

/** What asking needs of the process. */
export interface AskHost {
  readonly clock: Clock;
  /** Calls the keeper; undefined when there is none. Rejects when it must not be asked. */
  readonly call: () => Promise<KeeperConversation | undefined>;
  /** The board that is meant. */
  readonly board: NamedBoard;
  readonly log: (message: string) => void;
  readonly onProgress?: (progress: {
    readonly held: number;
    readonly samples: number;
    readonly restarts: number;
  }) => void;
  /** Aborts when this process is asked to end (SIGTERM, SIGINT). */
  readonly stop: AbortSignal;
}

/**
 * Has the act carried out and resolves to its outcome. Waits for another act that is under way; joins one that is the same.
 *
 * @param timeout ms from now, after which the act is not begun any more.
 */
export async function performAct(request: PulseRequest, host: AskHost, timeout: number): Promise<PulseOutcome> {
  const deadline = host.clock.now() + timeout;
  const waits = { for: undefined as string | undefined };
  const outcome = await askUntil(deadline, host, (conversation) =>
    followAct(conversation, request, host, deadline, waits),
  );
  if (outcome) return outcome;
  const reason = host.stop.aborted ? 'the agent was asked to end' : noAnswer(timeout);
  return { kind: 'failed', reason: waits.for ? `${reason}; ${waits.for} is under way` : reason };
}

/** Follows one keeper to the result; undefined when it is gone, or silent, before the act has begun. */
async function followAct(
  conversation: KeeperConversation,
  request: PulseRequest,
  host: AskHost,
  deadline: number,
  waits: { for: string | undefined },
): Promise<PulseOutcome | undefined> {
  const { clock, board, log, stop } = host;
  let accepted = false;
  const cancel = () => {
    conversation.send({ cancel: true });
    if (!accepted) conversation.close();
  };
  stop.addEventListener('abort', cancel, { once: true });
  try {
    conversation.send({ ask: 'act', request, timeout: Math.max(0, deadline - clock.now()), board });
    for (let heard = false; ; heard = true) {
      const event = await nextEvent(conversation, clock, heard ? longestSilence : deadline - clock.now());
      if (event === 'late' && accepted)
        return failed(`the line keeper is hung; ${manager} ends it and releases EXTOUT`);
      if (event === undefined && accepted) return failed(`the line keeper died; ${manager} releases EXTOUT`);
      if (event === 'late' || event === undefined) return undefined;
      switch (event.event) {
        case 'accepted':
          accepted = true;
          if (event.joined) log(`joined the ${request.action} of ${request.target} that is under way`);
          break;
        case 'waiting':
          if (event.for !== waits.for) log(`waiting for ${event.for} to end`);
          waits.for = event.for;
          break;
        case 'progress':
          host.onProgress?.(event);
          break;
        case 'result':
          return event.outcome;
        case 'refused':
          return failed(event.reason);
        default:
          break;
      }
    }
  } finally {
    stop.removeEventListener('abort', cancel);
    conversation.close();
  }
}

/** Who lets go of the line when its keeper cannot. */
const manager = 'fence-sleepi3.service';

function failed(reason: string): PulseOutcome {
  return { kind: 'failed', reason };
}

/** What answers each question. */
interface Answers {
  readonly status: Extract<KeeperEvent, { event: 'status' }>;
  readonly forget: Extract<KeeperEvent, { event: 'forgotten' }>;
  readonly report: Extract<KeeperEvent, { event: 'report' }>;
  readonly boot: Extract<KeeperEvent, { event: 'booted' }>;
}

const answerTo = { status: 'status', forget: 'forgotten', report: 'report', boot: 'booted' } as const;

/**
 * Asks the keeper and resolves to its answer.
 *
 * @param timeout ms for a keeper to be there and to give its first sign of life.
 * @throws Error with what to do when it refuses, or does not answer.
 */
export async function askKeeper<A extends keyof Answers>(
  question: KeeperQuestion & { readonly ask: A },
  host: AskHost,
  timeout: number,
): Promise<Answers[A]> {
  const { clock, board } = host;
  const wanted: KeeperEvent['event'] = answerTo[question.ask];
  const deadline = clock.now() + timeout;
  const answer = await askUntil(deadline, host, async (conversation) => {
    try {
      conversation.send({ ...question, board });
      for (let heard = false; ; heard = true) {
        const event = await nextEvent(conversation, clock, heard ? longestSilence : deadline - clock.now());
        if (event === undefined || event === 'late') return undefined;
        if (event.event === 'refused' || event.event === wanted) return event;
      }
    } finally {
      conversation.close();
    }
  });
  if (answer?.event === 'refused') throw new Error(answer.reason);
  if (!answer) throw new Error(host.stop.aborted ? 'asked to end' : noAnswer(timeout));
  return answer as Answers[A];
}

function noAnswer(timeout: number): string {
  return `the line keeper did not answer within ${Math.round(timeout / 1000)} s: ${remedy}`;
}

/** Calls until `follow` has come to an end with one keeper, the time is up, or this process is asked to end. */
async function askUntil<T>(
  deadline: number,
  { clock, stop, call }: AskHost,
  follow: (conversation: KeeperConversation) => Promise<T | undefined>,
): Promise<T | undefined> {
  const isStopped = () => stop.aborted;
  while (clock.now() < deadline && !isStopped()) {
    const conversation = await call();
    if (isStopped()) {
      conversation?.close();
      break;
    }
    const answer = conversation && (await follow(conversation));
    if (answer !== undefined) return answer;
    await clock.sleep(callInterval);
  }
  return undefined;
}

/** What the keeper says next, `late` when it says nothing for `timeout` ms, undefined when it is gone. */
async function nextEvent(
  conversation: KeeperConversation,
  clock: Clock,
  timeout: number,
): Promise<KeeperEvent | 'late' | undefined> {
  const event = conversation.receive();
  const heard = await within(clock, timeout, event);
  return heard === 'late' ? within(clock, catchingUp, event) : heard;
}
