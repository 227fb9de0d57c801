// Which node sends. Pacemaker calls the alert agent on every node for a fencing and for a node that comes or goes; a person
// is to read of it once.
import type { PacemakerAlert } from './environment.js';
import { operationOf } from './fencing-operation.js';

/** What this node knows when the alert comes. */
export interface Position {
  /** This node's name. */
  readonly self: string;
  /** The members of this node's partition; empty when it is not known. */
  readonly members: readonly string[];
}

/** Whether it is this node that sends. Where nobody knows which other one would, it is: twice is better than never. */
export function isSender(alert: PacemakerAlert, { self, members }: Position): boolean {
  // Only the node that ran the operation is called for it.
  if (alert.kind === 'resource') return true;
  const subject = alert.kind === 'fencing' ? alert.target : alert.node;
  const candidates = members.filter((name) => !same(name, subject));
  const executor = alert.kind === 'fencing' ? operationOf(alert.description).executor : undefined;
  const sender = candidates.find((name) => executor !== undefined && same(name, executor)) ?? first(candidates);
  return sender === undefined || same(sender, self);
}

function first(names: readonly string[]): string | undefined {
  return [...names].sort((a, b) => (fold(a) < fold(b) ? -1 : 1))[0];
}

/** Pacemaker compares node names without regard to case. */
const fold = (name: string) => name.toLowerCase();
const same = (a: string, b: string) => fold(a) === fold(b);
