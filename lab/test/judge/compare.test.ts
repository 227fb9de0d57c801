// The judge of a history, on what two guests of the lab knew after a fencing by hand and a panic.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type History, historyOf, type Incident } from '../../../examples/cluster-setup/src/history/incidents.js';
import { parseBoots, parseEntries } from '../../../examples/cluster-setup/src/history/journal.js';
import {
  compareAlerts,
  compareHistory,
  type LabRecord,
  type Told,
  type ToldIncident,
} from '../../src/judge/compare.js';
import type { ReceivedAlert } from '../../src/network/alert-receiver.js';
import type { Finding } from '../../src/verdict.js';

const folder = join(import.meta.dirname, '../../../examples/cluster-setup/test/fixtures/history');

/** Of the first fault only: the second one begins 100 s after it. */
const endOfFirst = 1_795_981_600_000;

function recorded(node: string) {
  const entries = parseEntries(readFileSync(join(folder, `${node}.jsonl`), 'utf8'), node, 0).filter(
    ({ at }) => at < endOfFirst,
  );
  const boots = parseBoots(readFileSync(join(folder, `${node}.boots`), 'utf8'))
    .filter(({ from }) => from < endOfFirst)
    .map((boot) => ({ ...boot, node, end: [] }));
  return { node, from: 0, clockAhead: 0, entries, boots, gaps: [] };
}

const read = historyOf([recorded('raspberrypi-1'), recorded('raspberrypi-2')]);
const fencedAt = read.incidents[0]?.fencings[0]?.at ?? 0;
/** With what line keepers have told since then: how long they held, and what woke a node. */
const history: History = {
  ...read,
  incidents: read.incidents.map((one) => ({
    ...one,
    fencings: one.fencings.map((each) => ({ ...each, held: { seconds: 12.1, samples: 61, until: fencedAt - 200 } })),
    takenOver: one.takenOver && { ...one.takenOver, began: one.takenOver.at - 2000 },
    back: one.back && { ...one.back, wokenBy: ['extin'] },
  })),
};
const [incident] = history.incidents;
if (!incident) throw new Error('the fixture has no incident');

/** As the lab would have seen it. */
const loss = {
  node: 'raspberrypi-1',
  at: fencedAt - 2300,
  hold: { by: 'raspberrypi-2', start: fencedAt - 12_300, end: fencedAt - 200 },
};
const record: LabRecord = { losses: [loss], answersAgain: [(incident.takenOver?.at ?? 0) - 1500] };
const byHand: ToldIncident = { causes: ['by-hand'], fenced: 'by wire', wokenBy: 'extin' };
const told: Told = { incidents: [byHand] };

const notSeen = (findings: readonly Finding[]) => findings.filter(({ seen }) => !seen).map(({ what }) => what);
const judged = (changed: Partial<LabRecord>, wanted = byHand, of = history) =>
  notSeen(compareHistory(of, { ...record, ...changed }, { incidents: [wanted] }));
const held = (start: number, end: number, by = 'raspberrypi-2') => ({
  losses: [{ ...loss, hold: { by, start: fencedAt + start, end: fencedAt + end } }],
});
const changedIncident = (changed: Partial<Incident>): History => ({
  ...history,
  incidents: [{ ...incident, ...changed }],
});

const until = 'it says until when EXTOUT was held, within a second';
const long = 'it says how long: never more than it was, and all but its first and last transfers';

describe('the judge of a history', () => {
  it('finds nothing wrong with one that is right', () => {
    expect(judged({})).toEqual([]);
  });

  it('sees another cause, another shooter, another time and another hold', () => {
    expect(judged({}, { ...byHand, causes: ['panic'] })).toEqual(['of raspberrypi-1 it names the cause: panic']);
    expect(judged(held(-12_300, -200, 'raspberrypi-1'))).toEqual(['it says who fenced raspberrypi-1']);
    expect(judged(held(-13_600, -1500))).toEqual([until]);
    expect(judged(held(-15_500, -200))).toEqual([long]);
    expect(judged(held(-11_500, -200))).toEqual([long]);
    expect(judged(held(-14_000, -200))).toEqual([]);
  });

  it('sees a loss of power that is in no incident', () => {
    const missed = 'each loss of power is part of one';
    expect(judged({ losses: [loss, { ...loss, node: 'raspberrypi-2' }] })).toEqual([missed]);
    expect(judged({ losses: [loss, { ...loss, at: fencedAt + 90_000 }] })).toEqual([missed]);
  });

  it('sees what a history does not say', () => {
    expect(notSeen(compareHistory(read, record, told))).toEqual([
      until,
      long,
      'it says when the other one took over: HTTP answered meanwhile, or soon after',
      'it says that it came back, woken by extin',
    ]);
    expect(judged({}, byHand, changedIncident({ back: undefined }))).toEqual([
      'it says that it came back, woken by extin',
    ]);
  });

  it('sees a service that answered at another time, and leaves alone one that was never silent', () => {
    const late = 'it says when the other one took over: HTTP answered meanwhile, or soon after';
    expect(judged({ answersAgain: [fencedAt + 20_000] })).toEqual([late]);
    expect(judged({}, byHand, changedIncident({ takenOver: undefined }))).toEqual([late]);
    expect(judged({ answersAgain: [] })).toEqual([]);
    expect(judged({ answersAgain: [fencedAt - 60_000] })).toEqual([]);
  });

  it('sees an incident that is not there, and one that was none', () => {
    const count = 'the history has each time that a node was away, and no other';
    expect(judged({}, byHand, { ...history, incidents: [] })).toEqual([count, 'each loss of power is part of one']);
    expect(notSeen(compareHistory(history, record, { incidents: [] }))).toEqual([count]);
  });

  it('wants no hold of a fencing by socket, and its time', () => {
    const losses = [{ ...loss, at: fencedAt - 2500, hold: undefined }];
    const bySocket: ToldIncident = { ...byHand, fenced: 'by socket' };
    const socket = changedIncident({
      fencings: incident.fencings.map((each) => ({ ...each, held: undefined, inVain: 'but the wire is open' })),
    });
    expect(judged({ losses }, bySocket, socket)).toEqual([]);
    expect(judged({ losses }, bySocket)).toEqual(['it claims no hold for it']);
    expect(judged({ losses: [{ ...loss, at: fencedAt - 9000, hold: undefined }] }, bySocket, socket)).toEqual([
      'it says when, between the switching and a second after it',
    ]);
  });

  it('wants no fencing where nobody was fenced, and a loss of power in the time that is said', () => {
    const nobody: ToldIncident = { causes: ['power-lost'], wokenBy: 'poweron' };
    const dead = changedIncident({
      cause: { kind: 'power-lost', text: '' },
      fencings: [],
      at: fencedAt - 10_000,
      unseenUntil: fencedAt + 1000,
      back: { at: fencedAt + 30_000, wokenBy: ['poweron'] },
    });
    const losses = [{ ...loss, hold: undefined }];
    expect(judged({ losses }, nobody, dead)).toEqual([]);
    expect(judged({ losses: [{ ...loss, hold: undefined, at: fencedAt + 5000 }] }, nobody, dead)).toEqual([
      'its power was lost in the time that it says',
    ]);
    expect(judged({ losses }, { ...nobody, causes: ['by-hand'], wokenBy: 'extin' })).toEqual([
      'it says that nobody fenced it',
    ]);
  });
});

describe('the judge of alerts', () => {
  const fencing: ReceivedAlert = { kind: 'fencing', subject: 'raspberrypi-1', title: 'raspberrypi-1 was fenced' };
  const failure = { kind: 'resource', subject: 'VIP', title: 'stop of VIP failed on raspberrypi-1' };
  const readiness = { kind: 'readiness', subject: 'raspberrypi-2', title: 'raspberrypi-2 could not fence' };
  const alerts = (received: readonly ReceivedAlert[], more: Partial<Told> = {}) =>
    notSeen(compareAlerts(received, history, { ...told, ...more }));
  const once = 'a receiver outside was told once: ^raspberrypi-1 was fenced$';

  it('wants one for each fencing, and nothing twice', () => {
    expect(alerts([fencing])).toEqual([]);
    expect(alerts([])).toEqual([once]);
    expect(alerts([fencing, fencing])).toEqual([once, 'and of nothing twice']);
    expect(alerts([fencing, failure])).toEqual([]);
    expect(alerts([fencing, failure, failure])).toEqual(['and of nothing twice']);
  });

  it('wants what a scenario has told besides, once, and nothing of readiness or rolls that is not', () => {
    const wanted = { alerts: [/ could not fence$/] };
    expect(alerts([fencing, readiness], wanted)).toEqual([]);
    expect(alerts([fencing], wanted)).toEqual(['a receiver outside was told once:  could not fence$']);
    expect(alerts([fencing, readiness])).toEqual(['it was told of no fencing, readiness or roll but those']);
    expect(alerts([fencing, readiness], { mayTell: wanted.alerts })).toEqual([]);
    expect(alerts([fencing], { mayTell: wanted.alerts })).toEqual([]);
  });
});
