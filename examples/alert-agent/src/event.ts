// What is sent. One event is one message to each receiver that wants its kind.
import { type Alert, type EventKind, eventKinds } from '@sleepi3/program';

export interface AlertEvent extends Alert {
  /** The node that sends it. */
  readonly reporter: string;
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** Two events of the same key within {@link AlertEvent.quietSeconds} are one. */
  readonly key: string;
  /** For how long, s, the same is not sent again. */
  readonly quietSeconds: number;
}

export function isEventKind(word: unknown): word is EventKind {
  return (eventKinds as readonly unknown[]).includes(word);
}
