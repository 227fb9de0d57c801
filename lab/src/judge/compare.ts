// What a history and the alerts say of a scenario, against the lab's own record of it. The record is the judge.
import type { causeKinds } from '../../../examples/cluster-setup/src/history/cause.js';
import type { History, Incident } from '../../../examples/cluster-setup/src/history/incidents.js';
import type { Finding } from '../verdict.js';

export type CauseKind = (typeof causeKinds)[number];

/** A power cut by wire, ms since 1970. */
export interface Cut {
  /** Whose power was cut. */
  readonly node: string;
  /** Who held EXTOUT, from when to when. */
  readonly by: string;
  readonly held: { readonly start: number; readonly end: number };
}

/** What the lab saw. */
export interface LabRecord {
  readonly cuts: readonly Cut[];
  /** When the service answered again after each silence, ms since 1970. */
  readonly answersAgain: readonly number[];
}

/** An alert as a receiver outside got it. */
export interface ReceivedAlert {
  readonly kind: string;
  readonly subject: string;
  readonly title: string;
}

/** How far a time may be off, ms. */
const tolerance = 1000;

/** One finding for each thing that a history must say. */
export function compareHistory(
  { incidents }: History,
  { cuts, answersAgain }: LabRecord,
  causes: readonly CauseKind[],
): Finding[] {
  return [
    {
      what: 'the history has an incident for each power cut, and no other',
      seen: incidents.map(({ node }) => node).join() === cuts.map(({ node }) => node).join(),
      detail: incidents.map(({ node, cause }) => `${node}: ${cause.kind}`).join(', '),
    },
    ...cuts.flatMap((cut, index) => {
      const incident = incidents[index];
      return incident?.node === cut.node ? compareCut(incident, cut, answersAgain, causes) : [];
    }),
  ];
}

function compareCut(
  { node, cause, fencings, takenOver, back }: Incident,
  { by, held }: Cut,
  answersAgain: readonly number[],
  causes: readonly CauseKind[],
): Finding[] {
  const fencing = fencings.find(({ succeeded }) => succeeded);
  const proven = fencing?.held;
  return [
    { what: `it names the cause: ${causes.join(' or ')}`, seen: causes.includes(cause.kind), detail: cause.text },
    { what: `it says that ${node} was fenced by ${by}`, seen: fencing?.by === by, detail: String(fencing?.by) },
    {
      what: 'it says when, within a second of the end of the hold',
      ...near(fencing?.at, held.end),
    },
    {
      what: 'it says how long EXTOUT was held, within half a second',
      seen: proven !== undefined && Math.abs(proven.seconds * 1000 - (held.end - held.start)) <= tolerance / 2,
      detail: `${String(proven?.seconds)} s of ${((held.end - held.start) / 1000).toFixed(1)} s`,
    },
    // The service may have been at the other node all along; then nothing was taken over, and it never was silent.
    ...(takenOver === undefined
      ? []
      : [
          {
            what: 'it says when the other one took over, within a second of the first answer to HTTP',
            ...near(takenOver.at, nearest(answersAgain, takenOver.at)),
          },
        ]),
    { what: 'it says that the node came back, and was woken by wire', seen: back?.wokenBy.join() === 'extin' },
  ];
}

/** Each event was told once, and each cut as a fencing. */
export function compareAlerts(received: readonly ReceivedAlert[], { cuts }: LabRecord): Finding[] {
  const keys = received.map(({ kind, subject, title }) => `${kind} of ${subject}: ${title}`);
  const fencings = received.filter(({ kind }) => kind === 'fencing');
  return [
    {
      what: 'a receiver outside was told of each fencing once',
      seen: fencings.map(({ title }) => title).join() === cuts.map(({ node }) => `${node} was fenced`).join(),
      detail: fencings.map(({ title }) => title).join(', '),
    },
    { what: 'and of nothing twice', seen: new Set(keys).size === keys.length, detail: keys.join('; ') },
  ];
}

function near(said: number | undefined, recorded: number | undefined): Pick<Finding, 'seen' | 'detail'> {
  if (said === undefined || recorded === undefined) return { seen: false, detail: 'not known' };
  const off = said - recorded;
  return { seen: Math.abs(off) <= tolerance, detail: `${(off / 1000).toFixed(2)} s after` };
}

const nearest = (times: readonly number[], to: number): number | undefined =>
  [...times].sort((a, b) => Math.abs(a - to) - Math.abs(b - to))[0];
