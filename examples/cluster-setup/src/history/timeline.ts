// A history as a picture: for each node when it was a member, and what happened to it.
import { sameName } from '@sleepi3/pcs';
import type { Timeline, Tone } from '@sleepi3/simulator';
import type { History, Incident } from './incidents.js';

/** The timeline that the simulator draws. Times are ms since `from`. */
export function timelineOf(
  { incidents }: History,
  nodes: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): Timeline {
  // A whole night would leave no room for the seconds that matter.
  const earliest = Math.min(...incidents.map(({ at }) => at), to);
  const first = Math.max(Math.min(from, earliest), earliest - 30_000);
  const last = Math.min(to, Math.max(...incidents.map(endOf), first) + 30_000);
  return {
    title: `${new Date(first).toISOString().slice(0, 19)}Z`,
    start: 0,
    end: Math.max(last - first, 1),
    groups: nodes.map((node) => {
      const own = incidents.filter((incident) => sameName(incident.node, node));
      return {
        name: node,
        tracks: [
          {
            kind: 'digital',
            name: 'member',
            width: 1,
            tone: 'good',
            changes: [
              { time: 0, value: 1 },
              ...own.flatMap(({ at, back }) => [
                { time: at - first, value: 0 },
                ...(back === undefined ? [] : [{ time: back.at - first, value: 1 }]),
              ]),
            ],
          },
          {
            kind: 'events',
            name: 'events',
            events: own.flatMap((incident) => eventsOf(incident, first)).sort((a, b) => a.time - b.time),
          },
        ],
      };
    }),
  };
}

function eventsOf({ at, cause, fencings, takenOver, back }: Incident, start: number) {
  const event = (time: number, label: string, tone: Tone) => ({ time: time - start, label, tone });
  return [
    event(at, cause.kind, cause.kind === 'shutdown' || cause.kind === 'rolling-reboot' ? 'info' : 'bad'),
    ...fencings.map((one) => event(one.at, one.succeeded ? 'fenced' : 'not fenced', one.succeeded ? 'warn' : 'bad')),
    ...(takenOver === undefined ? [] : [event(takenOver.at, `${takenOver.resource} on ${takenOver.by}`, 'good')]),
    ...(back === undefined ? [] : [event(back.at, 'back', 'good')]),
  ];
}

function endOf({ at, fencings, takenOver, back }: Incident): number {
  return Math.max(at, back?.at ?? 0, takenOver?.at ?? 0, ...fencings.map((one) => one.at));
}
