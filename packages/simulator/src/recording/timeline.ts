// What happened when: the plain data that recordings are kept in, and that VCD and SVG are written from.

/** What a track or an event is about; a drawing colours by it. */
export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';

/** A signal: it has a value at any time. */
export interface DigitalTrack {
  readonly kind: 'digital';
  readonly name: string;
  /** Bits: 1 for a line, more for a number. */
  readonly width: number;
  readonly tone?: Tone;
  /** In the order of their times, ms; the first one gives the value from the beginning. */
  readonly changes: readonly { readonly time: number; readonly value: number }[];
}

/** Moments. */
export interface EventTrack {
  readonly kind: 'events';
  readonly name: string;
  /** In the order of their times, ms. A drawing marks one with a label through its whole group, one without by a tick. */
  readonly events: readonly { readonly time: number; readonly label?: string; readonly tone?: Tone }[];
}

export type Track = DigitalTrack | EventTrack;

/** Tracks that belong together, such as those of one board. */
export interface TrackGroup {
  readonly name: string;
  readonly tracks: readonly Track[];
}

/** All that is known of a stretch of time. */
export interface Timeline {
  readonly title: string;
  /** ms of the clock. */
  readonly start: number;
  /** ms of the clock, not before `start`. */
  readonly end: number;
  readonly groups: readonly TrackGroup[];
}

/** A stretch in which a signal keeps one value. */
export interface Segment {
  readonly value: number;
  /** ms. */
  readonly from: number;
  /** ms. */
  readonly to: number;
}

/** The stretches of one value each from `start` to `end`; none is empty. */
export function segments(track: DigitalTrack, start: number, end: number): Segment[] {
  const { changes } = track;
  const result: Segment[] = [];
  changes.forEach(({ time, value }, index) => {
    const from = Math.max(time, start);
    const to = Math.min(changes[index + 1]?.time ?? end, end);
    if (from >= to) return;
    const last = result.at(-1);
    if (last?.value === value) result[result.length - 1] = { ...last, to };
    else result.push({ value, from, to });
  });
  return result;
}

/** The moments from `start` to `end`, both included. */
export function within<T extends { readonly time: number }>(moments: readonly T[], start: number, end: number): T[] {
  return moments.filter(({ time }) => time >= start && time <= end);
}
