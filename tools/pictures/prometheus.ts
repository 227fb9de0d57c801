// A real Prometheus that has the figures of a day, and nothing else.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One line of an answer: its labels, and its values over time, s since 1970. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number])[];
}

export interface Prometheus {
  readonly address: string;
  /** The answer at a moment, s since 1970. */
  instant(expression: string, time: number): Promise<Series[]>;
  /** The answers of a span, s since 1970. */
  range(expression: string, from: number, to: number, step: number): Promise<Series[]>;
}

/** @param figures In OpenMetrics, with times. */
export async function withPrometheus<T>(
  figures: string,
  rules: string,
  use: (prometheus: Prometheus) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'pictures-'));
  const port = await freePort();
  const [figuresFile, config, data] = ['figures.txt', 'prometheus.json', 'data'].map((name) => join(directory, name));
  if (!figuresFile || !config || !data) throw new Error('no place for the figures');
  writeFileSync(figuresFile, figures);
  writeFileSync(config, JSON.stringify({ rule_files: [rules], global: { evaluation_interval: '5s' } }));
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', figuresFile, data], { stdio: 'pipe' });
  const address = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus',
    [
      ...[`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--storage.tsdb.retention.time=100y'],
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject).once('exit', () => {
      resolve();
    });
  });
  try {
    await Promise.race([isReady(address), ended.then(() => Promise.reject(new Error('prometheus ended by itself')))]);
    return await use({
      address,
      instant: (query, time) => ask(address, 'query', { query, time: String(time) }),
      range: (query, start, end, step) =>
        ask(address, 'query_range', { query, start: String(start), end: String(end), step: String(step) }),
    });
  } finally {
    child.kill();
    await ended.catch(() => undefined);
    rmSync(directory, { recursive: true });
  }
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly Result[] };
}

interface Result {
  readonly metric: Record<string, string>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

async function ask(address: string, what: string, words: Record<string, string>): Promise<Series[]> {
  const response = await fetch(`${address}/api/v1/${what}?${new URLSearchParams(words).toString()}`);
  const { status, error, data } = (await response.json()) as Answer;
  if (status !== 'success') throw new Error(`${words['query'] ?? ''}: ${error ?? status}`);
  return (data?.result ?? [])
    .map(({ metric, value, values }) => ({
      labels: metric,
      points: (values ?? (value ? [value] : [])).map(([time, number]) => [time, Number(number)] as const),
    }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** By node first. */
const keyOf = ({ labels }: Series) => `${labels['instance'] ?? ''} ${JSON.stringify(labels)}`;

async function isReady(address: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${address}/-/ready`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
