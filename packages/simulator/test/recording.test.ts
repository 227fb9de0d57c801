import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createHarness,
  drawTimeline,
  record,
  Recording,
  type Timeline,
  VirtualBoard,
  VirtualClock,
  writeVcd,
} from '../src/index.js';
import { parseVcd } from './vcd-parser.js';

/** raspberrypi-1 shoots raspberrypi-2 from 2 s on for 12 s, and wakes it by half a second at 15 s. */
async function recordFencing() {
  const { boards, clock } = createHarness({ coldRegisters: { inputControl: 1 } });
  await clock.advance(3000);
  const recording = record(boards, 'One fencing');
  await clock.advance(2000);
  boards[0].poke('ioStatus', 1);
  await clock.advance(12_000);
  boards[0].poke('ioStatus', 0);
  await clock.advance(1000);
  boards[0].poke('ioStatus', 1);
  await clock.advance(500);
  boards[0].poke('ioStatus', 0);
  await clock.advance(1500);
  return { boards, clock, recording };
}

const trackNames = ({ groups }: Timeline) => groups.map(({ name, tracks }) => [name, ...tracks.map((t) => t.name)]);

describe('a recording', () => {
  it('holds every edge of both boards, with its time', async () => {
    const { recording } = await recordFencing();
    const { title, start, end, groups } = recording.timeline();
    expect([title, start, end]).toEqual(['One fencing', 3000, 20_000]);
    expect(groups[1]).toEqual({
      name: 'raspberrypi-2',
      tracks: [
        { kind: 'digital', name: 'EXTOUT', width: 1, tone: 'warn', changes: [{ time: 3000, value: 0 }] },
        {
          kind: 'digital',
          name: 'EXTIN',
          width: 1,
          tone: 'info',
          changes: [3000, 5000, 17_000, 18_000, 18_500].map((time, index) => ({ time, value: index % 2 })),
        },
        {
          kind: 'digital',
          name: 'EXTIN count',
          width: 8,
          tone: 'info',
          changes: [
            { time: 3000, value: 0 },
            ...Array.from({ length: 12 }, (_, index) => ({ time: 6000 + index * 1000, value: index + 1 })),
            { time: 17_000, value: 0 },
          ],
        },
        {
          kind: 'digital',
          name: 'power',
          width: 1,
          tone: 'good',
          changes: [
            { time: 3000, value: 1 },
            { time: 15_000, value: 0 },
            { time: 18_000, value: 1 },
          ],
        },
        {
          kind: 'events',
          name: 'power events',
          events: [
            { time: 15_000, label: 'power cut by EXTIN', tone: 'bad' },
            { time: 18_000, label: 'woken by EXTIN', tone: 'good' },
          ],
        },
      ],
    });
  });

  it('shows inputs that are seldom used once they are used', async () => {
    const clock = new VirtualClock();
    const board = new VirtualBoard({ clock, name: 'pi', powered: false });
    const recording = record([board]);
    expect(trackNames(recording.timeline())).toEqual([['pi', 'EXTOUT', 'EXTIN', 'power']]);
    await clock.advance(10);
    board.setRi(true);
    board.setSwitch(true);
    board.heartbeat();
    expect(trackNames(recording.timeline())).toEqual([
      ['pi', 'EXTOUT', 'EXTIN', 'power', 'switch', 'RI', 'power events', 'heartbeat'],
    ]);
    expect(recording.timeline().title).toBe('slee-Pi 3');
  });

  it('names every cause for which power comes and goes', async () => {
    const clock = new VirtualClock();
    const board = new VirtualBoard({ clock, name: 'pi' });
    const recording = record([board]);
    const cycle = async (watchdogControl: number) => {
      board.poke('watchdogControl', watchdogControl);
      board.poke('watchdogTimeout', 1);
      await clock.advance(1500);
      board.poke('watchdogTimeout', 0);
      await clock.advance(1500);
    };
    await cycle(1);
    await cycle(0);
    board.setSwitch(true);
    board.poke('sleepTimeout', 1);
    await clock.advance(1000);
    board.setAlarm(clock.now());
    await clock.advance(1);
    await cycle(0);
    board.setRi(true);
    await cycle(0);
    board.poke('restoreVoltage', 1000);
    board.poke('adcInterval', 1);
    await clock.advance(1000);
    board.setSupply({ voltage1: 0 });
    board.setSupply({ voltage1: 9000 });
    const { groups } = recording.timeline();
    const track = groups[0]!.tracks.find(({ name }) => name === 'power events');
    expect(track?.kind === 'events' && track.events.map(({ label }) => label)).toEqual([
      'power-cycled by the watchdog',
      'restarted by the watchdog',
      'power cut by the watchdog',
      'woken by the switch',
      'asleep after shutdown',
      'woken by the alarm',
      'power cut by the watchdog',
      'woken by RI',
      'power cut by the watchdog',
      'woken: supply restored',
      'supply lost',
      'powered on',
    ]);
  });

  it('measures pulses, and says which one still goes on', async () => {
    const { recording, boards, clock } = await recordFencing();
    const pulses = [
      { start: 5000, end: 17_000, open: false },
      { start: 18_000, end: 18_500, open: false },
    ];
    expect(recording.pulses('raspberrypi-1', 'EXTOUT')).toEqual(pulses);
    expect(recording.pulses('raspberrypi-2', 'EXTIN')).toEqual(pulses);
    expect(recording.pulses('raspberrypi-2', 'EXTIN count')).toEqual([{ start: 6000, end: 17_000, open: false }]);
    expect(recording.pulses('raspberrypi-1', 'EXTIN')).toEqual([]);
    expect(recording.pulses('raspberrypi-1', 'power events')).toEqual([]);
    expect(recording.pulses('raspberrypi-3', 'EXTOUT')).toEqual([]);
    boards[1].poke('ioStatus', 1);
    await clock.advance(700);
    expect(recording.pulses('raspberrypi-2', 'EXTOUT')).toEqual([{ start: 20_000, end: 20_700, open: true }]);
  });

  it('ends when it is stopped, at that time', async () => {
    const { recording, boards, clock } = await recordFencing();
    recording.stop();
    await clock.advance(5000);
    boards[0].poke('ioStatus', 1);
    recording.stop();
    expect(recording.timeline().end).toBe(20_000);
    expect(recording.pulses('raspberrypi-1', 'EXTOUT')).toHaveLength(2);
  });

  it('takes signals and events of one’s own, in groups of one’s own', async () => {
    const clock = new VirtualClock();
    const recording = new Recording(clock);
    const answers = recording.signal('VIP', 'answers', { initial: true, tone: 'good' });
    const load = recording.signal('VIP', 'load', { width: 4 });
    await clock.advance(100);
    answers.set(true);
    answers.set(false);
    load.set(9);
    recording.event('Pacemaker', 'events', 'fencing requested');
    await clock.advance(50);
    answers.set(1);
    recording.event('Pacemaker', 'events');
    expect(recording.timeline().groups).toEqual([
      {
        name: 'VIP',
        tracks: [
          {
            kind: 'digital',
            name: 'answers',
            width: 1,
            tone: 'good',
            changes: [
              { time: 0, value: 1 },
              { time: 100, value: 0 },
              { time: 150, value: 1 },
            ],
          },
          {
            kind: 'digital',
            name: 'load',
            width: 4,
            changes: [
              { time: 0, value: 0 },
              { time: 100, value: 9 },
            ],
          },
        ],
      },
      {
        name: 'Pacemaker',
        tracks: [
          {
            kind: 'events',
            name: 'events',
            events: [
              { time: 100, label: 'fencing requested', tone: 'neutral' },
              { time: 150, tone: 'neutral' },
            ],
          },
        ],
      },
    ]);
  });

  it('refuses events under the name of a signal, and the other way round', () => {
    const recording = record([new VirtualBoard({ name: 'pi' })]);
    expect(() => {
      recording.event('pi', 'power', 'gone');
    }).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
    recording.event('pi', 'notes', 'a note');
    expect(() => recording.signal('pi', 'notes')).toThrow('pi has a track notes of the other kind');
  });

  it('is plain data as JSON, from which the same files can be written later', async () => {
    const { recording, clock, boards } = await recordFencing();
    const timeline = JSON.parse(JSON.stringify(recording)) as Timeline;
    expect(timeline).toEqual(recording.timeline());
    expect(writeVcd(timeline)).toBe(recording.toVcd());
    expect(drawTimeline(timeline, { width: 700 })).toBe(recording.toSvg({ width: 700 }));
    boards[0].poke('ioStatus', 1);
    await clock.advance(1);
    expect(writeVcd(timeline)).not.toBe(recording.toVcd());
  });
});

describe('a value change dump', () => {
  it('of a fencing reads back as what happened, in microseconds from the start', async () => {
    const { recording } = await recordFencing();
    const { end, signals } = parseVcd(recording.toVcd());
    const s = (seconds: number) => seconds * 1_000_000;
    expect(end).toBe(s(17));
    expect(signals['raspberrypi-1.EXTOUT']).toEqual([
      [0, 0],
      [s(2), 1],
      [s(14), 0],
      [s(15), 1],
      [s(15.5), 0],
    ]);
    expect(signals['raspberrypi-2.EXTIN']).toEqual(signals['raspberrypi-1.EXTOUT']);
    expect(signals['raspberrypi-2.power']).toEqual([
      [0, 1],
      [s(12), 0],
      [s(15), 1],
    ]);
    expect(signals['raspberrypi-2.EXTIN_count']?.slice(9, 14)).toEqual([
      [s(11), 9],
      [s(12), 10],
      [s(13), 11],
      [s(14), 12],
      [s(14), 0],
    ]);
    expect(signals['raspberrypi-2.power_events']).toEqual([
      [s(12), 1],
      [s(15), 1],
    ]);
  });

  it('is valid whatever the names, however many the tracks, and in order whatever the times', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 12 });
    const change = fc.record({ time: fc.double({ min: 0.5, max: 1e6, noNaN: true }), value: fc.nat(15) });
    fc.assert(
      fc.property(
        name,
        fc.array(fc.tuple(name, fc.constantFrom(1, 4), fc.array(change, { minLength: 1, maxLength: 6 })), {
          maxLength: 200,
        }),
        (title, tracks) => {
          const timeline: Timeline = {
            title,
            start: 0,
            end: 1e6,
            groups: [
              {
                name: title,
                tracks: tracks.map(([track, width, changes], index) => ({
                  kind: 'digital',
                  name: `${track} ${index}`,
                  width,
                  changes: [
                    { time: 0, value: 0 },
                    ...changes
                      .sort((a, b) => a.time - b.time)
                      .map(({ time, value }) => ({ time, value: value % 2 ** width })),
                  ],
                })),
              },
            ],
          };
          const { signals, end } = parseVcd(writeVcd(timeline));
          expect(Object.keys(signals)).toHaveLength(tracks.length);
          expect(end).toBe(1e9);
          Object.values(signals).forEach((read, index) => {
            const written = tracks[index]![2].map(({ time, value }) => [
              Math.round(time * 1000),
              value % 2 ** tracks[index]![1],
            ]);
            expect(read).toEqual([[0, 0], ...written]);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('of a cut-out of a timeline begins with the values there and ends where it ends', () => {
    const changes = [10, 20, 30, 40].map((time, index) => ({ time, value: (index + 1) % 2 }));
    const tracks = [
      { kind: 'digital', name: 'line', width: 1, changes },
      { kind: 'digital', name: 'late line', width: 1, changes: changes.slice(2) },
      { kind: 'digital', name: 'late number', width: 2, changes: changes.slice(2) },
      { kind: 'events', name: 'events', events: [{ time: 19 }, { time: 20 }, { time: 31 }] },
    ] as const;
    const vcd = writeVcd({ title: '', start: 20, end: 30, groups: [{ name: 'g', tracks }] });
    expect(vcd).toContain('\nxb\nbx c\n');
    expect(parseVcd(vcd)).toEqual({
      end: 10_000,
      signals: {
        'g.line': [
          [0, 0],
          [10_000, 1],
        ],
        'g.late_line': [
          [0, NaN],
          [10_000, 1],
        ],
        'g.late_number': [
          [0, NaN],
          [10_000, 1],
        ],
        'g.events': [[0, 1]],
      },
    });
  });

  it('of nothing at all is valid', () => {
    expect(parseVcd(new Recording(new VirtualClock()).toVcd())).toEqual({ end: 0, signals: {} });
  });
});
