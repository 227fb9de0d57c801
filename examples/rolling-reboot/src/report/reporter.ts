// The real reporter: standard output, a hook, alert_sleepi3 and a textfile.
import type { RunProgram } from '@sleepi3/driver';
import { sendAlert, type Alert } from '@sleepi3/program';
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
  readonly replaceTextfile: (path: string, text: string) => Promise<void>;
}

const priorities = { error: '<3>', warning: '<4>', info: '<6>' } as const;
/** ms for a hook. */
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
        attempt('the alert', event.roll, async () => {
          await sendAlert(alertOf(event), host.runProgram);
        }),
      ]);
    },
    gauges: async (gauges, history) => {
      if (settings.metrics === '') return;
      await attempt('the metrics', '', () =>
        host.replaceTextfile(settings.metrics, metricsText(gauges, history, node)),
      );
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

/** What people are told. That a turn begins, or was well, is told to those who ask for it. */
function alertOf({ event, roll, node, text, rollStops = false }: RollEvent): Alert {
  switch (event) {
    case 'start':
      return {
        ...{ kind: 'turn', severity: 'info', subject: node, title: `${node} is rebooted in its turn` },
        text: `${text}. The service is moved away before. Nothing has to be done.`,
      };
    case 'success':
      return {
        ...{ kind: 'turn', severity: 'info', subject: node, title: `${node} was rebooted in its turn` },
        text: `${text}. Nothing has to be done.`,
      };
    case 'failure':
      return {
        ...{ kind: 'roll', severity: 'error', subject: node },
        ...(roll === ''
          ? {
              title: `${node} is not rebooted`,
              text: `${text}. No turn of ${node} begins until that is mended; its timer tries again.`,
            }
          : {
              title: `the rolling reboot of ${node} failed`,
              text: rollStops
                ? `${text}. No other node is rebooted before somebody has looked: "rolling-reboot status".`
                : `${text}. Its timer tries again.`,
            }),
      };
  }
}
