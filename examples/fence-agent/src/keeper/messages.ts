// What the agent and the line keeper say to each other, one JSON object a line.
import type { PulseOutcome, PulseRequest } from '../line/act.js';

export type KeeperEvent =
  /** The request is being carried out; `joined` when it was under way already. */
  | { readonly event: 'accepted'; readonly joined: boolean }
  /** Something else is under way; ask again later. */
  | { readonly event: 'busy'; readonly with: string }
  | { readonly event: 'progress'; readonly held: number; readonly samples: number; readonly restarts: number }
  /** The keeper is at work; the line may be held or not. */
  | { readonly event: 'alive' }
  | { readonly event: 'result'; readonly outcome: PulseOutcome };

export type AgentMessage =
  | { readonly request: PulseRequest }
  /** The request is no longer wanted. */
  | { readonly cancel: true }
  /** Asks for a sign of life. */
  | { readonly probe: true };

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
  const { request, cancel, probe } = JSON.parse(line) as Partial<Record<'request' | 'cancel' | 'probe', unknown>>;
  if (cancel === true) return { cancel };
  if (probe === true) return { probe };
  if (isPulseRequest(request)) return { request };
  throw new Error('no message of an agent');
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
