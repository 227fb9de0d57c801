// What each photographed picture of the guides is made from, as a hash: one that is kept beside the pictures tells when they are stale.
// No Prometheus and no browser are needed for it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertPage } from './alert-page.js';
import { type Dashboard, dashboardPage } from './dashboard-page.js';
import { day, figuresOfDay, hour } from './day.js';
import type { Prometheus, Series } from './prometheus.js';

const root = join(import.meta.dirname, '../..');

export const pictures = join(root, 'docs/pictures');
export const parts = join(root, 'examples/alert-agent/prometheus');
/** s since 1970. */
export const span = { from: day.from / 1000, to: day.to / 1000 } as const;
/** What Prometheus's own page is asked for. */
export const query = 'sleepi3_voltage_volts';

export type PictureName = 'alert.png' | 'dashboard.png' | 'prometheus.png';

/** A picture: what it was made from, and itself. */
export interface Made {
  readonly from: string;
  readonly picture: string;
}

const recordFile = join(pictures, 'made-from.json');

export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync(join(parts, 'sleepi3.dashboard.json'), 'utf8')) as Dashboard;
}

/** What was kept when the pictures were made. */
export function readRecord(): Readonly<Record<PictureName, Made>> {
  return JSON.parse(readFileSync(recordFile, 'utf8')) as Record<PictureName, Made>;
}

/** What is to be kept of the pictures as they are now. */
export async function made(): Promise<{ readonly file: string; readonly text: string }> {
  const from = await madeFrom();
  const record = Object.entries(from).map(
    ([name, hash]) => [name, { from: hash, picture: pictureHash(name) }] as const,
  );
  return { file: recordFile, text: `${JSON.stringify(Object.fromEntries(record), null, 2)}\n` };
}

/** What each picture would be made from now. */
export async function madeFrom(): Promise<Readonly<Record<PictureName, string>>> {
  const figures = figuresOfDay(hour);
  const page = await dashboardPage(readDashboard(), echo, span);
  const voltages = figures.split('\n').filter((line) => line.includes(query));
  return {
    'alert.png': hashOf(alertPage()),
    'dashboard.png': hashOf(page, figures),
    'prometheus.png': hashOf(query, ...voltages),
  };
}

export function pictureHash(name: string): string {
  return hashOf(readFileSync(join(pictures, name)));
}

/** Answers each query with a line that stands for it, so that the page changes with the query. */
const echo: Prometheus = {
  address: '',
  instant: (expression, time) => Promise.resolve([seriesOf(expression, [time])]),
  range: (expression, from, to) => Promise.resolve([seriesOf(expression, [from, to])]),
};

function seriesOf(expression: string, times: readonly number[]): Series {
  const value = parseInt(hashOf(expression).slice(0, 6), 16);
  return { labels: { instance: 'node' }, points: times.map((time, index) => [time, value + index]) };
}

function hashOf(...contents: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content).update('\0');
  return hash.digest('hex').slice(0, 16);
}
