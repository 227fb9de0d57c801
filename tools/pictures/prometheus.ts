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
  const [figuresFile, config, data] = ['figures.txt', 'prometheus.json', 'data'].map((name) => join(directory, name));
  if (!figuresFile || !config || !data) throw new Error('no place for the figures');
  try {
    writeFileSync(figuresFile, figures);
    writeFileSync(config, JSON.stringify({ rule_files: [rules], global: { evaluation_interval: '5s' } }));
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', figuresFile, data], { stdio: 'pipe' });
    const prometheus = await startPrometheus(
      ...[`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--storage.tsdb.retention.time=100y'],
    );
    try {
      return await use(prometheus);
    } finally {
      await prometheus.end();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Starts one at a port of its own; it is ready when this returns: before that it answers every query by 503. */
export async function startPrometheus(...options: string[]): Promise<Prometheus & { end(): Promise<void> }> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const server = startServer('prometheus', ...options, `--web.listen-address=127.0.0.1:${port}`);
  const waiting = new AbortController();
  try {
    await Promise.race([isReady(address, waiting.signal), server.hasEnded]);
  } catch (error) {
    await server.end();
    throw error;
  } finally {
    waiting.abort();
  }
  return {
    address,
    instant: (query, time) => ask(address, 'query', { query, time: String(time) }),
    range: (query, start, end, step) =>
      ask(address, 'query_range', { query, start: String(start), end: String(end), step: String(step) }),
    end: () => server.end(),
  };
}

/** `hasEnded` never resolves: it rejects when the program cannot be started, or ends before it is told to. */
export function startServer(program: string, ...options: string[]) {
  const child = spawn(program, options, { stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (text: Buffer) => (told = `${told}${text.toString()}`.slice(-2000)));
  const ended = new Promise<string>((resolve) => {
    child
      .once('error', (error) => {
        resolve(error.message);
      })
      .once('close', (status, signal) => {
        resolve(`${program} ended with ${signal ?? `status ${status}`}: ${told}`);
      });
  });
  let isToEnd = false;
  const hasEnded = new Promise<never>((_, reject) => {
    void ended.then((how) => {
      if (!isToEnd) reject(new Error(how));
    });
  });
  hasEnded.catch(() => undefined);
  return {
    hasEnded,
    async end(): Promise<void> {
      isToEnd = true;
      child.kill();
      await ended;
    },
  };
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

async function isReady(address: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const response = await fetch(`${address}/-/ready`, { signal }).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
