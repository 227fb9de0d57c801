import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawTimeline } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../src/history/incidents.js';
import { type NodeRecord, parseBoots, parseEntries } from '../src/history/journal.js';
import { timelineOf } from '../src/history/timeline.js';
import { tell } from '../src/history/words.js';

const fixture = (file: string) => readFileSync(join(import.meta.dirname, 'fixtures/history', file), 'utf8');

/** What a node of the lab knew after six faults, one after the other (Debian 12, Pacemaker 2.1.5). */
function recorded(node: string, clockAhead = 0): NodeRecord {
  const entries = parseEntries(fixture(`${node}.jsonl`), node, clockAhead);
  const boots = parseBoots(fixture(`${node}.boots`)).map((boot) => ({
    ...boot,
    node,
    end: entries.filter((entry) => entry.boot === boot.id).slice(-3),
  }));
  return { node, clockAhead, entries, boots, gaps: [] };
}

const history = historyOf([recorded('raspberrypi-1'), recorded('raspberrypi-2')]);

describe('the history of a night in the lab', () => {
  it('has each fault once, with its node and its cause', () => {
    expect(history.incidents.map(({ node, cause }) => [node, cause.kind])).toEqual([
      ['raspberrypi-1', 'by-hand'],
      ['raspberrypi-2', 'unknown'], // a kernel panic: it was not on the disk any more
      ['raspberrypi-1', 'unknown'], // a hang
      ['raspberrypi-2', 'cut-link'],
      ['raspberrypi-2', 'shutdown'],
      ['raspberrypi-1', 'out-of-memory'],
    ]);
  });

  it('has the times within a second of those that the lab noted', () => {
    const times = history.incidents.map(({ at, fencings, takenOver, back }) =>
      [at, fencings[0]?.at, takenOver?.at, back?.at].map((time) =>
        time === undefined ? undefined : Math.round(time / 1000),
      ),
    );
    expect(times).toEqual([
      [1795981522, 1795981522, 1795981525, 1795981546],
      [1795981636, 1795981670, 1795981675, 1795981708],
      [1795981788, 1795981832, 1795981841, 1795981870],
      [1795981981, 1795982011, 1795982016, 1795982066],
      [1795982164, undefined, undefined, 1795982183],
      [1795982250, 1795982282, 1795982284, 1795982309],
    ]);
  });

  it('says who fenced whom, and what was started where', () => {
    expect(history.incidents[1]!.fencings).toMatchObject([
      { by: 'raspberrypi-1', action: 'reboot', client: 'pacemaker-controld', succeeded: true },
    ]);
    expect(history.incidents[1]!.takenOver).toMatchObject({ resource: 'VIP', by: 'raspberrypi-1' });
  });

  it('is told in words, with what is not known', () => {
    const text = tell(history, { from: 1795981400_000, to: 1795982400_000 });
    expect(text).toContain('raspberrypi-1 was fenced at the request of a person');
    expect(text).toContain('Why is not known: its journal simply ends');
    expect(text).toContain('It ran out of memory: its kernel killed 1 process, corosync last.');
    expect(text).toContain('raspberrypi-2 left in order');
    expect(text).toMatch(/VIP, \d+\.\d s after/);
  });

  it('is the picture of the guide', async () => {
    const drawn = drawTimeline(
      timelineOf(history, ['raspberrypi-1', 'raspberrypi-2'], { from: 1795981400_000, to: 1795982400_000 }),
    );
    await expect(drawn).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/pictures/history.svg'));
  });

  it('is the same when a clock is two hours off', () => {
    const ahead = 7_200_000;
    const shifted = fixture('raspberrypi-2.jsonl').replace(
      /"__REALTIME_TIMESTAMP":"(\d+)"/g,
      (_, time: string) => `"__REALTIME_TIMESTAMP":"${Number(time) + ahead * 1000}"`,
    );
    const other: NodeRecord = {
      ...recorded('raspberrypi-2'),
      clockAhead: ahead,
      entries: parseEntries(shifted, 'raspberrypi-2', ahead),
    };
    const { incidents } = historyOf([recorded('raspberrypi-1'), other]);
    expect(incidents).toEqual(history.incidents);
    expect(tell(historyOf([recorded('raspberrypi-1'), other]), { from: 0, to: 1 })).toContain(
      'The clock of raspberrypi-2 is 7200.0 s ahead',
    );
  });

  it('says so when the struck node cannot be asked', () => {
    const { incidents } = historyOf([recorded('raspberrypi-1')]);
    const struck = incidents.filter(({ node }) => node === 'raspberrypi-2');
    expect(struck.map(({ cause }) => cause.kind)).toEqual(['unknown', 'unknown', 'shutdown']);
    expect(struck[0]!.cause.text).toContain('the journal of raspberrypi-2 of that time is not there');
  });
});

describe('a journal', () => {
  it('is read whatever it is cut off after', () => {
    const text = fixture('raspberrypi-1.jsonl').slice(0, 2000);
    for (let length = 0; length <= text.length; length++) {
      expect(() =>
        historyOf([{ ...recorded('raspberrypi-1'), entries: parseEntries(text.slice(0, length), 'x', 0) }]),
      ).not.toThrow();
    }
  });

  it('has its boots listed by systemd 252 and by 257', () => {
    const id = 'f28e2ec2dc4244948f9440b9c695ea97';
    const boot = { id, from: Date.UTC(2026, 10, 29, 19, 41, 5), to: Date.UTC(2026, 10, 29, 19, 44, 34) };
    const old = `-3 ${id} Sun 2026-11-29 19:41:05 UTC—Sun 2026-11-29 19:44:34 UTC`;
    const newer = `IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY\n -3 ${id} Sun 2026-11-29 19:41:05 UTC Sun 2026-11-29 19:44:34 UTC`;
    expect(parseBoots(old)).toEqual([boot]);
    expect(parseBoots(newer)).toEqual([boot]);
  });

  it('may have a message of bytes', () => {
    const bytes = [...Buffer.from('Node pi-b state is now lost')];
    const line = JSON.stringify({
      MESSAGE: bytes,
      __REALTIME_TIMESTAMP: '1000',
      SYSLOG_IDENTIFIER: 'pacemaker-controld',
      _BOOT_ID: 'b',
    });
    expect(parseEntries(line, 'pi-a', 0)).toMatchObject([{ at: 1, message: 'Node pi-b state is now lost' }]);
  });
});
