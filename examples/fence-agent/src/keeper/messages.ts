// What an agent or a command and the line keeper say to each other, one JSON object a line. A caller asks one thing; what
// takes time is answered by signs of life until it is done.
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import type { BootReport } from './duties.js';
import {
  type AgentAnswer,
  type AgentCall,
  type HostAnswer,
  type HostQuestion,
  isAgentCall,
  isHostAnswer,
} from '../relay/messages.js';
import type { NodeReport } from './report.js';

/** The board that a caller means, as far as it says so; the keeper refuses when that is not its own. */
export interface NamedBoard {
  readonly bus?: string | undefined;
  readonly address?: number | undefined;
  readonly defaultsFile?: string | undefined;
}

/** What a caller asks for. */
export type KeeperQuestion =
  /** Carries out an act on the line. `timeout`: ms from now, after which nothing is begun any more. */
  | { readonly ask: 'act'; readonly request: PulseRequest; readonly timeout: number }
  /** Whether the target is off, by a verified power-off that nothing has undone. */
  | { readonly ask: 'status'; readonly target: string }
  /** The target has been seen awake: an older proof that it is off is void. */
  | { readonly ask: 'forget' }
  /** How this node's board, line and wire are. */
  | { readonly ask: 'report' }
  /** Does the duties of a boot once more, trying for `timeout` ms. */
  | { readonly ask: 'boot'; readonly timeout: number }
  /** Answers a request of Pacemaker's in the agent's place. */
  | { readonly ask: 'run'; readonly call: AgentCall };

export type AgentMessage =
  | (KeeperQuestion & { readonly board: NamedBoard })
  /** The act is no longer wanted. */
  | { readonly cancel: true }
  | { readonly told: HostAnswer };

export type KeeperEvent =
  /** The act has begun; `joined` when another caller had asked for it. */
  | { readonly event: 'accepted'; readonly joined: boolean }
  /** Something else is under way; the act is begun when that has ended. */
  | { readonly event: 'waiting'; readonly for: string }
  | { readonly event: 'progress'; readonly held: number; readonly samples: number; readonly restarts: number }
  /** The keeper is at work; the line may be held or not. */
  | { readonly event: 'alive' }
  | { readonly event: 'result'; readonly outcome: PulseOutcome }
  | { readonly event: 'status'; readonly off: boolean }
  | { readonly event: 'forgotten' }
  | { readonly event: 'report'; readonly report: NodeReport }
  | { readonly event: 'booted'; readonly report: BootReport }
  /** What the agent is to find out. */
  | { readonly event: 'asks'; readonly to: number; readonly question: HostQuestion }
  | { readonly event: 'answered'; readonly answer: AgentAnswer }
  /** Nothing was touched. */
  | { readonly event: 'refused'; readonly reason: string };

/** A caller, as its keeper hears it. */
export type AgentConversation = Conversation<AgentMessage, KeeperEvent>;

/** The shortest hold that cuts for sure, ms: the latest cut is at 11 s, and a board's clock may be 1 % slow. */
const shortestCut = 12_000;
/** A test pulse is shorter than this, ms (the longest is that of characterize), far from the 9 s of the earliest cut. */
const longestTest = 5000;

const soundHold: Readonly<Record<PulseRequest['action'], (hold: number) => boolean>> = {
  on: () => true,
  off: (hold) => hold >= shortestCut,
  reboot: (hold) => hold >= shortestCut,
  test: (hold) => hold < longestTest,
};

/** Makes a message of what came over the socket; throws when it is none, before anything of it is believed. */
export function parseAgentMessage(line: string): AgentMessage {
  const message = JSON.parse(line) as Partial<Record<string, unknown>> | null;
  if (message?.['cancel'] === true) return { cancel: true };
  if (isHostAnswer(message?.['told'])) return { told: message['told'] };
  const question = questionOf(message ?? {});
  const board = message?.['board'];
  if (question && isNamedBoard(board)) return { ...question, board };
  throw new Error('not a message of an agent');
}

function questionOf({
  ask,
  request,
  timeout,
  target,
  call,
}: Partial<Record<string, unknown>>): KeeperQuestion | undefined {
  switch (ask) {
    case 'act':
      return isPulseRequest(request) && isDuration(timeout) ? { ask, request, timeout } : undefined;
    case 'status':
      return typeof target === 'string' ? { ask, target } : undefined;
    case 'run':
      return isAgentCall(call) ? { ask, call } : undefined;
    case 'boot':
      return isDuration(timeout) ? { ask, timeout } : undefined;
    case 'forget':
    case 'report':
      return { ask };
    default:
      return undefined;
  }
}

function isNamedBoard(value: unknown): value is NamedBoard {
  if (typeof value !== 'object' || value === null) return false;
  const { bus, address, defaultsFile } = value as Partial<Record<keyof NamedBoard, unknown>>;
  const isText = (part: unknown) => part === undefined || typeof part === 'string';
  return isText(bus) && isText(defaultsFile) && (address === undefined || typeof address === 'number');
}

function isPulseRequest(value: unknown): value is PulseRequest {
  if (typeof value !== 'object' || value === null) return false;
  const { action, target, hold, holdTimeout, wakeDelay, preferred } = value as Partial<PulseRequest>;
  return (
    action !== undefined &&
    Object.hasOwn(soundHold, action) &&
    typeof target === 'string' &&
    target !== '' &&
    isDuration(hold) &&
    soundHold[action](hold) &&
    isDuration(holdTimeout) &&
    isDuration(wakeDelay) &&
    typeof preferred === 'boolean'
  );
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** One side of a conversation; messages arrive in order and none is lost until the other side is gone. */
export interface Conversation<Incoming, Outgoing> {
  /** Does nothing when the other side is gone. */
  send(message: Outgoing): void;
  /** The next message, or undefined when the other side is gone. */
  receive(): Promise<Incoming | undefined>;
  close(): void;
}
