// The judge of a history, on what two guests of the lab knew after a fencing by hand and a panic.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../../examples/cluster-setup/src/history/incidents.js';
import { parseBoots, parseEntries } from '../../../examples/cluster-setup/src/history/journal.js';
import { compareAlerts, compareHistory, type LabRecord, type ReceivedAlert } from '../../src/judge/compare.js';
import type { Finding } from '../../src/verdict.js';

const folder = join(import.meta.dirname, '../../../examples/cluster-setup/test/fixtures/history');

/** Of the first fault only: the second one begins 100 s after it. */
const until = 1_795_981_600_000;

function recorded(node: string) {
  const entries = parseEntries(readFileSync(join(folder, `${node}.jsonl`), 'utf8'), node, 0).filter(
    ({ at }) => at < until,
  );
  const boots = parseBoots(readFileSync(join(folder, `${node}.boots`), 'utf8')).map((boot) => ({
    ...boot,
    node,
    end: [],
  }));
  return { node, clockAhead: 0, entries, boots, gaps: [] };
}

const told = historyOf([recorded('raspberrypi-1'), recorded('raspberrypi-2')]);
/** With what line keepers have told since then: how long they held, and what woke a node. */
const history = {
  ...told,
  incidents: told.incidents.map((one) => ({
    ...one,
    fencings: one.fencings.map((fencing) => ({ ...fencing, held: { seconds: 12.1, samples: 61 } })),
    back: one.back && { ...one.back, wokenBy: ['extin'] },
  })),
};
const [incident] = history.incidents;
const fencedAt = incident?.fencings[0]?.at ?? 0;

/** As the lab would have seen it. */
const record: LabRecord = {
  cuts: [{ node: 'raspberrypi-1', by: 'raspberrypi-2', held: { start: fencedAt - 12_300, end: fencedAt - 200 } }],
  answersAgain: [(incident?.takenOver?.at ?? 0) + 400],
};

const notSeen = (findings: readonly Finding[]) => findings.filter(({ seen }) => !seen).map(({ what }) => what);
const judged = (
  changed: Partial<LabRecord['cuts'][number]>,
  causes: Parameters<typeof compareHistory>[2] = ['by-hand'],
) => notSeen(compareHistory(history, { ...record, cuts: record.cuts.map((cut) => ({ ...cut, ...changed })) }, causes));

describe('the judge of a history', () => {
  it('finds nothing wrong with one that is right', () => {
    expect(judged({})).toEqual([]);
  });

  it('sees another cause, another node, another time and another hold', () => {
    expect(judged({}, ['panic'])).toEqual(['it names the cause: panic']);
    expect(judged({ by: 'raspberrypi-1' })).toContain('it says that raspberrypi-1 was fenced by raspberrypi-1');
    expect(judged({ node: 'raspberrypi-2' })).toEqual(['the history has an incident for each power cut, and no other']);
    const later = { start: fencedAt - 13_600, end: fencedAt - 1500 };
    expect(judged({ held: later })).toContain('it says when, within a second of the end of the hold');
    const longer = { start: fencedAt - 14_000, end: fencedAt - 200 };
    expect(judged({ held: longer })).toContain('it says how long EXTOUT was held, within half a second');
  });

  it('sees what a history does not say', () => {
    const missing = notSeen(compareHistory(told, record, ['by-hand']));
    expect(missing).toEqual([
      'it says how long EXTOUT was held, within half a second',
      'it says that the node came back, and was woken by wire',
    ]);
  });

  it('sees a service that answered at another time', () => {
    const findings = compareHistory(history, { ...record, answersAgain: [fencedAt + 60_000] }, ['by-hand']);
    expect(notSeen(findings)).toContain(
      'it says when the other one took over, within a second of the first answer to HTTP',
    );
  });

  it('sees a cut that is not in the history, and an incident that was none', () => {
    expect(notSeen(compareHistory({ ...history, incidents: [] }, record, ['by-hand']))).toHaveLength(1);
    expect(notSeen(compareHistory(history, { ...record, cuts: [] }, ['by-hand']))).toHaveLength(1);
  });
});

describe('the judge of alerts', () => {
  const alert: ReceivedAlert = { kind: 'fencing', subject: 'raspberrypi-1', title: 'raspberrypi-1 was fenced' };
  it('wants one for each fencing, and nothing twice', () => {
    expect(notSeen(compareAlerts([alert], record))).toEqual([]);
    expect(notSeen(compareAlerts([], record))).toEqual(['a receiver outside was told of each fencing once']);
    expect(notSeen(compareAlerts([alert, alert], record))).toHaveLength(2);
    const failure = { kind: 'resource', subject: 'VIP', title: 'stop of VIP failed on raspberrypi-1' };
    expect(notSeen(compareAlerts([alert, failure], record))).toEqual([]);
    expect(notSeen(compareAlerts([alert, failure, failure], record))).toEqual(['and of nothing twice']);
  });
});
