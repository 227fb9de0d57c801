// Something that a person is told. One event is one message to each receiver that wants its kind.

/** What an event is about; receivers choose by it. */
export const eventKinds = ['fencing', 'node', 'resource', 'readiness', 'roll', 'test'] as const;
export type EventKind = (typeof eventKinds)[number];

export const severities = ['info', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

export interface AlertEvent {
  readonly kind: EventKind;
  readonly severity: Severity;
  /** The node, resource or program that it is about. */
  readonly subject: string;
  /** What happened, in a few words without a full stop. */
  readonly title: string;
  /** What happened, what the cluster does about it, and what a person has to do, in sentences. */
  readonly text: string;
  /** The node that tells it. */
  readonly reporter: string;
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** Two events of the same key within {@link AlertEvent.quietSeconds} are one. */
  readonly key: string;
  /** For how long, s, the same is not told again. */
  readonly quietSeconds: number;
}

export function isEventKind(word: unknown): word is EventKind {
  return (eventKinds as readonly unknown[]).includes(word);
}
