// What a node's fencing tells Prometheus.
import { type Voltages, type WakeupFlag, wakeupFlags } from '@sleepi3/driver';
import { type MetricTable, textfileOf } from '@sleepi3/program';
import type { CheckReport } from '../commands/check.js';
import type { Acts } from './memory.js';

export const metrics = {
  sleepi3_voltage_volts: {
    help: 'Supply voltage at CN1 and CN2, as the board measured it last.',
    labels: ['supply'],
  },
  sleepi3_extin: { help: 'Whether EXTIN is asserted: the other node fences or wakes this one.' },
  sleepi3_extout: { help: 'Whether EXTOUT is asserted: this node fences or wakes the other one.' },
  sleepi3_fenceable: { help: 'Whether the board would cut the power of this node: EIPDE is 1 and EITRG is edge.' },
  sleepi3_watchdog_timeout_seconds: { help: 'Time without a heartbeat after which the board acts; 0 is never.' },
  sleepi3_wakeup: { help: 'What last powered this node on: 1 for each cause that holds.', labels: ['cause'] },
  fence_sleepi3_ready: { help: 'Whether this node could fence and be fenced, as fence_sleepi3 check says.' },
  fence_sleepi3_peer_fenceable: { help: 'Whether the other node says that it would go down if it were fenced.' },
  fence_sleepi3_wire_test_timestamp_seconds: { help: 'When the wire to the other node was last tested.' },
  fence_sleepi3_wire_test_sound: { help: 'Whether the last test found the wire sound.' },
  fence_sleepi3_wake_owed: { help: 'Whether a fenced node is owed its wake pulse, and may still be off.' },
  fence_sleepi3_last_success_timestamp_seconds: {
    help: 'When this node last cut the power of the other one.',
    labels: ['target'],
  },
  fence_sleepi3_last_failure_timestamp_seconds: {
    help: 'When this node last failed to cut the power of the other one.',
    labels: ['target'],
  },
} as const satisfies MetricTable;

/** What of the board only a watcher wants to know. */
export interface BoardFigures {
  readonly voltages: Pick<Voltages, 'voltage1' | 'voltage2'>;
  readonly wakeup: readonly WakeupFlag[];
}

/** The whole textfile. What is not known is not in it. */
export function metricsText(
  { ready, board, peerFenceable, wireTest, owedWake }: CheckReport,
  figures: BoardFigures | undefined,
  acts: Acts,
): string {
  const seconds = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time) / 1000);
  const endsOf = (end: 'success' | 'failure') =>
    Object.entries(acts).map(([target, ends]) => [{ target }, seconds(ends[end])] as const);
  return textfileOf(metrics, {
    sleepi3_voltage_volts: figures
      ? [
          [{ supply: 'CN1' }, figures.voltages.voltage1 / 1000],
          [{ supply: 'CN2' }, figures.voltages.voltage2 / 1000],
        ]
      : [],
    sleepi3_extin: board?.extin,
    sleepi3_extout: board?.extout,
    sleepi3_fenceable: board && board['extin-powerdown'] && board['extin-trigger'] === 'edge',
    sleepi3_watchdog_timeout_seconds: board?.['watchdog-timeout'],
    sleepi3_wakeup: figures ? wakeupFlags.map((cause) => [{ cause }, figures.wakeup.includes(cause)]) : [],
    fence_sleepi3_ready: ready,
    fence_sleepi3_peer_fenceable: peerFenceable,
    fence_sleepi3_wire_test_timestamp_seconds: seconds(wireTest?.at),
    fence_sleepi3_wire_test_sound: wireTest ? wireTest.verdict === 'sound' : undefined,
    fence_sleepi3_wake_owed: owedWake !== undefined,
    fence_sleepi3_last_success_timestamp_seconds: endsOf('success'),
    fence_sleepi3_last_failure_timestamp_seconds: endsOf('failure'),
  });
}
