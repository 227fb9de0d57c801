// The real reporter: standard output, a hook, a webhook and a textfile.
import type { RunProgram } from '@sleepi3/driver';
import { messageOf } from '../errors.js';
import { metricsText } from './metrics.js';
import type { Reporter, RollEvent } from './report.js';
import type { Settings } from '../settings.js';

/** What it needs of the outside. */
export interface ReporterHost {
  readonly write: (text: string) => void;
  /** Lines carry the journal's priorities (sd-daemon(3)). */
  readonly toJournal: boolean;
  /** Lines are JSON objects. */
  readonly json: boolean;
  readonly runProgram: RunProgram;
  /** Posts JSON. @returns the HTTP status. */
  readonly post: (url: string, body: string, timeoutMs: number) => Promise<number>;
  readonly replaceFile: (path: string, text: string) => Promise<void>;
}

const priorities = { error: '<3>', warning: '<4>', info: '<6>' } as const;
/** ms for a hook or a webhook. */
const patienceMs = 30_000;

export function reporter(settings: Settings, host: ReporterHost): Reporter {
  const { node } = settings;
  const line: Reporter['line'] = (level, text, roll) => {
    if (host.json) host.write(`${JSON.stringify({ level, node, ...(roll && { roll }), text })}\n`);
    else
      host.write(
        `${host.toJournal ? priorities[level] : ''}${roll ? `roll=${roll} ` : ''}${text.replaceAll('\n', ' ')}\n`,
      );
  };
  // Whoever is told must not be able to stop a roll.
  const attempt = async (what: string, roll: string, body: () => Promise<void>) => {
    await body().catch((error: unknown) => {
      line('warning', `${what}: ${messageOf(error)}`, roll);
    });
  };
  return {
    line,
    event: async (event) => {
      await Promise.all([
        attempt('the hook', event.roll, () => callHook(event, settings.hook, host)),
        attempt('the webhook', event.roll, () => callWebhook(event, settings.webhook, host)),
      ]);
    },
    gauges: async (gauges, history) => {
      if (settings.metrics === '') return;
      await attempt('the metrics', '', () => host.replaceFile(settings.metrics, metricsText(gauges, history, node)));
    },
  };
}

async function callHook(
  { event, roll, node, text }: RollEvent,
  [program, ...words]: readonly string[],
  { runProgram }: ReporterHost,
): Promise<void> {
  if (program === undefined) return;
  const result = await runProgram(program, [...words, event, roll, node, text], { timeout: patienceMs });
  if (result.status === 0) return;
  const end = result.timedOut
    ? `did not end within ${patienceMs / 1000} s`
    : `exited ${result.status ?? result.signal ?? ''}`;
  throw new Error(`${program} ${end}: ${result.stderr.trim()}`);
}

async function callWebhook(event: RollEvent, url: string, { post }: ReporterHost): Promise<void> {
  if (url === '') return;
  // The path and the query of a webhook are its secret, and the error of a request may repeat them.
  const { origin } = new URL(url);
  const status = await post(url, JSON.stringify(event), patienceMs).catch((error: unknown) => {
    const { code, name, cause } = error as NodeJS.ErrnoException;
    throw new Error(`${origin}: ${(cause as NodeJS.ErrnoException | undefined)?.code ?? code ?? name}`);
  });
  if (status < 200 || status > 299) throw new Error(`${origin}: HTTP ${status}`);
}
