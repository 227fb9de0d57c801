// One list of what happened, from what all nodes know: a node that fell silent, what was done about it, and how it came back.
import { sameName } from '@sleepi3/pcs';
import { type Cause, causeOf, type Fencing } from './cause.js';
import { type Fact, factsOf, human } from './facts.js';
import { type Boot, endedInOrder, type NodeRecord } from './journal.js';

/** A node that left the cluster, and what came of it. Times are ms since 1970. */
export interface Incident {
  readonly node: string;
  /**
   * When the others missed it, or when it was fenced where nobody missed it; where nobody was left to do either, the last line of
   * its journal.
   */
  readonly at: number;
  /** When it was there again, where nobody missed it: it ended between {@link at} and this. */
  readonly unseenUntil: number | undefined;
  readonly cause: Cause;
  /** The fencings of it, in order. */
  readonly fencings: readonly Fencing[];
  /** When a resource that runs once was started elsewhere; undefined when nothing was, or nobody says. */
  readonly takenOver: TakenOver | undefined;
  /** When it was a member again; undefined when it was not, until now. */
  readonly back: { readonly at: number; readonly wokenBy: readonly string[] } | undefined;
}

/** A start on another node: when it was asked for, where that is known, and when it was done. */
export interface TakenOver {
  readonly began: number | undefined;
  readonly at: number;
  readonly resource: string;
  readonly by: string;
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
/** By which a journal may be behind what others saw of its node, ms. */
const slack = 5000;
/** A node is fenced because of what was seen at most this long before, ms. */
const before = 120_000;

/** @param from What was over by then is not told, ms since 1970. */
export function historyOf(records: readonly NodeRecord[], from = -Infinity): History {
  const facts = records.flatMap(({ entries }) => factsOf(entries)).sort((a, b) => a.at - b.at);
  const boots = records.flatMap((record) => record.boots);
  const incidentsOf = (begun: readonly Beginning[]) =>
    begun.map((one, index) => {
      const next = begun.slice(index + 1).find(({ node }) => sameName(node, one.node));
      return incidentOf(one, next?.at ?? Infinity, facts, boots, records);
    });
  const seen = beginnings(facts);
  const unseen = unseenEnds(records, facts, incidentsOf(seen));
  return {
    incidents: incidentsOf([...seen, ...unseen].sort((a, b) => a.at - b.at)).filter(
      ({ at, back }) => at >= from || (back?.at ?? Infinity) >= from,
    ),
    gaps: records.flatMap(({ gaps }) => gaps),
    clocks: Object.fromEntries(records.map(({ node, clockAhead }) => [node, clockAhead])),
  };
}

interface Beginning {
  readonly node: string;
  readonly at: number;
  /** Where nobody missed it: when it was there again, and who ended in the same time. */
  readonly unseen?: { readonly until: number; readonly together: readonly string[] };
}

/** Boots that just ended, and nobody missed the node: the other one was gone, too. */
function unseenEnds(records: readonly NodeRecord[], facts: readonly Fact[], seen: readonly Incident[]): Beginning[] {
  const ends = records.flatMap(({ node, from, boots }) =>
    boots.flatMap((boot, index) => {
      const next = boots[index + 1];
      if (
        next === undefined ||
        isOfBefore(boot, next, from, records) ||
        endedInOrder(boot) ||
        wasGoingDown(boot, facts)
      )
        return [];
      const explained = seen.some(
        ({ node: other, at, back }) =>
          sameName(other, node) && at < next.from + slack && (back?.at ?? Infinity) > boot.to - slack,
      );
      return explained ? [] : [{ node, at: boot.to, until: next.from }];
    }),
  );
  return ends.map(({ node, at, until }) => ({
    node,
    at,
    unseen: {
      until,
      together: ends
        .filter((other) => !sameName(other.node, node) && other.at < until && other.until > at)
        .map((other) => other.node),
    },
  }));
}

/**
 * Whether it ended before the time that is asked about. The last lines of a journal are lost with the power, so that its own end
 * does not say; where another node lived on, it missed this one, and told of it before.
 */
function isOfBefore({ node, to }: Boot, next: Boot, from: number, records: readonly NodeRecord[]): boolean {
  if (to >= from) return false;
  const others = records.filter((record) => !sameName(record.node, node));
  return next.from < from || others.some(({ boots }) => boots.some((one) => one.from <= to && one.to >= next.from));
}

function wasGoingDown({ node, to }: Boot, facts: readonly Fact[]): boolean {
  return facts.some(
    (fact) => fact.kind === 'going-down' && sameName(fact.node, node) && fact.at <= to && to - fact.at < before,
  );
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
type WokenFact = Extract<Fact, { kind: 'woken' }>;

function incidentOf(
  { node, at, unseen }: Beginning,
  until: number,
  facts: readonly Fact[],
  boots: readonly Boot[],
  records: readonly NodeRecord[],
): Incident {
  const during = facts.filter((fact) => fact.at >= at - before && fact.at < until);
  const fencings = fencingsOf(node, at, during);
  const off = fencings.find(({ succeeded }) => succeeded)?.at ?? at;
  const gone = unseen?.until ?? off + 1000;
  const back = during.find((fact) => fact.kind === 'member' && sameName(fact.subject, node) && fact.at > gone);
  const own = boots.filter((boot) => sameName(boot.node, node)).sort((a, b) => a.from - b.from);
  const struck = own.filter(({ from }) => from < at).at(-1);
  const next = own.find(({ from }) => from > (struck?.from ?? at));
  const woken = facts.filter((fact): fact is WokenFact => fact.kind === 'woken' && sameName(fact.node, node));
  const flags = woken.find(
    (fact) => next !== undefined && fact.at >= next.from - 1000 && fact.at >= at - before && fact.at < until,
  );
  const flagsBefore = woken.findLast((fact) => struck !== undefined && fact.at >= struck.from && fact.at < at);
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
  const together = unseen?.together ?? [];
  // A board keeps its flags until it powers its node on again. Where no node lived none can have given a wake pulse.
  const nobodyWoke = together.length > 0 && fencings.length === 0;
  const wokenBy = (flags?.causes ?? []).filter((flag) => !(flag === 'extin' && nobodyWoke));
  return {
    node,
    at,
    unseenUntil: unseen?.until,
    cause: causeOf({
      ...{ node, at, together, fencings, facts: during, struck, next, wokenBy, records },
      flagsBefore: flagsBefore?.causes ?? [],
    }),
    fencings,
    takenOver: taken?.kind === 'operation' && unseen === undefined ? takeOverOf(taken, during) : undefined,
    back: back === undefined ? undefined : { at: back.at, wokenBy },
  };
}

function takeOverOf(
  { at, node, resource, task }: Extract<Fact, { kind: 'operation' }>,
  during: readonly Fact[],
): TakenOver {
  const begun = during.filter(
    (fact) =>
      fact.kind === 'operation-begun' &&
      sameName(fact.node, node) &&
      fact.resource === resource &&
      fact.task === task &&
      fact.at <= at,
  );
  return { began: begun.at(-1)?.at, at, resource, by: node };
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
    const said = during.filter(
      (one) =>
        (one.kind === 'held' || one.kind === 'in-vain') && sameName(one.subject, node) && one.at <= fact.at + 2000,
    );
    // A confirmation proves nothing, whatever was held before.
    const held = fact.by === human ? undefined : said.at(-1);
    const began = during.find((one) => one.kind === 'to-be-fenced' && sameName(one.subject, node) && one.at <= fact.at);
    found.push({
      at: fact.at,
      began: began?.at,
      action: fact.action,
      by: fact.by,
      client: fact.client,
      askedAt: fact.askedAt,
      succeeded: fact.kind === 'fenced',
      result: fact.result,
      held: held?.kind === 'held' ? { seconds: held.seconds, samples: held.samples, until: held.at } : undefined,
      inVain: held?.kind === 'in-vain' ? held.reason : undefined,
    });
  }
  return found;
}

/** Pacemaker compares node names without regard to case. */
const fold = (name: string) => name.toLowerCase();
