// What two boards did, edge by edge, to be looked at or checked afterwards.
import type { Clock } from '@sleepi3/driver';
import type { VirtualBoard } from '../board/board.js';
import { SimulatorError } from '../errors.js';
import type { BoardEvents } from '../board/events.js';
import { type DigitalTrack, type EventTrack, segments, type Timeline, type Tone, type Track } from './timeline.js';
import { drawTimeline, type DrawingOptions } from './timeline-svg.js';
import { writeVcd } from './vcd.js';

/** Names of a board's tracks. `EXTIN count`, `switch`, `RI` and the events are there once something happened. */
export type BoardTrack = 'EXTOUT' | 'EXTIN' | 'EXTIN count' | 'power' | 'power events' | 'switch' | 'RI' | 'heartbeat';

/** A signal that one sets oneself. */
export interface RecordedSignal {
  /** From now on it has this value. */
  set(value: number | boolean): void;
}

export interface SignalOptions {
  readonly initial?: number | boolean;
  /** Bits, default 1. */
  readonly width?: number;
  readonly tone?: Tone;
}

/** A stretch in which a signal was not 0, ms of the clock. */
export interface Pulse {
  readonly start: number;
  readonly end: number;
  /** Whether it went on when the recording was asked. */
  readonly open: boolean;
}

interface OpenTrack {
  readonly track: Track;
  /** Shown even if nothing ever happens on it. */
  readonly always: boolean;
}

type Mutable<T> = T extends readonly (infer E)[] ? E[] : never;

/**
 * Records boards, and whatever else is told to it, from the moment it is made. Names of groups are those of the boards;
 * a group that is new is added below.
 */
export class Recording {
  readonly #clock: Clock;
  readonly #title: string;
  readonly #start: number;
  readonly #groups = new Map<string, Map<string, OpenTrack>>();
  readonly #leave: (() => void)[] = [];
  #end: number | undefined;

  constructor(clock: Clock, title = 'slee-Pi 3') {
    this.#clock = clock;
    this.#title = title;
    this.#start = clock.now();
  }

  /** Records a board from now on. */
  add(board: VirtualBoard): void {
    const { name } = board;
    const extout = this.#signal(name, 'EXTOUT', { initial: board.extout, tone: 'warn' }, true);
    const extin = this.#signal(name, 'EXTIN', { initial: board.extin, tone: 'info' }, true);
    const count = { initial: board.peek('externalInputCount'), width: 8, tone: 'info' } as const;
    const extinCount = this.#signal(name, 'EXTIN count', count, false);
    const power = this.#signal(name, 'power', { initial: board.powered, tone: 'good' }, true);
    const pushSwitch = this.#signal(name, 'switch', { initial: board.bit('SW') }, false);
    const ri = this.#signal(name, 'RI', {}, false);
    const listening = [
      board.on('extout', ({ asserted }) => {
        extout.set(asserted);
      }),
      board.on('extin', ({ asserted }) => {
        extin.set(asserted);
      }),
      board.on('extin-count', ({ count }) => {
        extinCount.set(count);
      }),
      board.on('power', (event) => {
        power.set(event.on);
        this.event(name, 'power events', powerLabel(event), event.on ? 'good' : 'bad');
      }),
      board.on('switch', ({ pressed }) => {
        pushSwitch.set(pressed);
      }),
      board.on('ri', ({ asserted }) => {
        ri.set(asserted);
      }),
      board.on('heartbeat', () => {
        this.event(name, 'heartbeat');
      }),
    ];
    this.#leave.push(...listening);
  }

  /**
   * Adds a signal of one's own, such as "the VIP answers".
   *
   * @throws SimulatorError `INVALID_ARGUMENT` when the group has events of that name.
   */
  signal(group: string, name: string, options: SignalOptions = {}): RecordedSignal {
    return this.#signal(group, name, options, true);
  }

  /**
   * Notes that something happens now, such as "Pacemaker requests fencing". Without a label it is one tick of many.
   *
   * @throws SimulatorError `INVALID_ARGUMENT` when the group has a signal of that name.
   */
  event(group: string, name: string, label?: string, tone: Tone = 'neutral'): void {
    const { track } = this.#track(group, name, () => ({
      track: { kind: 'events', name, events: [] },
      always: false,
    }));
    const events = (track as EventTrack).events as Mutable<EventTrack['events']>;
    events.push({ time: this.#clock.now(), tone, ...(label !== undefined && { label }) });
  }

  /** Ends the recording: nothing more is recorded of the boards, and {@link timeline} ends here. */
  stop(): void {
    for (const leave of this.#leave.splice(0)) leave();
    this.#end ??= this.#clock.now();
  }

  /** When a signal was not 0. Empty for one that is not recorded. */
  pulses(group: string, name: BoardTrack | (string & {})): Pulse[] {
    const track = this.#groups.get(group)?.get(name)?.track;
    if (track?.kind !== 'digital') return [];
    const end = this.#end ?? this.#clock.now();
    return segments({ ...track, changes: track.changes.map(asLine) }, this.#start, end)
      .filter(({ value }) => value !== 0)
      .map(({ from, to }) => ({ start: from, end: to, open: to === end && track.changes.at(-1)?.value !== 0 }));
  }

  /** All that was recorded so far, as plain data. */
  timeline(): Timeline {
    return {
      title: this.#title,
      start: this.#start,
      end: this.#end ?? this.#clock.now(),
      groups: [...this.#groups].map(([name, tracks]) => ({
        name,
        tracks: [...tracks.values()]
          .filter(({ track, always }) => always || track.kind === 'events' || track.changes.length > 1)
          .map(({ track }) => structuredClone(track)),
      })),
    };
  }

  /** As {@link timeline}. */
  toJSON(): Timeline {
    return this.timeline();
  }

  /** For a waveform viewer. */
  toVcd(): string {
    return writeVcd(this.timeline());
  }

  /** For a person. */
  toSvg(options?: DrawingOptions): string {
    return drawTimeline(this.timeline(), options);
  }

  #signal(group: string, name: string, options: SignalOptions, always: boolean): RecordedSignal {
    const { initial = 0, width = 1, tone } = options;
    const { track } = this.#track(group, name, () => ({
      track: {
        kind: 'digital',
        name,
        width,
        ...(tone !== undefined && { tone }),
        changes: [{ time: this.#clock.now(), value: Number(initial) }],
      },
      always,
    }));
    const changes = (track as DigitalTrack).changes as Mutable<DigitalTrack['changes']>;
    return {
      set: (value) => {
        if (changes.at(-1)?.value !== Number(value)) changes.push({ time: this.#clock.now(), value: Number(value) });
      },
    };
  }

  #track(group: string, name: string, create: () => OpenTrack): OpenTrack {
    const tracks = this.#groups.get(group) ?? new Map<string, OpenTrack>();
    const created = create();
    const track = tracks.get(name) ?? created;
    if (track.track.kind !== created.track.kind) {
      throw new SimulatorError(
        'INVALID_ARGUMENT',
        `${group} has a track ${name} of the other kind: choose another name`,
      );
    }
    this.#groups.set(group, tracks.set(name, track));
    return track;
  }
}

/** Records these boards, which share a clock, from now on. */
export function record(boards: readonly [VirtualBoard, ...VirtualBoard[]], title?: string): Recording {
  const recording = new Recording(boards[0].clock, title);
  for (const board of boards) recording.add(board);
  return recording;
}

function asLine({ time, value }: { time: number; value: number }): { time: number; value: number } {
  return { time, value: value === 0 ? 0 : 1 };
}

function powerLabel(event: BoardEvents['power']): string {
  return event.on ? onLabels[event.cause] : offLabels[event.cause];
}

const onLabels = {
  poweron: 'powered on',
  watchdog: 'restarted by the watchdog',
  alarm: 'woken by the alarm',
  switch: 'woken by the switch',
  extin: 'woken by EXTIN',
  ri: 'woken by RI',
  restoration: 'woken: supply restored',
} as const;

const offLabels = {
  extin: 'power cut by EXTIN',
  watchdog: 'power cut by the watchdog',
  restart: 'power-cycled by the watchdog',
  sleep: 'asleep after shutdown',
  supply: 'supply lost',
} as const;
