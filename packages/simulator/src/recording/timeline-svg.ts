// A timeline as a picture that a person reads: lanes over a common axis of seconds, light and dark.
import {
  type DigitalTrack,
  type EventTrack,
  type Segment,
  segments,
  type Timeline,
  type Tone,
  type TrackGroup,
  within,
} from './timeline.js';

export interface DrawingOptions {
  /** Of the picture, px; default 960. */
  readonly width?: number;
  /** Which time, ms of the clock, the axis calls 0; default the start. */
  readonly origin?: number;
}

const margin = 24;
const axisHeight = 40;
const groupGap = 22;
const laneGap = 10;
const labelRow = 17;
const laneHeights = { line: 22, number: 30, ticks: 14 } as const;
/** Of the 11 px labels, on average and generously. */
const characterWidth = 6.5;

/** Draws a timeline as an SVG that needs nothing else. */
export function drawTimeline(timeline: Timeline, options: DrawingOptions = {}): string {
  const width = options.width ?? 960;
  const scale = new Scale(timeline, width, options.origin ?? timeline.start);
  const body: string[] = [];
  let y = margin + 18;
  body.push(text(margin, y, timeline.title, 'title'));
  y += 14;
  const top = y;
  for (const group of timeline.groups) {
    y += groupGap;
    const drawn = drawGroup(group, scale, y);
    body.push(drawn.svg);
    y = drawn.bottom;
  }
  const height = y + axisHeight + 6;
  const grid = drawAxis(scale, top + 6, y + 4);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${px(height)}" width="${width}" height="${px(height)}" role="img" aria-labelledby="title">`,
    `<title id="title">${escape(timeline.title)}</title>`,
    `<style>${styles}</style>`,
    `<rect class="paper" width="${width}" height="${px(height)}"/>`,
    grid,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** Where a time is in the picture. */
class Scale {
  readonly start: number;
  readonly end: number;
  readonly left: number;
  readonly right: number;
  readonly #origin: number;

  constructor({ start, end, groups }: Timeline, width: number, origin: number) {
    this.start = start;
    // A timeline of one instant is drawn as a second.
    this.end = end > start ? end : start + 1000;
    const names = groups.flatMap(({ name, tracks }) => [
      name.length * 8.4,
      ...tracks.map((track) => track.name.length * 7.2),
    ]);
    this.left = margin + Math.max(60, ...names) + 14;
    this.right = width - margin;
    this.#origin = origin;
  }

  x(time: number): number {
    return this.left + ((time - this.start) / (this.end - this.start)) * (this.right - this.left);
  }

  seconds(time: number): number {
    return (time - this.#origin) / 1000;
  }

  /** The times of round seconds, not too close together, and what to call them. */
  ticks(): { time: number; label: string }[] {
    const duration = (this.end - this.start) / 1000;
    const room = (this.right - this.left) / 56;
    const step = tickSteps.find((candidate) => duration / candidate <= room) ?? duration;
    const first = Math.ceil(this.seconds(this.start) / step);
    const last = Math.floor(this.seconds(this.end) / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const seconds = (first + index) * step;
      return { time: seconds * 1000 + this.#origin, label: String(Number(seconds.toFixed(3))) };
    });
  }
}

const tickSteps = [
  0.001, 0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400,
];

function drawAxis(scale: Scale, top: number, bottom: number): string {
  const lines = scale.ticks().map(({ time, label }) => {
    const x = px(scale.x(time));
    return (
      `<line class="grid" x1="${x}" y1="${px(top)}" x2="${x}" y2="${px(bottom)}"/>` +
      text(scale.x(time), bottom + 17, label, 'tick', 'middle')
    );
  });
  return [
    ...lines,
    `<line class="axis" x1="${px(scale.left)}" y1="${px(bottom)}" x2="${px(scale.right)}" y2="${px(bottom)}"/>`,
    text(scale.left - 12, bottom + 17, 'seconds', 'tick', 'end'),
  ].join('\n');
}

function drawGroup(group: TrackGroup, scale: Scale, top: number): { svg: string; bottom: number } {
  const parts = [text(margin, top + 4, group.name, 'group')];
  const lanesTop = top + 14;
  let y = lanesTop;
  for (const track of group.tracks) {
    if (track.kind === 'digital') {
      const height = track.width === 1 ? laneHeights.line : laneHeights.number;
      parts.push(laneName(track.name, y + height / 2));
      parts.push(track.width === 1 ? drawLine(track, scale, y, height) : drawNumber(track, scale, y, height));
      y += height + laneGap;
    } else {
      const ticks = within(track.events, scale.start, scale.end).filter(({ label }) => label === undefined);
      if (ticks.length > 0) {
        parts.push(laneName(track.name, y + laneHeights.ticks / 2));
        parts.push(drawTicks(ticks, scale, y, laneHeights.ticks));
        y += laneHeights.ticks + laneGap;
      }
    }
  }
  const marks = drawMarks(group, scale, lanesTop, y);
  return { svg: [...marks.lines, ...parts, ...marks.labels].join('\n'), bottom: y + marks.rows * labelRow };
}

/** A line: filled while it is asserted. It says how long it was not as at the beginning, where there is room. */
function drawLine(track: DigitalTrack, scale: Scale, top: number, height: number): string {
  const { name, tone = 'neutral' } = track;
  const all = segments(track, scale.start, scale.end);
  const drawn = all.map(({ value, from, to }) => {
    const [x1, x2] = [scale.x(from), scale.x(to)];
    const duration = `${((to - from) / 1000).toFixed(1)} s`;
    const hint = `${name} ${value} from ${scale.seconds(from).toFixed(3)} s, for ${duration}`;
    const box = `x="${px(x1)}" y="${px(top)}" width="${px(x2 - x1)}" height="${height}"`;
    const area = `<rect class="${value === 0 ? 'hit' : `fill ${tone}`}" ${box}><title>${escape(hint)}</title></rect>`;
    const room = x2 - x1 > duration.length * characterWidth + 8;
    if (value === all[0]?.value || !room) return area;
    return area + text((x1 + x2) / 2, top + height / 2 + 4, duration, 'duration', 'middle');
  });
  const wave = steps(all, scale, ({ value }) => (value === 0 ? top + height : top));
  return [...drawn, `<path class="wave ${tone}" d="${wave}"/>`].join('\n');
}

/** A number: a staircase up to its own maximum, with its peaks, and the other values where there is room. */
function drawNumber(track: DigitalTrack, scale: Scale, top: number, height: number): string {
  const { tone = 'neutral' } = track;
  const all = segments(track, scale.start, scale.end);
  const low = top + height;
  const most = Math.max(1, ...all.map(({ value }) => value));
  const level = ({ value }: Segment) => low - (value / most) * (height - 12);
  const labels = all.flatMap((segment, index) => {
    const { value, from, to } = segment;
    const [x1, x2] = [scale.x(from), scale.x(to)];
    const length = String(value).length * characterWidth;
    const isPeak = value > (all[index + 1]?.value ?? 0);
    if (value === 0 || !(isPeak || x2 - x1 >= length + 4)) return [];
    const x = Math.min((x1 + x2) / 2, scale.right - length / 2);
    return text(x, level(segment) - 3, String(value), 'value', 'middle');
  });
  const wave = steps(all, scale, level);
  const area = `${wave}V${px(low)}H${px(scale.x(all[0]?.from ?? scale.start))}Z`;
  return [`<path class="fill ${tone}" d="${area}"/>`, `<path class="wave ${tone}" d="${wave}"/>`, ...labels].join('\n');
}

/** The outline of a signal. */
function steps(all: readonly Segment[], scale: Scale, level: (segment: Segment) => number): string {
  return all
    .map((segment, index) => {
      const y = px(level(segment));
      return `${index === 0 ? `M${px(scale.x(segment.from))},${y}` : `V${y}`}H${px(scale.x(segment.to))}`;
    })
    .join('');
}

/** One tick an event; those that fall on the same half pixel and say the same are one. */
function drawTicks(events: EventTrack['events'], scale: Scale, top: number, height: number): string {
  const ticks = events.map(({ time, tone = 'neutral' }) => {
    const x = px(Math.round(scale.x(time) * 2) / 2);
    return `<line class="beat ${tone}" x1="${x}" y1="${px(top)}" x2="${x}" y2="${px(top + height)}"/>`;
  });
  return [...new Set(ticks)].join('\n');
}

/**
 * Labelled events: a line through the group, and its label below in the first row with room for it. From the right to the
 * left, so that no line runs through the label of a later one.
 */
function drawMarks(
  group: TrackGroup,
  scale: Scale,
  top: number,
  bottom: number,
): { lines: string[]; labels: string[]; rows: number } {
  const lines: string[] = [];
  const labels: string[] = [];
  const rowStarts: number[] = [];
  for (const { time, label, tone = 'neutral' } of labelledEvents(group, scale)) {
    const x = scale.x(time);
    const words = `${label} · ${scale.seconds(time).toFixed(1)} s`;
    const length = words.length * characterWidth;
    const atRight = x + length + 4 > scale.right;
    const from = atRight ? x - length - 4 : x + 4;
    let row = rowStarts.findIndex((start) => from + length + 8 <= start);
    if (row === -1) row = rowStarts.length;
    rowStarts[row] = atRight ? from : x;
    const y = bottom + row * labelRow + 10;
    lines.push(`<line class="mark ${tone}" x1="${px(x)}" y1="${px(top)}" x2="${px(x)}" y2="${px(y)}"/>`);
    labels.push(text(atRight ? x - 4 : x + 4, y, words, `label ${tone}`, atRight ? 'end' : 'start'));
  }
  return { lines, labels, rows: rowStarts.length };
}

function labelledEvents(group: TrackGroup, { start, end }: Scale): { time: number; label: string; tone?: Tone }[] {
  return group.tracks
    .flatMap((track) => (track.kind === 'events' ? within(track.events, start, end) : []))
    .flatMap(({ label, ...event }) => (label === undefined ? [] : [{ ...event, label }]))
    .sort((a, b) => b.time - a.time);
}

function laneName(name: string, middle: number): string {
  return text(margin, middle + 4, name, 'lane');
}

function text(x: number, y: number, words: string, style: string, anchor = 'start'): string {
  return `<text class="${style}" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${escape(words)}</text>`;
}

/** A hundredth of a pixel is plenty. */
function px(value: number): string {
  return String(Number(value.toFixed(2)));
}

function escape(words: string): string {
  return words.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

type Palette = Readonly<Record<'paper' | 'ink' | 'muted' | 'grid' | Tone, string>>;

const light: Palette = {
  paper: '#ffffff',
  ink: '#1f2328',
  muted: '#59636e',
  grid: '#e4e8ec',
  neutral: '#6e7781',
  info: '#0969da',
  good: '#1a7f37',
  warn: '#bc4c00',
  bad: '#cf222e',
};

const dark: Palette = {
  paper: '#0d1117',
  ink: '#e6edf3',
  muted: '#9198a1',
  grid: '#262c34',
  neutral: '#9198a1',
  info: '#58a6ff',
  good: '#3fb950',
  warn: '#f0883e',
  bad: '#f85149',
};

const tones: readonly Tone[] = ['neutral', 'info', 'good', 'warn', 'bad'];

// No custom properties: not every program that draws SVG knows them.
function colours(palette: Palette): string {
  return [
    `.paper{fill:${palette.paper}}`,
    `.label,.value{stroke:${palette.paper}}`,
    `.title,.group,.lane,.duration,.value{fill:${palette.ink}}`,
    `.tick{fill:${palette.muted}}`,
    `.grid{stroke:${palette.grid}}`,
    `.axis{stroke:${palette.muted}}`,
    ...tones.flatMap((tone) => [
      `.wave.${tone},.beat.${tone},.mark.${tone}{stroke:${palette[tone]}}`,
      `.fill.${tone},.label.${tone}{fill:${palette[tone]}}`,
    ]),
  ].join('');
}

const styles = [
  'text{font-family:system-ui,-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif;font-size:11px}',
  '.title{font-size:16px;font-weight:600}',
  '.group{font-size:13px;font-weight:600}',
  '.lane{font-size:12px}',
  '.label{font-weight:600}',
  // What crosses a label does not make it illegible.
  '.label,.value{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}',
  '.beat{stroke-width:1;stroke-opacity:.7}',
  '.wave{fill:none;stroke-width:1.6}',
  '.fill{fill-opacity:.16}',
  '.hit{fill-opacity:0}',
  '.mark{stroke-width:1.2;stroke-dasharray:3 3}',
  '.grid,.axis{stroke-width:1}',
  colours(light),
  `@media (prefers-color-scheme:dark){${colours(dark)}}`,
].join('');
