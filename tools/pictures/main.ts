// The pictures of the guides that are no drawings: npm run pictures [-- --chromium PROGRAM]. Programs' own figures of a day go through
// a real Prometheus, and a real browser shows what it answers. Whoever changes a metric, an alert or the dashboard makes them anew; a
// test notices when that was forgotten.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { alertPage } from './alert-page.js';
import { dashboardPage } from './dashboard-page.js';
import { day, figuresOfDay } from './day.js';
import { made, parts, type PictureName, pictures, query, readDashboard, span } from './made-from.js';
import { withPrometheus } from './prometheus.js';

/** px. */
interface Size {
  readonly width: number;
  readonly height: number;
}

async function main([option, program, ...rest]: readonly string[]): Promise<void> {
  if (rest.length > 0 || (option !== undefined && (option !== '--chromium' || program === undefined))) {
    throw new Error('usage: npm run pictures [-- --chromium PROGRAM]');
  }
  const chromium = program ?? 'chromium';
  const directory = mkdtempSync(join(tmpdir(), 'pictures-'));
  const photograph = (name: PictureName, address: string, size: Size) => {
    execFileSync(
      chromium,
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=1'],
        ...[
          `--user-data-dir=${directory}`,
          `--window-size=${size.width},${size.height}`,
          '--virtual-time-budget=20000',
        ],
        ...[`--screenshot=${join(pictures, name)}`, address],
      ],
      { stdio: 'pipe', timeout: 300_000 },
    );
  };
  const photographPage = (name: PictureName, html: string, size: Size) => {
    const file = join(directory, 'page.html');
    writeFileSync(file, html);
    photograph(name, pathToFileURL(file).href, size);
  };
  try {
    await withPrometheus(figuresOfDay(), join(parts, 'sleepi3.rules.yml'), async (prometheus) => {
      photographPage('dashboard.png', await dashboardPage(readDashboard(), prometheus, span), {
        width: 1278,
        height: 1212,
      });
      photograph('prometheus.png', graphOf(prometheus.address), { width: 1278, height: 914 });
    });
    photographPage('alert.png', alertPage(), { width: 390, height: 646 });
    const { file, text } = await made();
    writeFileSync(file, text);
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Prometheus's own page of the query, over the day. */
function graphOf(address: string): string {
  const end = new Date(day.to).toISOString().slice(0, 16).replace('T', ' ');
  const words = { 'g0.expr': query, 'g0.tab': '0', 'g0.range_input': '1d', 'g0.end_input': end, 'g0.stacked': '0' };
  return `${address}/graph?${new URLSearchParams(words).toString()}`;
}

await main(process.argv.slice(2));
