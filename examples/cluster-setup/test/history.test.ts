import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawTimeline } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../src/history/incidents.js';
import { type NodeRecord, parseBoots, parseEntries } from '../src/history/journal.js';
import { timelineOf } from '../src/history/timeline.js';
import { describeHistory } from '../src/history/words.js';

const fixture = (file: string) => readFileSync(join(import.meta.dirname, 'fixtures/history', file), 'utf8');

/** What a node of the lab knew after six faults, one after the other (Debian 12, Pacemaker 2.1.5). */
function recorded(node: string, clockAhead = 0): NodeRecord {
  const entries = parseEntries(fixture(`${node}.jsonl`), node, clockAhead);
  const boots = parseBoots(fixture(`${node}.boots`)).map((boot) => ({
    ...boot,
    node,
    end: entries.filter((entry) => entry.boot === boot.id).slice(-3),
  }));
  return { node, from: 0, clockAhead, entries, boots, gaps: [] };
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
    const text = describeHistory(history, { from: 1795981400_000, to: 1795982400_000 });
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
    expect(describeHistory(historyOf([recorded('raspberrypi-1'), other]), { from: 0, to: 1 })).toContain(
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

/** A node's record, from `s since the beginning`, program and message of each line, boot after boot. */
function record(node: string, ...boots: readonly (readonly [number, string, string])[][]): NodeRecord {
  const entries = boots.map((lines, index) =>
    lines.map(([at, program, message]) => ({ node, at: at * 1000, program, message, boot: `${node} ${index}` })),
  );
  return {
    node,
    from: 0,
    clockAhead: 0,
    entries: entries.flat(),
    boots: entries.map((end, index) => ({
      node,
      id: `${node} ${index}`,
      from: end[0]!.at,
      to: end.at(-1)!.at,
      end,
    })),
    gaps: [],
  };
}

const member = (node: string) => `notice: Node ${node} state is now member`;
const controld = 'pacemaker-controld';

describe('what nobody was left to see', () => {
  const kernel = 'Linux version 6.1.0-40-amd64';
  const ended = (node: string, other: string, flag: string, last: [number, string, string]) =>
    record(
      node,
      [[10, controld, member(other)], last],
      [
        [140, 'kernel', kernel],
        [150, 'fence_sleepi3', `this node was woken by ${flag}`],
        [170, controld, member(node)],
        [170.5, controld, member(other)],
      ],
    );
  const both = (flag: string, last: [string, string] = ['cron', '(root) CMD (run-parts)']) =>
    historyOf([ended('pi-a', 'pi-b', flag, [100, ...last]), ended('pi-b', 'pi-a', flag, [117, ...last])]);

  it('is a loss of the mains where both boards were powered on at once', () => {
    const history = both('poweron');
    expect(history.incidents).toMatchObject([
      {
        node: 'pi-a',
        at: 100_000,
        unseenUntil: 140_000,
        cause: { kind: 'power-lost' },
        fencings: [],
        back: { wokenBy: ['poweron'] },
      },
      { node: 'pi-b', at: 117_000, unseenUntil: 140_000, cause: { kind: 'power-lost' }, takenOver: undefined },
    ]);
    const text = describeHistory(history, { from: 0, to: 200_000 });
    expect(text).toContain(
      'It lost its supply at the same time as pi-b, as when the mains fail (wakeup-flag poweron).',
    );
    expect(text).toContain('after the last line of its journal, and before 00:02:20, when it began to boot');
  });

  it('has no cause where the boards do not say so', () => {
    const history = both('extin');
    expect(history.incidents.map(({ cause }) => cause.kind)).toEqual(['both-dead', 'both-dead']);
    // A board keeps its flags until it powers its node on again: nobody was there to give a wake pulse.
    expect(history.incidents.map(({ back }) => back?.wokenBy)).toEqual([[], []]);
    expect(describeHistory(history, { from: 0, to: 200_000 })).toContain('pi-a ended, and nobody was there to miss it');
  });

  it.each([
    ['poweron', 'it lost its supply'],
    ['watchdog', 'the watchdog of its own board power-cycled it'],
  ])('is not known where the flag %s is what the boot before had, too', (flag, words) => {
    const woken = `this node was woken by ${flag}`;
    const of = (before: string) =>
      historyOf([
        record(
          'pi-a',
          [
            [5, 'fence_sleepi3', before],
            [100, 'cron', 'x'],
          ],
          [
            [140, 'kernel', kernel],
            [150, 'fence_sleepi3', woken],
            [170, controld, member('pi-a')],
          ],
        ),
        record('pi-b', [
          [103, controld, 'notice: Node pi-a state is now lost'],
          [171, controld, member('pi-a')],
        ]),
      ]).incidents[0]?.cause;
    expect(of(woken)).toEqual({
      kind: 'unknown',
      text: `Why is not known: ${words}, or it restarted without its board (wakeup-flag ${flag}, as at the boot before).`,
    });
    expect(of('this node was woken by extin')?.kind).toBe(flag === 'poweron' ? 'power-lost' : 'watchdog');
  });

  it.each([
    ['systemd-journald', 'Journal stopped'],
    ['systemd', 'Reached target reboot.target - System Reboot.'],
    ['systemd-logind', 'The system will reboot now!'],
  ])('is nothing after a shutdown in order, by %s', (...last) => {
    expect(both('poweron', last).incidents).toEqual([]);
  });

  const since = (from: number, ...records: readonly ReturnType<typeof ended>[]) =>
    historyOf(records.map((one) => ({ ...one, from }))).incidents.map(({ node }) => node);
  const pair = (['pi-a', 'pi-b'] as const).map((node, place, all) =>
    ended(node, all[1 - place]!, 'poweron', [100, 'cron', 'x']),
  );

  it('is told though the journals end before the time that was asked for, as their last lines were lost', () => {
    expect(since(120_000, ...pair)).toEqual(['pi-a', 'pi-b']);
  });

  it('is not told where they were there again by the time that was asked for', () => {
    expect(since(145_000, ...pair)).toEqual([]);
  });

  it('is not told where the other one lived on, and told of it before the time that was asked for', () => {
    const survivor = record('pi-b', [
      [10, controld, member('pi-a')],
      [170, controld, member('pi-a')],
    ]);
    expect(since(120_000, pair[0]!, survivor)).toEqual([]);
  });

  it('is not told a second time where the other one has seen it', () => {
    const survivor = record('pi-b', [
      [103, controld, 'notice: Node pi-a state is now lost'],
      [115, controld, 'notice: Peer pi-a was terminated (reboot) by pi-b on behalf of pacemaker-controld.1@pi-b: OK'],
      [170, controld, member('pi-a')],
    ]);
    const { incidents } = historyOf([ended('pi-a', 'pi-b', 'extin', [100, 'cron', 'x']), survivor]);
    expect(incidents).toMatchObject([
      { node: 'pi-a', at: 103_000, unseenUntil: undefined, cause: { kind: 'unknown' } },
    ]);
  });
});

describe('a fencing that the wire could not do', () => {
  const survivor = (...lines: readonly (readonly [number, string, string])[]) =>
    historyOf([
      record('pi-a', [
        [3, controld, 'notice: Node pi-b state is now lost'],
        [16.2, 'fence_sleepi3', 'reboot of pi-b: held 12.0 s, verified 61 times'],
        ...lines,
      ]),
    ]).incidents[0]!;
  const fenced = 'notice: Peer pi-b was terminated (reboot) by pi-a on behalf of pacemaker-controld.1@pi-a: OK';

  it('and that a person declared off claims none either', () => {
    const confirmed = 'notice: Peer pi-b was terminated (off) by a human on behalf of stonith_admin.7@pi-a: OK';
    const incident = survivor([20, controld, confirmed]);
    expect(incident.fencings).toMatchObject([{ succeeded: true, by: 'a human', held: undefined }]);
    const text = describeHistory({ incidents: [incident], gaps: [], clocks: {} }, { from: 0, to: 1 });
    expect(text).toContain('A person declared pi-b off (pcs stonith confirm); nothing cut its power.');
    const nobody =
      'notice: Peer pi-b was not terminated (reboot) by the cluster on behalf of pacemaker-controld.1@pi-a: No such device';
    expect(survivor([20, controld, nobody]).fencings).toMatchObject([{ succeeded: false, by: undefined }]);
  });

  it('claims no hold, and says why', () => {
    const reason = 'but the wire test of 2026-11-30 found: open; mend the wire and run fence_sleepi3 wire-test again';
    const incident = survivor(
      [16.9, 'fence_sleepi3', `Failed: reboot of pi-b: EXTOUT was held for 12.0 s, ${reason}`],
      [20, controld, fenced],
    );
    expect(incident.fencings).toMatchObject([{ succeeded: true, held: undefined, inVain: reason }]);
    const text = describeHistory({ incidents: [incident], gaps: [], clocks: {} }, { from: 0, to: 1 });
    expect(text).toContain(`pi-b was fenced by pi-a (reboot), and not by wire: EXTOUT was held before, ${reason}.`);
  });

  it('is another one than the hold that did it', () => {
    const incident = survivor([16.4, controld, fenced]);
    expect(incident.fencings).toMatchObject([{ held: { seconds: 12, samples: 61, until: 16_200 }, inVain: undefined }]);
  });
});

describe('a stop that failed on the node that was the DC, whose journal is lost with its power', () => {
  const struck = record('pi-b', [[1, 'kernel', 'Linux']], [[70, 'kernel', 'Linux']]);
  const asked = (at: number, node: string): readonly [number, string, string] => [
    at,
    controld,
    `notice: Peer pi-b was terminated (reboot) by pi-a on behalf of pacemaker-controld.1@${node}: OK`,
  ];
  const causeBy = (...lines: readonly (readonly [number, string, string])[]) =>
    historyOf([record('pi-a', [...lines]), struck]).incidents.map(({ cause }) => cause);
  const counted = (at: number, what: string): readonly [number, string, string] => [
    at,
    'pacemaker-attrd',
    `notice: Setting ${what}`,
  ];

  it.each([
    ['Pacemaker 2.1', 'fail-count-VIP#stop_0[pi-b]: (unset) -> INFINITY'],
    ['Pacemaker 3.0', 'fail-count-VIP#stop_0[PI-B] in instance_attributes: 1 -> 2'],
  ])('is known by the fail count that the other one was told of (%s)', (_, line) => {
    expect(causeBy(counted(20, line), asked(40, 'pi-b'))).toEqual([
      { kind: 'failed-stop', text: 'The stop of VIP failed there.' },
    ]);
  });

  it.each([
    ['of another node', 'fail-count-VIP#stop_0[pi-a]: (unset) -> INFINITY'],
    ['that is taken back', 'fail-count-VIP#stop_0[pi-b]: INFINITY -> (unset)'],
    ['of another operation', 'fail-count-VIP#monitor_10000[pi-b]: (unset) -> 1'],
  ])('is not known by one %s', (_, line) => {
    expect(causeBy(counted(20, line), asked(40, 'pi-a'))).toMatchObject([{ kind: 'unknown' }]);
  });

  it('is known, without its resource, by who asked for the fencing', () => {
    expect(causeBy(asked(40, 'pi-b'))).toMatchObject([
      { kind: 'failed-stop', text: expect.stringContaining('asked for its own fencing') as string },
    ]);
    expect(causeBy(asked(40, 'pi-a'))).toMatchObject([{ kind: 'unknown' }]);
  });

  it('is not the cause of a fencing that was over before it', () => {
    const again = 'notice: Node pi-b state is now member';
    expect(
      causeBy(
        asked(40, 'pi-a'),
        [80, controld, again],
        counted(3600, 'fail-count-VIP#stop_0[pi-b]: (unset) -> INFINITY'),
        [3601, 'pacemaker-schedulerd', 'warning: Cluster node pi-b will be fenced: VIP failed there'],
        asked(3612, 'pi-a'),
      ),
    ).toMatchObject([{ kind: 'unknown' }, { kind: 'failed-stop' }]);
  });
});

describe.each([
  ['2.1', 'ok', 'error'],
  ['3.0', 'OK', 'Error'],
])('the results of Pacemaker %s', (_, ok, error) => {
  const survivor = (...own: readonly (readonly [number, string, string])[]) =>
    historyOf([
      record('pi-a', [
        [3, controld, 'notice: Node pi-b state is now lost'],
        [15, controld, 'notice: Peer pi-b was terminated (reboot) by pi-a on behalf of pacemaker-controld.1@pi-a: OK'],
        [20, controld, 'notice: Requesting local execution of start operation for VIP on pi-a'],
        [22.5, controld, `notice: Result of start operation for VIP on pi-a: ${ok}`],
      ]),
      record('pi-b', [[1, 'kernel', 'Linux'], ...own]),
    ]).incidents;

  it('say from when a resource was being started elsewhere, and when it was', () => {
    expect(survivor()[0]!.takenOver).toEqual({ began: 20_000, at: 22_500, resource: 'VIP', by: 'pi-a' });
  });

  it('tell of a fencing that was done before the time that was asked for, of a node that comes back after it', () => {
    const records = [
      record('pi-a', [
        [3, controld, 'notice: Node pi-b state is now lost'],
        [15, controld, 'notice: Peer pi-b was terminated (reboot) by pi-a on behalf of pacemaker-controld.1@pi-a: OK'],
        [22.5, controld, `notice: Result of start operation for VIP on pi-a: ${ok}`],
        [60, controld, member('pi-b')],
      ]),
      record(
        'pi-b',
        [[1, 'kernel', 'Linux']],
        [
          [40, 'kernel', 'Linux'],
          [50, 'fence_sleepi3', 'this node was woken by extin'],
        ],
      ),
    ];
    for (const from of [1000, 10_000, 30_000, 59_000]) {
      const { incidents } = historyOf(records, from);
      expect(incidents).toMatchObject([
        { node: 'pi-b', at: 3000, fencings: [{ at: 15_000 }], takenOver: { at: 22_500 }, back: { at: 60_000 } },
      ]);
      const drawn = timelineOf({ incidents, gaps: [], clocks: {} }, ['pi-a', 'pi-b'], { from, to: 70_000 });
      const times = drawn.groups.flatMap(({ tracks }) =>
        tracks.flatMap((track) => (track.kind === 'events' ? track.events : []).map(({ time }) => time)),
      );
      expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
    }
    expect(historyOf(records, 61_000).incidents).toEqual([]);
  });

  it.each([
    [ok, 'unknown'],
    [error, 'failed-stop'],
  ])('say of a stop with %s what it means', (result, kind) => {
    const stop = `notice: Result of stop operation for VIP on pi-b: ${result}`;
    expect(survivor([2, controld, stop])[0]!.cause.kind).toBe(kind);
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

/** What both nodes said of scenarios of the lab, without the lines that say nothing of it (Debian 12). */
describe('a scenario of the lab', () => {
  const nodesOf = (scenario: string) =>
    (JSON.parse(fixture(`lab/${scenario}.json`)) as NodeRecord[]).map((record) => ({
      ...record,
      entries: record.entries.map((entry) => ({ ...entry, node: record.node })),
      boots: record.boots.map((boot) => ({ ...boot, node: record.node })),
    }));

  it('second-level: a panic, and a socket that did what the wire could not', () => {
    const { incidents } = historyOf(nodesOf('second-level'));
    expect(incidents).toMatchObject([
      {
        node: 'raspberrypi-2',
        cause: { kind: 'unknown' }, // that it lost its supply was the fencing
        fencings: [{ by: 'raspberrypi-1', held: undefined, inVain: expect.stringContaining('found: open') }],
        back: { wokenBy: ['poweron'] },
      },
    ]);
  });

  it('killed: a person asked twice, once with too little time', () => {
    const { incidents } = historyOf(nodesOf('killed'));
    expect(incidents).toMatchObject([
      {
        node: 'raspberrypi-1',
        cause: { kind: 'by-hand', text: 'A person asked for the fencing, by lab.' },
        fencings: [{ succeeded: false }, { succeeded: true, held: { samples: 61 } }],
        back: { wokenBy: ['extin'] },
      },
    ]);
  });

  it('failed-stop: a resource that could not be stopped', () => {
    const { incidents } = historyOf(nodesOf('failed-stop'));
    expect(incidents).toMatchObject([
      {
        node: 'raspberrypi-1',
        cause: { kind: 'failed-stop', text: 'The stop of VIP failed there (error).' },
        fencings: [{ by: 'raspberrypi-2', succeeded: true }],
      },
    ]);
  });

  it('split-held: a link that was cut, by what the loser had on its disk before it was cut off', () => {
    const { incidents } = historyOf(nodesOf('split-held'));
    expect(incidents).toMatchObject([
      {
        node: 'raspberrypi-2',
        cause: { kind: 'cut-link' },
        fencings: [{ by: 'raspberrypi-1', held: { samples: 61 } }],
        back: { wokenBy: ['extin'] },
      },
    ]);
  });
});
