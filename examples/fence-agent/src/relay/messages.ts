// What is said when the line keeper answers a request in the agent's place: it judges, by the very code that the agent would run,
// and whatever is to be known of the outside it has the agent find out, which is where Pacemaker has put it, with all its rights.
import type { LogLevel } from '@sleepi3/fence-protocol';
import type { Answer } from '../target/silence.js';

/** A run of the agent, as Pacemaker began it. */
export interface AgentCall {
  /** Of the agent; a line keeper of another version leaves the request to it. */
  readonly version: string;
  /** Its standard input. */
  readonly input: string;
  /** What the host is called there: the service does not see a change of it. */
  readonly hostname: string;
  /** The addresses of all interfaces. */
  readonly addresses: readonly string[];
  /** The corosync.conf that the request seems to mean, or why it could not be read. */
  readonly conf: { readonly path: string; readonly text?: string; readonly failed?: string };
}

/** What only the agent finds out. */
export type HostQuestion =
  /** What a host name stands for. */
  | { readonly of: 'resolve'; readonly at: string }
  /** Whether somebody answers. */
  | { readonly of: 'ask'; readonly at: string; readonly packets: number };

export interface HostAnswers {
  readonly resolve: readonly string[];
  readonly ask: Answer;
}

/** The answer to the question of that number, or why there is none. */
export interface HostAnswer {
  readonly to: number;
  readonly found?: HostAnswers[HostQuestion['of']];
  readonly failed?: string;
}

/** What the agent is to print, and how it is to end. */
export interface AgentAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly syslog: readonly (readonly [level: LogLevel, message: string])[];
  readonly exitStatus: number;
}

/** Of a call: what else there is in it whoever is of the same version knows. */
export function isAgentCall(value: unknown): value is AgentCall {
  return typeof (value as Partial<AgentCall> | null | undefined)?.version === 'string';
}

export function isHostAnswer(value: unknown): value is HostAnswer {
  return typeof (value as Partial<HostAnswer> | null | undefined)?.to === 'number';
}
