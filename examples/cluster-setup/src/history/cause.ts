// Why a node left. Said only where a log has it; else what is known, and that no more is.
import { sameName } from '@sleepi3/pcs';
import type { Fact } from './facts.js';
import type { Boot, NodeRecord } from './journal.js';

export const causeKinds = [
  'shutdown',
  'rolling-reboot',
  'by-hand',
  'failed-stop',
  'panic',
  'out-of-memory',
  'cut-link',
  'watchdog',
  'power-lost',
  'both-dead',
  'unknown',
] as const;

export interface Cause {
  readonly kind: (typeof causeKinds)[number];
  /** One sentence for people, with where it is known from. */
  readonly text: string;
}

export interface Fencing {
  readonly at: number;
  /** When it was begun; undefined when nobody says. */
  readonly began: number | undefined;
  readonly action: string;
  readonly by: string | undefined;
  readonly client: string;
  /** The node of the client; undefined when nobody says. */
  readonly askedAt: string | undefined;
  readonly succeeded: boolean;
  readonly result: string;
  /** What the agent proved, and when it let go. */
  readonly held: { readonly seconds: number; readonly samples: number; readonly until: number } | undefined;
  /** Why the wire did not do it, where another device did. */
  readonly inVain: string | undefined;
}

export interface Evidence {
  readonly node: string;
  /** When it was missed, ms since 1970. */
  readonly at: number;
  readonly fencings: readonly Fencing[];
  /** The other nodes that ended at the same time, where nobody was left to see it. */
  readonly together: readonly string[];
  /** What all nodes say of the time around it. */
  readonly facts: readonly Fact[];
  /** The boot that it fell silent in, and the one after. */
  readonly struck: Boot | undefined;
  readonly next: Boot | undefined;
  /** What woke the node's board, as the boot after it says. */
  readonly wokenBy: readonly string[];
  /** The same of the boot that it fell silent in. Empty where that is not known. */
  readonly flagsBefore: readonly string[];
  readonly records: readonly NodeRecord[];
}

/** A node that shuts down in order says so this long before it is missed at most, ms. */
const shutdownTakes = 180_000;
/** The killer of processes was at work this long before at most, ms. */
const memoryWindow = 120_000;
/** Both sides of a cut link notice it within this, ms. */
const sameMoment = 15_000;

/** In the order in which they are believed: what is certain first. */
const rules: readonly ((evidence: Evidence) => Cause | undefined)[] = [
  shutDown,
  byHand,
  failedStop,
  panicked,
  outOfMemory,
  bothDead,
  cutLink,
  byBoard,
  byItself,
];

export function causeOf(evidence: Evidence): Cause {
  for (const rule of rules) {
    const cause = rule(evidence);
    if (cause !== undefined) return cause;
  }
  return unknown(evidence);
}

function shutDown(evidence: Evidence): Cause | undefined {
  const { at, node, facts, fencings } = evidence;
  if (fencings.some(({ succeeded }) => succeeded)) return undefined;
  const said = own(evidence, 'going-down').some((fact) => Math.abs(fact.at - at) < shutdownTakes);
  const seen = facts.some(
    (fact) => fact.kind === 'left' && sameName(fact.subject, node) && Math.abs(fact.at - at) < sameMoment,
  );
  if (!said && !seen) return undefined;
  const roll = own(evidence, 'roll').find((fact) => fact.at <= at + 1000 && at - fact.at < 900_000);
  return roll === undefined
    ? { kind: 'shutdown', text: 'It was shut down, or its cluster was stopped, in order.' }
    : { kind: 'rolling-reboot', text: 'rolling-reboot rebooted it in its turn.' };
}

function byHand({ fencings }: Evidence): Cause | undefined {
  const [first] = fencings;
  if (first === undefined || first.client === '' || /^(pacemaker-|crmd$|dlm)/.test(first.client)) return undefined;
  return { kind: 'by-hand', text: `A person asked for the fencing, by ${first.client}.` };
}

function failedStop({ node, facts, fencings }: Evidence): Cause | undefined {
  const fencing = fencings.find(({ succeeded }) => succeeded) ?? fencings.at(-1);
  if (fencing === undefined) return undefined;
  const known = facts.filter(({ at }) => at <= fencing.at);
  const failed = known.find(
    (fact) => fact.kind === 'operation' && sameName(fact.node, node) && fact.task === 'stop' && fact.result !== 'ok',
  );
  if (failed?.kind === 'operation') {
    return { kind: 'failed-stop', text: `The stop of ${failed.resource} failed there (${failed.result}).` };
  }
  const counted = known.find((fact) => fact.kind === 'stop-failed' && sameName(fact.subject, node));
  if (counted?.kind === 'stop-failed') {
    return { kind: 'failed-stop', text: `The stop of ${counted.resource} failed there.` };
  }
  for (const fact of known) {
    if (fact.kind !== 'to-be-fenced' || !sameName(fact.subject, node)) continue;
    const resource = /(\S+) failed there/.exec(fact.reason)?.[1];
    if (resource !== undefined) {
      return { kind: 'failed-stop', text: `${resource} failed there and could not be stopped.` };
    }
  }
  return undefined;
}

function panicked(evidence: Evidence): Cause | undefined {
  const panic = own(evidence, 'panic').find((fact) => Math.abs(fact.at - evidence.at) < memoryWindow);
  return panic === undefined ? undefined : { kind: 'panic', text: `Its kernel panicked: "${panic.text}".` };
}

function outOfMemory(evidence: Evidence): Cause | undefined {
  const killed = own(evidence, 'out-of-memory').filter(
    (fact) => fact.at <= evidence.at + sameMoment && evidence.at - fact.at < memoryWindow,
  );
  const last = killed.at(-1);
  if (last === undefined) return undefined;
  return {
    kind: 'out-of-memory',
    text: `It ran out of memory: its kernel killed ${String(killed.length)} ${killed.length === 1 ? 'process' : 'processes'}, ${last.victim} last.`,
  };
}

function bothDead({ together, wokenBy }: Evidence): Cause | undefined {
  if (together.length === 0) return undefined;
  const flag = wokenBy.find((one) => byCause[one]?.kind === 'power-lost');
  return flag === undefined
    ? { kind: 'both-dead', text: `It ended at the same time as ${together.join(' and ')}: nobody was left to see why.` }
    : {
        kind: 'power-lost',
        text: `It lost its supply at the same time as ${together.join(' and ')}, as when the mains fail (wakeup-flag ${flag}).`,
      };
}

function cutLink({ node, at, facts, fencings }: Evidence): Cause | undefined {
  // A node that hangs or is off misses nobody.
  const missed = facts.some(
    (fact) =>
      fact.kind === 'lost' &&
      sameName(fact.node, node) &&
      !sameName(fact.subject, node) &&
      Math.abs(fact.at - at) < sameMoment,
  );
  if (!missed) return undefined;
  const shot = fencings.some(({ succeeded }) => succeeded);
  return {
    kind: 'cut-link',
    text:
      `The link between the nodes was cut: ${node} lived on, and missed the other one at the same time` +
      (shot ? ', until it was fenced.' : '.'),
  };
}

const byCause: Readonly<Record<string, Cause>> = {
  watchdog: {
    kind: 'watchdog',
    text: 'Its heartbeat stopped, and the watchdog of its own board power-cycled it (wakeup-flag watchdog).',
  },
  poweron: { kind: 'power-lost', text: 'It lost its supply (wakeup-flag poweron).' },
  restoration: { kind: 'power-lost', text: 'Its supply fell too low and was restored (wakeup-flag restoration).' },
};

function byBoard({ wokenBy, flagsBefore, fencings }: Evidence): Cause | undefined {
  // A socket that fenced it took its supply, too.
  const bySocket = fencings.some(({ succeeded, held }) => succeeded && held === undefined);
  for (const flag of wokenBy) {
    const cause = byCause[flag];
    if (cause === undefined || (bySocket && cause.kind === 'power-lost')) continue;
    // The flags stay as they are when a node restarts without its board.
    if (!flagsBefore.includes(flag)) return cause;
    return {
      kind: 'unknown',
      text: `Why is not known: ${asBefore[cause.kind] ?? ''}, or it restarted without its board (wakeup-flag ${flag}, as at the boot before).`,
    };
  }
  return undefined;
}

/** A controller asks for the fencing of its own node only where something failed there for which that is the remedy. */
function byItself({ node, fencings }: Evidence): Cause | undefined {
  const asked = fencings.some(
    ({ client, askedAt }) => client === 'pacemaker-controld' && sameName(askedAt ?? '', node),
  );
  if (!asked) return undefined;
  return {
    kind: 'failed-stop',
    text: 'It asked for its own fencing, as Pacemaker does where a resource cannot be stopped (or has on-fail=fence); which one is not known.',
  };
}

/** What a cause by a flag that has not changed may be. */
const asBefore: Readonly<Partial<Record<Cause['kind'], string>>> = {
  watchdog: 'the watchdog of its own board power-cycled it',
  'power-lost': 'it lost its supply',
};

function unknown({ struck, node }: Evidence): Cause {
  if (struck === undefined) {
    return { kind: 'unknown', text: `Why is not known: the journal of ${node} of that time is not there.` };
  }
  const last = struck.end.at(-1);
  return {
    kind: 'unknown',
    text:
      'Why is not known: its journal simply ends, as after a kernel panic, a hang or a loss of power. Its last line, at ' +
      `${new Date(struck.to).toISOString().slice(11, 19)}, is of ${last?.program ?? 'nobody'}: "${last?.message ?? ''}".`,
  };
}

function own<Kind extends Fact['kind']>({ facts, node }: Evidence, kind: Kind): Extract<Fact, { kind: Kind }>[] {
  return facts.filter((fact): fact is Extract<Fact, { kind: Kind }> => fact.kind === kind && sameName(fact.node, node));
}
