// One list of what happened, from what all nodes know: a node that fell silent, what was done about it, and how it came back.
import { sameName } from '@sleepi3/pcs';
import { type Cause, causeOf, type Fencing } from './cause.js';
import { type Fact, factsOf } from './facts.js';
import type { Boot, NodeRecord } from './journal.js';

/** A node that left the cluster, and what came of it. Times are ms since 1970. */
export interface Incident {
  readonly node: string;
  /** When the others missed it, or when it was fenced where nobody missed it. */
  readonly at: number;
  readonly cause: Cause;
  /** The fencings of it, in order. */
  readonly fencings: readonly Fencing[];
  /** When a resource that runs once was started elsewhere; undefined when nothing was, or nobody says. */
  readonly takenOver: { readonly at: number; readonly resource: string; readonly by: string } | undefined;
  /** When it was a member again; undefined when it was not, until now. */
  readonly back: { readonly at: number; readonly wokenBy: readonly string[] } | undefined;
}

export interface History {
  readonly incidents: readonly Incident[];
  /** What is not known, in sentences. */
  readonly gaps: readonly string[];
  /** How far the other nodes' clocks are ahead, ms. */
  readonly clocks: Readonly<Record<string, number>>;
}

/** Two reports of one thing by different nodes are at most this far apart, ms. */
const sameThing = 30_000;
/** A node is fenced because of what was seen at most this long before, ms. */
const before = 120_000;

export function historyOf(records: readonly NodeRecord[]): History {
  const facts = records.flatMap(({ entries }) => factsOf(entries)).sort((a, b) => a.at - b.at);
  const boots = records.flatMap((record) => record.boots);
  const incidents = beginnings(facts).map((begun, index, all) => {
    const next = all.slice(index + 1).find(({ node }) => sameName(node, begun.node));
    return incidentOf(begun, next?.at ?? Infinity, facts, boots, records);
  });
  return {
    incidents,
    gaps: records.flatMap(({ gaps }) => gaps),
    clocks: Object.fromEntries(records.map(({ node, clockAhead }) => [node, clockAhead])),
  };
}

interface Beginning {
  readonly node: string;
  readonly at: number;
}

/** Where an incident of a node begins: it was lost, or fenced, and that is not part of what began a moment before. */
function beginnings(facts: readonly Fact[]): Beginning[] {
  const begun: Beginning[] = [];
  const open = new Map<string, number>();
  for (const fact of facts) {
    if (fact.kind === 'member') {
      const since = open.get(fold(fact.subject));
      // Right after the loss it is another node that has not noticed yet.
      if (since !== undefined && fact.at - since > 1000) open.delete(fold(fact.subject));
    }
    if (fact.kind !== 'lost' && fact.kind !== 'fenced' && fact.kind !== 'fencing-failed') continue;
    if (sameName(fact.node, fact.subject) || open.has(fold(fact.subject))) continue;
    if (fact.kind === 'lost' && isOtherSide(fact, facts)) continue;
    open.set(fold(fact.subject), fact.at);
    begun.push({ node: fact.subject, at: fact.at });
  }
  return begun;
}

/** Whether it is said by the loser of a cut link: whom it missed missed it at the same time, and fenced it. */
function isOtherSide({ node, subject, at }: LostFact, facts: readonly Fact[]): boolean {
  const says = (fact: Fact): fact is Extract<Fact, { subject: string }> =>
    'subject' in fact && sameName(fact.node, subject) && sameName(fact.subject, node);
  return (
    facts.some((fact) => fact.kind === 'lost' && says(fact) && Math.abs(fact.at - at) < sameThing) &&
    facts.some((fact) => fact.kind === 'fenced' && says(fact) && fact.at >= at - sameThing && fact.at < at + before)
  );
}

type LostFact = Extract<Fact, { kind: 'lost' | 'member' | 'left' }>;

function incidentOf(
  { node, at }: Beginning,
  until: number,
  facts: readonly Fact[],
  boots: readonly Boot[],
  records: readonly NodeRecord[],
): Incident {
  const during = facts.filter((fact) => fact.at >= at - before && fact.at < until);
  const fencings = fencingsOf(node, at, during);
  const off = fencings.find(({ succeeded }) => succeeded)?.at ?? at;
  const back = during.find((fact) => fact.kind === 'member' && sameName(fact.subject, node) && fact.at > off + 1000);
  const own = boots.filter((boot) => sameName(boot.node, node)).sort((a, b) => a.from - b.from);
  const struck = own.filter(({ from }) => from < at).at(-1);
  const next = own.find(({ from }) => from > (struck?.from ?? at));
  const woken = during.find(
    (fact) => fact.kind === 'woken' && sameName(fact.node, node) && next !== undefined && fact.at >= next.from - 1000,
  );
  const taken = during.find(
    (fact) =>
      fact.kind === 'operation' &&
      (fact.task === 'start' || fact.task === 'promote') &&
      fact.result === 'ok' &&
      !sameName(fact.node, node) &&
      fact.at >= at &&
      (back === undefined || fact.at < back.at) &&
      !/^fence[-_]/.test(fact.resource),
  );
  const wokenBy = woken?.kind === 'woken' ? woken.causes : [];
  return {
    node,
    at,
    cause: causeOf({ node, at, fencings, facts: during, struck, next, wokenBy, records }),
    fencings,
    takenOver: taken?.kind === 'operation' ? { at: taken.at, resource: taken.resource, by: taken.node } : undefined,
    back: back === undefined ? undefined : { at: back.at, wokenBy },
  };
}

function fencingsOf(node: string, at: number, during: readonly Fact[]): Fencing[] {
  const found: Fencing[] = [];
  for (const fact of during) {
    if (fact.kind !== 'fenced' && fact.kind !== 'fencing-failed') continue;
    if (!sameName(fact.subject, node) || fact.at < at) continue;
    const twin = found.find(
      (one) => Math.abs(one.at - fact.at) < sameThing && one.succeeded === (fact.kind === 'fenced'),
    );
    if (twin !== undefined) continue; // each node says it
    const held = during
      .filter((one) => one.kind === 'held' && sameName(one.subject, node) && one.at <= fact.at + 2000)
      .at(-1);
    const began = during.find((one) => one.kind === 'to-be-fenced' && sameName(one.subject, node) && one.at <= fact.at);
    found.push({
      at: fact.at,
      began: began?.at,
      action: fact.action,
      by: fact.by,
      client: fact.client,
      succeeded: fact.kind === 'fenced',
      result: fact.result,
      held: held?.kind === 'held' ? { seconds: held.seconds, samples: held.samples } : undefined,
    });
  }
  return found;
}

/** Pacemaker compares node names without regard to case. */
const fold = (name: string) => name.toLowerCase();
