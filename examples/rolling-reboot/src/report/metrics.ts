// What a rolling reboot tells Prometheus.
import { type MetricTable, textfileOf } from '@sleepi3/program';
import type { Outcome } from '../journal.js';
import { stepNames } from '../step-names.js';
import type { Gauges } from './report.js';

export const metrics = {
  rolling_reboot_last_success_timestamp_seconds: {
    help: 'When this node was last rebooted in its turn and all was well.',
    labels: ['node'],
  },
  rolling_reboot_last_end_timestamp_seconds: {
    help: 'When the last turn of this node ended, well or not.',
    labels: ['node'],
  },
  rolling_reboot_last_result: {
    help: 'How the last turn of this node ended: 1 for the one that holds.',
    labels: ['node', 'result'],
  },
  rolling_reboot_last_duration_seconds: {
    help: 'How long the last turn took that rebooted this node.',
    labels: ['node'],
  },
  rolling_reboot_last_outage_seconds: {
    help: 'Longest time without an answer of the service in that turn, as seen from this node.',
    labels: ['node'],
  },
  rolling_reboot_phase: { help: 'Where the program is: 1 for the phase that holds.', labels: ['node', 'phase'] },
  rolling_reboot_lock_held: { help: 'Whether this node holds the lock of the cluster.', labels: ['node'] },
} as const satisfies MetricTable;

const phases = ['idle', 'waiting', ...stepNames, 'standing-down'] as const;
const results = ['done', 'stood-down', 'failed'] as const satisfies Outcome['result'][];

/** The whole textfile. */
export function metricsText({ phase, lockHeld }: Gauges, history: readonly Outcome[], node: string): string {
  const last = history.at(-1);
  const success = history.filter(({ result }) => result === 'done').at(-1);
  const one = (value: number | boolean | undefined) => [[{ node }, value] as const];
  return textfileOf(metrics, {
    rolling_reboot_last_success_timestamp_seconds: one(success && success.ended / 1000),
    rolling_reboot_last_end_timestamp_seconds: one(last && last.ended / 1000),
    rolling_reboot_last_result: last ? results.map((result) => [{ node, result }, result === last.result]) : [],
    rolling_reboot_last_duration_seconds: one(success && (success.ended - success.started) / 1000),
    rolling_reboot_last_outage_seconds: one(success && success.outage / 1000),
    rolling_reboot_phase: phases.map((name) => [{ node, phase: name }, name === phase]),
    rolling_reboot_lock_held: one(lockHeld),
  });
}
