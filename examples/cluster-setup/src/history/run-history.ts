// The command history: asks every node, and tells in words, as JSON or as a picture.
import { drawTimeline } from '@sleepi3/simulator';
import { SetupError } from '../errors.js';
import { clusterMachines, type ClusterMachinesHost } from '../nodes/cluster-machines.js';
import { collect } from './collect.js';
import { historyOf } from './incidents.js';
import { timelineOf } from './timeline.js';
import { describeHistory } from './words.js';

export interface HistoryOptions {
  /** How far back, or from when: `24h`, `7d`, `2026-11-29 03:00`. */
  readonly since: string;
  readonly ssh: string | undefined;
  readonly json: boolean;
  /** Where the picture goes; undefined for none. */
  readonly svg: string | undefined;
}

export interface HistoryHost extends ClusterMachinesHost {
  readonly date: () => Date;
  readonly write: (text: string) => void;
  readonly writeFile: (path: string, text: string) => Promise<void>;
}

/** @returns the exit status: 0, or 3 when a node could not be asked. */
export async function runHistory(options: HistoryOptions, host: HistoryHost): Promise<number> {
  const to = host.date().getTime();
  const from = beginningOf(options.since, to);
  const { local, others } = await clusterMachines(host, options.ssh);
  const machines = [local, ...others];
  const records = await Promise.all(
    machines.map((machine) => collect(machine, { from, to }, () => host.date().getTime())),
  );
  const history = historyOf(records, from);
  if (options.svg !== undefined) {
    const names = machines.map(({ name }) => name).sort();
    await host.writeFile(options.svg, drawTimeline(timelineOf(history, names, { from, to })));
  }
  host.write(
    options.json
      ? `${JSON.stringify(inJson(history, from, to), undefined, 2)}\n`
      : describeHistory(history, { from, to }),
  );
  return records.some(({ boots }) => boots.length === 0) ? notAsked : 0;
}

const notAsked = 3;

/** A JSON has its times as texts: ISO 8601, UTC. */
function inJson({ incidents, gaps, clocks }: ReturnType<typeof historyOf>, from: number, to: number) {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    from: time(from),
    to: time(to),
    incidents: incidents.map(({ at, unseenUntil, fencings, takenOver, back, ...incident }) => ({
      at: time(at),
      unseenUntil: time(unseenUntil),
      ...incident,
      fencings: fencings.map(({ at: ended, began, held, ...fencing }) => ({
        at: time(ended),
        began: time(began),
        ...fencing,
        held: held === undefined ? null : { ...held, until: time(held.until) },
      })),
      takenOver:
        takenOver === undefined ? null : { ...takenOver, began: time(takenOver.began), at: time(takenOver.at) },
      back: back === undefined ? null : { ...back, at: time(back.at) },
    })),
    gaps,
    clocksAheadMs: clocks,
  };
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws SetupError `USAGE` */
function beginningOf(since: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,4})([mhd])$/.exec(since) ?? [];
  const length = units[unit];
  if (count !== undefined && length !== undefined) return now - Number(count) * length;
  // Without a zone it is that of this machine, as in journalctl; a day alone would be taken for one of UTC.
  const [, day, time = ' 00:00'] = /^(\d{4}-\d\d-\d\d)([ T].+)?$/.exec(since) ?? [];
  const moment = day === undefined ? Number.NaN : Date.parse(`${day}T${time.slice(1)}`);
  if (moment <= now) return moment;
  throw new SetupError(
    'USAGE',
    `--since must be a span such as 90m, 24h or 7d, or a past date such as "2026-11-29 03:00", not ${since}`,
  );
}
