// The dashboard as a page: what its queries answer, laid out as it says, since Grafana is in no Debian.
import { escaped } from './escaped.js';
import type { Prometheus, Series } from './prometheus.js';

export interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit: string;
      readonly mappings?: readonly { readonly options: Readonly<Record<string, Mapping>> }[];
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
    };
  };
  readonly options: { readonly colorMode?: string; readonly textMode?: string };
}

interface Mapping {
  readonly text: string;
  readonly color?: string;
}

interface Span {
  /** s since 1970. */
  readonly from: number;
  readonly to: number;
}

interface Line extends Series {
  readonly name: string;
}

/** px of a column and of a row of the grid, and between panels. */
const grid = { width: 1250 / 24, height: 34, gap: 8 } as const;
const colours: Readonly<Record<string, string>> = {
  green: '#1f7a4d',
  red: '#b3372f',
  yellow: '#9a7400',
  blue: '#3a77ad',
  text: '#2b313a',
};
const plain = '#2b313a';
const lineColours = ['#5b9bd5', '#e0a33a', '#9a7fd1', '#5ab573'] as const;

/** @param span What is shown; the single values are of its end. */
export async function dashboardPage(dashboard: Dashboard, prometheus: Prometheus, span: Span): Promise<string> {
  const panels = [];
  for (const panel of dashboard.panels) panels.push(await draw(panel, prometheus, span));
  const bottom = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h));
  return page(
    dashboard.title,
    `<h1>${escaped(dashboard.title)}</h1><main style="height:${bottom * grid.height}px">${panels.join('')}</main>`,
  );
}

async function draw(panel: Panel, prometheus: Prometheus, span: Span): Promise<string> {
  const { x, y, w, h } = panel.gridPos;
  const place = `left:${x * grid.width}px;top:${y * grid.height}px;width:${w * grid.width - grid.gap}px;height:${h * grid.height - grid.gap}px`;
  const lines: Line[] = [];
  const isStat = panel.type === 'stat';
  for (const { expr, legendFormat } of panel.targets) {
    const query = expr.replaceAll('$instance', '.*');
    const answer = isStat
      ? await prometheus.instant(query, span.to)
      : await prometheus.range(query, span.from, span.to, 300);
    lines.push(...answer.map((one) => ({ ...one, name: legend(legendFormat, one) })));
  }
  const size = { width: w * grid.width - grid.gap - 18, height: h * grid.height - grid.gap - 40 };
  const bodies: Readonly<Record<string, () => string>> = {
    stat: () => stats(panel, lines),
    timeseries: () => graph(panel, lines, span, size),
    'state-timeline': () => states(panel, lines, span, size),
  };
  const body = bodies[panel.type];
  if (body === undefined) throw new Error(`${panel.title}: a panel of the kind ${panel.type} is not drawn`);
  return `<section style="${place}"><h2>${escaped(panel.title)}</h2>${body()}</section>`;
}

const legend = (format: string, { labels }: Series) =>
  format.replace(/\{\{(\w+)\}\}/g, (_, name: string) => labels[name] ?? '');

const mapped = ({ fieldConfig: { defaults } }: Panel, value: number): Mapping | undefined =>
  defaults.mappings?.map(({ options }) => options[String(value)]).find((mapping) => mapping !== undefined);

function stats(panel: Panel, lines: readonly Line[]): string {
  const { unit, thresholds } = panel.fieldConfig.defaults;
  const tiles = lines.map(({ name, points }) => {
    const value = points.at(-1)?.[1] ?? Number.NaN;
    const mapping = mapped(panel, value);
    const step = thresholds?.steps.filter((one) => one.value === null || value >= one.value).at(-1);
    const colour = panel.options.colorMode === 'background' ? (mapping?.color ?? step?.color) : undefined;
    const style = `background:${colours[colour ?? ''] ?? plain}`;
    if (panel.options.textMode === 'name') {
      const [subject = '', said = ''] = name.split(': ');
      return `<div style="${style}"><b>${escaped(said)}</b><span>${escaped(subject)}</span></div>`;
    }
    return `<div style="${style}"><b>${escaped(mapping?.text ?? inUnit(value, unit))}</b><span>${escaped(name)}</span></div>`;
  });
  return `<div class="tiles">${tiles.join('') || `<div style="background:${plain}"><b>none</b></div>`}</div>`;
}

function graph(panel: Panel, lines: readonly Line[], { from, to }: Span, { width, height }: Size): string {
  const { unit } = panel.fieldConfig.defaults;
  const [left, bottom] = [58, height - 44];
  const highest = roundUp(Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)), 0), unit);
  const xOf = (time: number) => left + ((time - from) / (to - from)) * (width - left);
  const yOf = (value: number) => bottom - (value / highest) * (bottom - 8);
  const ticks = [0, 1, 2, 3, 4].map((part) => (highest * part) / 4);
  const scale = ticks.map(
    (value) =>
      `<line x1="${left}" x2="${width}" y1="${yOf(value)}" y2="${yOf(value)}"/><text x="${left - 8}" y="${yOf(value) + 4}" text-anchor="end">${inUnit(value, unit)}</text>`,
  );
  const drawn = lines.map(({ points }, index) => {
    const path = points.map(([time, value]) => `${xOf(time).toFixed(1)},${yOf(value).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" stroke="${lineColours[index % lineColours.length] ?? ''}"/>`;
  });
  return `<svg width="${width}" height="${height}">${scale.join('')}${hours({ from, to }, xOf, bottom + 18)}${drawn.join('')}</svg>${key(lines)}`;
}

function states(panel: Panel, lines: readonly Line[], { from, to }: Span, { width, height }: Size): string {
  const left = 160;
  const xOf = (time: number) => left + ((time - from) / (to - from)) * (width - left);
  const row = (height - 26) / Math.max(lines.length, 1);
  const rows = lines.map(({ name, points }, index) => {
    const y = index * row;
    const pieces = runs(points, to).map(({ start, end, value }) => {
      const colour = colours[mapped(panel, value)?.color ?? 'text'] ?? plain;
      return `<rect x="${xOf(start).toFixed(1)}" width="${(xOf(end) - xOf(start)).toFixed(1)}" y="${(y + 3).toFixed(1)}" height="${(row - 6).toFixed(1)}" fill="${colour}"/>`;
    });
    return `<text x="${left - 10}" y="${(y + row / 2 + 4).toFixed(1)}" text-anchor="end">${escaped(name)}</text>${pieces.join('')}`;
  });
  return `<svg width="${width}" height="${height}">${rows.join('')}${hours({ from, to }, xOf, height - 8)}</svg>`;
}

/** Stretches of one value. */
function runs(points: Series['points'], to: number): { start: number; end: number; value: number }[] {
  const found: { start: number; end: number; value: number }[] = [];
  for (const [time, value] of points) {
    const last = found.at(-1);
    if (last) last.end = time;
    if (last?.value !== value) found.push({ start: time, end: to, value });
  }
  return found;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function hours({ from, to }: Span, xOf: (time: number) => number, y: number): string {
  const times = [0, 1, 2, 3, 4].map((part) => from + ((to - from) * part) / 4);
  return times
    .map((time, index) => {
      const anchor = index === 0 ? 'start' : index === times.length - 1 ? 'end' : 'middle';
      return `<text x="${xOf(time).toFixed(1)}" y="${y}" text-anchor="${anchor}">${new Date(time * 1000).toISOString().slice(11, 16)}</text>`;
    })
    .join('');
}

const key = (lines: readonly Line[]): string =>
  `<p>${lines.map(({ name }, index) => `<i style="background:${lineColours[index % lineColours.length] ?? ''}"></i>${escaped(name)}`).join('')}</p>`;

/** The next number that can be quartered without a rest that one has to read. */
function roundUp(value: number, unit: string): number {
  if (unit === 's' && value > 60) return Math.ceil(value / 240) * 240;
  const size = 10 ** Math.floor(Math.log10(value || 1));
  const steps = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((step) => step * size);
  return steps.find((step) => step >= value) ?? value;
}

/** As Grafana does it: the largest unit of which there is one. */
function inUnit(value: number, unit: string): string {
  const rounded = (number: number) => String(Number(number.toPrecision(3)));
  if (unit === 'volt') return `${rounded(value)} V`;
  if (unit !== 's') return rounded(value);
  const sizes = [
    [86_400, 'days'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const [size, name] = sizes.find(([one]) => value >= one) ?? [0.001, 'ms'];
  return value === 0 ? '0 s' : `${rounded(value / size)} ${name}`;
}

const page = (title: string, body: string): string => `<!doctype html>
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>
body { margin: 0; padding: 14px 14px 6px; width: 1250px; color: #dce3ea; background: #12161b; font: 13px/1.3 "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 12px; font-size: 18px; }
main { position: relative; }
section { position: absolute; box-sizing: border-box; padding: 8px; border: 1px solid #262d35; border-radius: 3px; background: #191e24; }
h2 { margin: 0 0 8px; height: 16px; font-size: 12px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.tiles { display: flex; gap: 6px; height: calc(100% - 24px); }
.tiles div { flex: 1; min-width: 0; display: flex; flex-direction: column; align-items: center; justify-content: center; border-radius: 2px; }
.tiles b { font-size: 18px; }
.tiles span { max-width: 100%; font-size: 11px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
svg line { stroke: #2a313a; }
svg text { fill: #97a3b0; font-size: 11px; }
svg polyline { fill: none; stroke-width: 1.6; }
svg { display: block; }
p { margin: -16px 0 0; font-size: 11px; }
p i { display: inline-block; width: 9px; height: 9px; margin: 0 5px 0 14px; border-radius: 50%; }
</style>
${body}
`;
