// What the programs tell Prometheus, and the rules and the dashboard that read it: of one mind on every name, and with the real
// node exporter, Prometheus and Alertmanager, from the textfile to whoever is told.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { replaceTextfile } from '../../examples/program/src/index.js';
import { metrics as fencing, metricsText as fencingText } from '../../examples/fence-agent/src/watch/metrics.js';
import { metrics as rolling, metricsText as rollingText } from '../../examples/rolling-reboot/src/report/metrics.js';
import { freePort, type Prometheus, startPrometheus, startServer } from '../pictures/prometheus.js';
import { haveRealParts } from './support/real-parts.js';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'examples/alert-agent/prometheus');
const rulesFile = join(folder, 'sleepi3.rules.yml');
const rules = readFileSync(rulesFile, 'utf8');
const dashboard = JSON.parse(readFileSync(join(folder, 'sleepi3.dashboard.json'), 'utf8')) as Dashboard;
const queries = dashboard.panels.flatMap(({ targets }) =>
  targets.map(({ expr }) => expr.replaceAll('$instance', '.*')),
);
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

/** Of node exporter itself. */
const foreign = ['node_textfile_mtime_seconds'];
const known = [...Object.keys(fencing), ...Object.keys(rolling), ...foreign];
/** What looks like one of our metrics, and is no program or unit in a text. */
const namesIn = (text: string) =>
  [...text.matchAll(/\b(?:fence_sleepi3|sleepi3|rolling_reboot|node)_[a-z0-9_]+/g)].map(([name]) => name);

describe('the rules and the dashboard', () => {
  it('name no metric that no program writes', () => {
    const named = [...namesIn(rules), ...queries.flatMap(namesIn)];
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('leave no metric of a program unread', () => {
    const named = new Set([...namesIn(rules), ...queries.flatMap(namesIn)]);
    expect(known.filter((name) => !named.has(name))).toEqual([]);
  });

  it.each([
    ['examples/fence-agent/README.md', fencing],
    ['examples/fence-agent/README.ja.md', fencing],
  ])('%s explains every metric', (path, table) => {
    const text = readFileSync(join(root, path), 'utf8');
    expect(Object.keys(table).filter((name) => !text.includes(name))).toEqual([]);
  });

  it('have a test of each alert', () => {
    const tests = readFileSync(join(folder, 'sleepi3.rules.test.yml'), 'utf8');
    for (const name of alerts) {
      // One that fires, and one that does not.
      expect(tests).toMatch(new RegExp(`- alertname: ${name}\\n +eval_time: \\w+\\n +exp_alerts:\\n`));
      expect(tests).toContain(`alertname: ${name}, eval_time:`);
    }
  });

  it.runIf(haveRealParts('promtool'))('stand before promtool', () => {
    const directory = mkdtempSync(join(tmpdir(), 'queries-'));
    try {
      const asRules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
      writeFileSync(join(directory, 'queries.json'), JSON.stringify({ groups: [{ name: 'queries', rules: asRules }] }));
      const said = promtool('check', 'rules', rulesFile, join(directory, 'queries.json'));
      expect(said).toContain(`SUCCESS: ${alerts.length} rules found`);
      expect(said).toContain(`SUCCESS: ${queries.length} rules found`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.runIf(haveRealParts('promtool'))('fire when they should, by promtool', () => {
    expect(promtool('test', 'rules', join(folder, 'sleepi3.rules.test.yml'))).toContain('SUCCESS');
  });
});

function promtool(...words: readonly string[]): string {
  return execFileSync('promtool', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** An hour ago, all was well; now a fencing has failed. */
function textfiles(now: Date) {
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();
  const board = {
    ...({ extin: false, extout: false, 'extin-count': 0, 'extin-powerdown': true, 'extin-trigger': 'edge' } as const),
    'watchdog-timeout': 60,
  };
  const check = {
    ready: true,
    findings: [],
    board,
    peerFenceable: true,
    wireTest: { at: ago(3600), verdict: 'sound' },
  };
  const figures = { voltages: { voltage1: 12_040, voltage2: 0 }, wakeup: ['poweron'] } as const;
  const turn = { roll: 'r', node: 'raspberrypi-1', result: 'done', rebooted: true, outage: 250 } as const;
  const [started, ended] = [now.getTime() - 3_700_000, now.getTime() - 3_600_000];
  return {
    'fence_sleepi3.prom': fencingText(check, figures, { 'raspberrypi-2': { success: ago(3600), failure: ago(1) } }),
    'rolling_reboot.prom': rollingText(
      { phase: 'idle', lockHeld: true },
      [{ ...turn, started, ended }],
      'raspberrypi-1',
    ),
  };
}

/** ms: how long one may take on a machine that is busy with other tests. */
const inTime = { timeout: 240_000, interval: 250 };

describe.runIf(haveRealParts('prometheus', 'prometheus-node-exporter', 'prometheus-alertmanager'))(
  'a textfile, with the real node exporter, Prometheus and Alertmanager',
  () => {
    const servers: { end(): Promise<void> }[] = [];
    const told: { readonly alertname: string; readonly summary: string }[] = [];
    const directory = mkdtempSync(join(tmpdir(), 'prometheus-'));
    let receiver: Server;
    let prometheus: Prometheus;

    beforeAll(async () => {
      receiver = createServer((request, response) => {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          const { alerts: ones } = JSON.parse(body) as {
            alerts: { labels: { alertname: string }; annotations: { summary: string } }[];
          };
          told.push(
            ...ones.map(({ labels, annotations }) => ({ alertname: labels.alertname, summary: annotations.summary })),
          );
          response.end();
        });
      });
      const receiverPort = await listening(receiver);
      const [exporter, alertmanager] = [await freePort(), await freePort()];
      const textfileDirectory = join(directory, 'textfiles');
      mkdirSync(textfileDirectory);
      for (const [name, text] of Object.entries(textfiles(new Date()))) {
        await replaceTextfile(join(textfileDirectory, name), text);
      }
      const config = (name: string, value: object) => {
        writeFileSync(join(directory, name), JSON.stringify(value));
        return join(directory, name);
      };
      start(
        'prometheus-node-exporter',
        ...[
          '--collector.disable-defaults',
          '--collector.textfile',
          `--collector.textfile.directory=${textfileDirectory}`,
        ],
        `--web.listen-address=127.0.0.1:${exporter}`,
      );
      start(
        'prometheus-alertmanager',
        `--config.file=${config('alertmanager.json', {
          route: { receiver: 'person', group_wait: '0s' },
          receivers: [{ name: 'person', webhook_configs: [{ url: `http://127.0.0.1:${receiverPort}/` }] }],
        })}`,
        ...[`--storage.path=${join(directory, 'alertmanager')}`, '--cluster.listen-address='],
        `--web.listen-address=127.0.0.1:${alertmanager}`,
      );
      const running = await startPrometheus(
        `--config.file=${config('prometheus.json', {
          global: { scrape_interval: '1s', evaluation_interval: '1s' },
          rule_files: [rulesFile],
          scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [`127.0.0.1:${exporter}`] }] }],
          alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager}`] }] }] },
        })}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
      );
      servers.push(running);
      prometheus = running;
    });

    afterAll(async () => {
      await Promise.all(servers.map((server) => server.end()));
      receiver.close();
      rmSync(directory, { recursive: true });
    });

    function start(program: string, ...options: string[]): void {
      servers.push(startServer(program, ...options));
    }

    it('answers every query of the dashboard', async () => {
      await vi.waitFor(async () => {
        const silent: string[] = [];
        for (const query of queries) {
          if ((await prometheus.instant(query, Date.now() / 1000)).length === 0) silent.push(query);
        }
        expect(silent).toEqual([]);
      }, inTime);
    });

    it('tells a person that a fencing failed, and nothing else', async () => {
      await vi.waitFor(() => {
        expect(told).toEqual([{ alertname: 'FencingFailed', summary: 'raspberrypi-2 could not be fenced' }]);
      }, inTime);
    });
  },
);

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
