// The textfile for Prometheus's node exporter.
import type { Outcome } from '../journal.js';
import type { Gauges } from './report.js';
import { stepNames } from '../step-names.js';

const phases = ['idle', 'waiting', ...stepNames, 'standing-down'] as const;

/** The whole textfile. */
export function metricsText({ phase, lockHeld }: Gauges, history: readonly Outcome[], node: string): string {
  const last = history.at(-1);
  const success = history.filter(({ result }) => result === 'done').at(-1);
  const label = `node="${node.replace(/["\\\n]/g, '\\$&')}"`;
  const metric = (name: string, help: string, samples: readonly string[]) =>
    samples.length === 0
      ? []
      : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples.map((one) => `${name}${one}`)];
  const one = (value: number | undefined) => (value === undefined ? [] : [`{${label}} ${value}`]);
  return [
    ...metric(
      'rolling_reboot_last_success_timestamp_seconds',
      'When this node was last rebooted in its turn and all was well.',
      one(success && success.ended / 1000),
    ),
    ...metric(
      'rolling_reboot_last_end_timestamp_seconds',
      'When the last turn of this node ended, well or not.',
      one(last && last.ended / 1000),
    ),
    ...metric(
      'rolling_reboot_last_result',
      'How the last turn of this node ended: 1 for the one that holds.',
      last === undefined
        ? []
        : (['done', 'stood-down', 'failed'] as const).map(
            (result) => `{${label},result="${result}"} ${Number(result === last.result)}`,
          ),
    ),
    ...metric(
      'rolling_reboot_last_duration_seconds',
      'How long the last turn took that rebooted this node.',
      one(success && (success.ended - success.started) / 1000),
    ),
    ...metric(
      'rolling_reboot_last_outage_seconds',
      'Longest time without an answer of the service in that turn, as seen from this node.',
      one(success && success.outage / 1000),
    ),
    ...metric(
      'rolling_reboot_phase',
      'Where the program is: 1 for the phase that holds.',
      phases.map((name) => `{${label},phase="${name}"} ${Number(name === phase)}`),
    ),
    ...metric('rolling_reboot_lock_held', 'Whether this node holds the lock of the cluster.', one(Number(lockHeld))),
    '',
  ].join('\n');
}
