// What a history and the alerts say of a scenario, against the lab's own record of it. The record is the judge.
import type { causeKinds } from '../../../examples/cluster-setup/src/history/cause.js';
import type { History, Incident } from '../../../examples/cluster-setup/src/history/incidents.js';
import type { ReceivedAlert } from '../network/alert-receiver.js';
import { requestTimeout } from '../network/http-probe.js';
import type { Finding } from '../verdict.js';

export type CauseKind = (typeof causeKinds)[number];

/** What an administrator must be able to read of a scenario afterwards. */
export interface Told {
  /** Each time that a node is away, in their order. */
  readonly incidents: readonly ToldIncident[];
  /** What is told besides that a node was fenced, once each. */
  readonly alerts?: readonly RegExp[];
  /** What lasts for a moment only, and is told, once, if somebody looks just then. */
  readonly mayTell?: readonly RegExp[];
}

export interface ToldIncident {
  /** What may be named as its cause: what is on no disk cannot be known. */
  readonly causes: readonly CauseKind[];
  /** How it was fenced; not at all by default. */
  readonly fenced?: 'by wire' | 'by socket';
  /** What wakes it again; not said where it only boots anew. */
  readonly wokenBy?: string;
}

/** A node lost its power. Times are ms since 1970. */
export interface PowerLoss {
  readonly node: string;
  readonly at: number;
  /** Who held EXTOUT, from when to when; undefined when it was not cut by wire. */
  readonly hold: { readonly by: string; readonly start: number; readonly end: number } | undefined;
}

/** What the lab saw. */
export interface LabRecord {
  /** In their order. */
  readonly losses: readonly PowerLoss[];
  /** When the service answered again after each silence, ms since 1970. */
  readonly answersAgain: readonly number[];
}

/** How far a time may be off, ms. */
const tolerance = 1000;
/**
 * How long after the last start HTTP may be silent, ms: a request that came too early is given up only after its own time, and in
 * an emulated guest that is busy coming to rest the next one waits, too.
 */
const answerDelay = requestTimeout + 10_000;
/**
 * What a keeper does not count of a hold, ms: until it has read the line back, and from its release on. On an emulated Pi of arm64
 * that just took a service over that was 1.9 s.
 */
const transfers = 3000;
/** How long a socket is off when it reboots what hangs at it, ms. */
const socketPause = 2000;

/** One finding for each thing that a history must say. */
export function compareHistory({ incidents }: History, record: LabRecord, told: Told): Finding[] {
  const spans = incidents.map((incident) => ({ incident, losses: lossesOf(incident, incidents, record) }));
  const explained = new Set(spans.flatMap(({ losses }) => losses));
  const missing = record.losses.filter((loss) => !explained.has(loss));
  return [
    {
      what: 'the history has each time that a node was away, and no other',
      seen: incidents.length === told.incidents.length,
      detail: incidents.map(({ node, cause }) => `${node}: ${cause.kind}`).join(', '),
    },
    {
      what: 'each loss of power is part of one',
      seen: missing.length === 0,
      detail: missing.map(({ node, at }) => `${node} at ${new Date(at).toISOString()}`).join(', '),
    },
    ...spans.flatMap(({ incident, losses }, index) => {
      const wanted = told.incidents[index];
      return wanted === undefined ? [] : compareIncident(incident, losses, record, wanted);
    }),
  ];
}

/** The losses of power that belong to an incident: from a little before it until the node was back. */
function lossesOf(incident: Incident, all: readonly Incident[], { losses }: LabRecord): PowerLoss[] {
  const next = all.find(({ node, at }) => node === incident.node && at > incident.at);
  const until = incident.back?.at ?? next?.at ?? Infinity;
  // A cut is seen by the others up to a token and a hold later.
  return losses.filter(({ node, at }) => node === incident.node && at >= incident.at - 30_000 && at <= until);
}

function compareIncident(
  incident: Incident,
  losses: readonly PowerLoss[],
  record: LabRecord,
  wanted: ToldIncident,
): Finding[] {
  const { node, cause, back } = incident;
  const loss = losses.at(-1);
  return [
    {
      what: `of ${node} it names the cause: ${wanted.causes.join(' or ')}`,
      seen: wanted.causes.includes(cause.kind),
      detail: cause.text,
    },
    ...(wanted.fenced === undefined ? compareUnfenced(incident, loss) : compareFenced(incident, loss, record, wanted)),
    found(
      wanted.wokenBy === undefined
        ? 'it says that it came back'
        : `it says that it came back, woken by ${wanted.wokenBy}`,
      back !== undefined && (wanted.wokenBy === undefined || back.wokenBy.join() === wanted.wokenBy),
      back?.wokenBy.join(),
    ),
  ];
}

function compareFenced(
  { node, at, fencings, takenOver, back }: Incident,
  loss: PowerLoss | undefined,
  { answersAgain }: LabRecord,
  { fenced }: ToldIncident,
): Finding[] {
  const fencing = fencings.find(({ succeeded }) => succeeded);
  const proven = fencing?.held;
  const hold = loss?.hold;
  // As long as it has its power the struck one may answer now and then, as one that is out of memory does.
  const begun = Math.max(at - tolerance, loss?.at ?? 0);
  const again = answersAgain.find((time) => time >= begun && time <= (back?.at ?? Infinity));
  const byWire = [
    found(`it says who fenced ${node}`, hold !== undefined && fencing?.by === hold.by, fencing?.by),
    { what: 'it says until when EXTOUT was held, within a second', ...near(proven?.until, hold?.end) },
    {
      what: 'it says how long: never more than it was, and all but its first and last transfers',
      ...notMore(proven && proven.seconds * 1000, hold && hold.end - hold.start),
    },
  ];
  const bySocket = [
    found('it claims no hold for it', proven === undefined && loss !== undefined && hold === undefined),
    {
      what: 'it says when, between the switching and a second after it',
      ...within(fencing?.at, loss?.at, loss && loss.at + socketPause),
    },
  ];
  return [
    ...(fenced === 'by wire' ? byWire : bySocket),
    // Where the service was at the other node all along nothing was taken over, and it never was silent.
    ...(again === undefined
      ? []
      : [
          {
            what: 'it says when the other one took over: HTTP answered meanwhile, or soon after',
            ...within(again, takenOver?.began ?? takenOver?.at, takenOver && takenOver.at + answerDelay),
          },
        ]),
  ];
}

function compareUnfenced({ at, unseenUntil, fencings }: Incident, loss: PowerLoss | undefined): Finding[] {
  return [
    { what: 'it says that nobody fenced it', seen: fencings.length === 0 },
    ...(unseenUntil === undefined
      ? []
      : [{ what: 'its power was lost in the time that it says', ...within(loss?.at, at, unseenUntil) }]),
  ];
}

/** Alerts of these kinds must be just those that are expected. */
const exact = new Set(['fencing', 'readiness', 'roll']);

/** Each event was told once, outside. */
export function compareAlerts(received: readonly ReceivedAlert[], { incidents }: History, told: Told): Finding[] {
  const fenced = incidents.filter((_, index) => told.incidents[index]?.fenced !== undefined);
  const wanted = [...fenced.map(({ node }) => new RegExp(`^${node} was fenced$`)), ...(told.alerts ?? [])];
  const known = [...wanted, ...(told.mayTell ?? [])];
  const unexpected = received.filter(({ kind, title }) => exact.has(kind) && !known.some((one) => one.test(title)));
  const titles = received.map(({ title }) => title);
  return [
    ...wanted.map((one) => {
      const count = titles.filter((title) => one.test(title)).length;
      return found(`a receiver outside was told once: ${one.source}`, count === 1, `${count} times`);
    }),
    found(
      'it was told of no fencing, readiness or roll but those',
      unexpected.length === 0,
      unexpected.map(({ title }) => title).join('; '),
    ),
    found('and of nothing twice', new Set(titles).size === titles.length, titles.join('; ')),
  ];
}

function found(what: string, seen: boolean, detail?: string): Finding {
  return { what, seen, ...(detail !== undefined && { detail }) };
}

function near(said: number | undefined, recorded: number | undefined): Pick<Finding, 'seen' | 'detail'> {
  if (said === undefined || recorded === undefined) return { seen: false, detail: 'not known' };
  const off = said - recorded;
  return { seen: Math.abs(off) <= tolerance, detail: `${(off / 1000).toFixed(2)} s more` };
}

/** Whether a length that is said is a part of the one that was, and most of it. */
function notMore(said: number | undefined, recorded: number | undefined): Pick<Finding, 'seen' | 'detail'> {
  if (said === undefined || recorded === undefined) return { seen: false, detail: 'not known' };
  const off = said - recorded;
  return { seen: off <= tolerance / 2 && off >= -transfers, detail: `${(off / 1000).toFixed(2)} s more` };
}

/** Whether a time lies between two, or is a second off. */
function within(
  time: number | undefined,
  from: number | undefined,
  to: number | undefined,
): Pick<Finding, 'seen' | 'detail'> {
  if (time === undefined || from === undefined || to === undefined) return { seen: false, detail: 'not known' };
  return {
    seen: time >= from - tolerance && time <= to + tolerance,
    detail: `${((time - from) / 1000).toFixed(2)} s after the beginning, ${((to - time) / 1000).toFixed(2)} s before the end`,
  };
}
