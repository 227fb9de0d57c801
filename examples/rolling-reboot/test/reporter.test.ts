import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../src/journal.js';
import { metricsText } from '../src/report/metrics.js';
import { nodeHost } from '../src/node/node-host.js';
import { reporter, type ReporterHost } from '../src/report/reporter.js';
import { readSettings } from '../src/settings.js';

const texts = {
  service: 'VIP',
  url: 'http://vip/',
  webhook: 'https://hooks.example/T0/s3cr3t?key=s3cr3t',
  hook: '/bin/hook -v',
  metrics: '/m.prom',
};
const settings = readSettings(texts, { hostname: 'n1' });
const event = { event: 'failure', roll: 'r1', node: 'n1', text: 'it failed' } as const;

function world(overrides: Partial<ReporterHost> = {}) {
  const lines: string[] = [];
  const calls: unknown[][] = [];
  const host: ReporterHost = {
    write: (text) => lines.push(text),
    toJournal: true,
    json: false,
    runProgram: async (...args) => {
      calls.push(args);
      return { status: 0, signal: null, stdout: '', stderr: '', timedOut: false };
    },
    post: async (...args) => {
      calls.push(args);
      return 200;
    },
    replaceFile: async (...args) => void calls.push(args),
    ...overrides,
  };
  return { lines, calls, reporter: reporter(settings, host) };
}

describe('the reporter', () => {
  it('calls the hook with the event and posts it to the webhook', async () => {
    const { calls, lines, reporter: report } = world();
    await report.event(event);
    expect(calls).toContainEqual(['/bin/hook', ['-v', 'failure', 'r1', 'n1', 'it failed'], { timeout: 30_000 }]);
    expect(calls).toContainEqual([settings.webhook, JSON.stringify(event), 30_000]);
    expect(lines).toEqual([]);
  });

  it('survives a hook and a webhook that fail, and never writes the secret of the webhook', async () => {
    const refused = Object.assign(new Error(`cannot reach ${settings.webhook}`), { code: 'ECONNREFUSED' });
    for (const post of [
      async () => Promise.reject(new TypeError(`fetch failed for ${settings.webhook}`, { cause: refused })),
      async () => Promise.reject(refused),
      async () => 500,
    ]) {
      const { lines, reporter: report } = world({ post, runProgram: async () => Promise.reject(new Error('ENOENT')) });
      await report.event(event);
      expect(lines).toHaveLength(2);
      expect(lines.join('')).not.toContain('s3cr3t');
      expect(lines.join('')).toMatch(/https:\/\/hooks\.example: (?:ECONNREFUSED|HTTP 500)/);
    }
  });

  it('is not held up or led elsewhere by what the webhook answers', async () => {
    let told = 0;
    const elsewhere: string[] = [];
    const server = createServer((request, response) => {
      if (request.url === '/s3cr3t-redirect') {
        response.writeHead(307, { location: '/elsewhere' }).end();
      } else if (request.url === '/s3cr3t-endless') {
        const pour = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.writeHead(200).on('drain', pour);
        pour();
        response.once('close', () => told++);
      } else if (request.url === '/s3cr3t-garbage') {
        request.socket.end('\u0000\u001b[31m HTTP?\r\n\r\n');
      } else elsewhere.push(request.url ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lines: string[] = [];
    for (const answer of ['endless', 'redirect', 'garbage']) {
      const told = readSettings({ ...texts, hook: '', webhook: `${origin}/s3cr3t-${answer}` }, { hostname: 'n1' });
      const { report } = nodeHost(told, {
        stateDirectory: '/nowhere',
        json: false,
        write: (text) => lines.push(text),
        toJournal: false,
        pid: 1,
        env: {},
        signal: new AbortController().signal,
      });
      await report.event(event);
    }
    await new Promise((resolve) => server.close(resolve));
    expect({ told, elsewhere }).toEqual({ told: 1, elsewhere: [] });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^roll=r1 the webhook: http:\/\/127\.0\.0\.1:\d+: \w+\n$/);
  });

  it('says how a hook has ended', async () => {
    const result = { status: 3, signal: null, stdout: '', stderr: 'no\n', timedOut: false };
    const one = world({ runProgram: async () => result });
    await one.reporter.event(event);
    expect(one.lines.join('')).toContain('/bin/hook exited 3: no');
    const other = world({ runProgram: async () => ({ ...result, status: null, timedOut: true }) });
    await other.reporter.event(event);
    expect(other.lines.join('')).toContain('did not end within 30 s');
  });

  it('writes lines with one roll id, for the journal with their priority, or as JSON', () => {
    const journal = world();
    journal.reporter.line('error', 'two\nlines', 'r1');
    expect(journal.lines).toEqual(['<3>roll=r1 two lines\n']);
    const json = world({ json: true });
    json.reporter.line('info', 'text', 'r1');
    expect(JSON.parse(json.lines[0]!)).toEqual({ level: 'info', node: 'n1', roll: 'r1', text: 'text' });
  });
});

describe('the textfile', () => {
  const outcome: Outcome = {
    roll: 'r',
    node: 'n1',
    result: 'done',
    started: 1000,
    ended: 91_000,
    rebooted: true,
    outage: 40,
  };

  it('tells the last success, its duration and outage, the phase and the lock', () => {
    const failed: Outcome = { ...outcome, result: 'failed', started: 200_000, ended: 300_000, outage: 9 };
    const text = metricsText({ phase: 'soak', lockHeld: true }, [outcome, failed], 'n1');
    for (const line of [
      'rolling_reboot_last_success_timestamp_seconds{node="n1"} 91',
      'rolling_reboot_last_end_timestamp_seconds{node="n1"} 300',
      'rolling_reboot_last_result{node="n1",result="failed"} 1',
      'rolling_reboot_last_duration_seconds{node="n1"} 90',
      'rolling_reboot_last_outage_seconds{node="n1"} 0.04',
      'rolling_reboot_phase{node="n1",phase="soak"} 1',
      'rolling_reboot_phase{node="n1",phase="idle"} 0',
      'rolling_reboot_lock_held{node="n1"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('has nothing of a last turn before there was one, and every line in the format', () => {
    const text = metricsText({ phase: 'idle', lockHeld: false }, [], 'n"1');
    expect(text).not.toContain('last_success');
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+\{(?:\w+="(?:[^"\\]|\\.)*",?)+\} [\d.]+)$/);
    }
  });
});
