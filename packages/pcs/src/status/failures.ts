// The failed resource operations of a cluster status.
import { baseId } from '../semantics/ids.js';
import { parseTime } from '../xml/times.js';
import { escapedText, integer, lenient, optional, shape, text, type WithUnknown } from '../xml/shape.js';

/** A failed operation, shown until `resource cleanup` or its failure-timeout. */
export interface ResourceFailure extends WithUnknown {
  /** Operation key: `VIP_monitor_10000`; a bare operation id in some versions. */
  readonly opKey: string;
  /** The node it failed on. */
  readonly node: string;
  /** The exit code in words: `not running`. */
  readonly exitStatus: string;
  /** What the agent said, with its line breaks; empty when it said nothing. */
  readonly exitReason: string;
  /** Exit code by the OCF standard. */
  readonly exitCode: number;
  readonly call: number;
  /** How the executor ended it: `complete`, `Timed Out`, `Error` … */
  readonly status: string;
  readonly lastRcChange: Date | undefined;
  /** Milliseconds it waited. */
  readonly queuedMs: number | undefined;
  /** Milliseconds it took. */
  readonly execMs: number | undefined;
  /** Milliseconds between runs; 0 for one that does not recur. */
  readonly intervalMs: number | undefined;
  readonly task: string | undefined;
}

/** How {@link ResourceFailure} is read. */
export const resourceFailure = shape<ResourceFailure>({
  opKey: text('op_key', 'id'),
  node: text('node'),
  exitStatus: text('exitstatus'),
  exitReason: escapedText('exitreason'),
  exitCode: integer('exitcode'),
  call: integer('call'),
  status: text('status'),
  lastRcChange: lenient(['last-rc-change'], parseTime),
  queuedMs: optional(integer('queued')),
  execMs: optional(integer('exec')),
  intervalMs: optional(integer('interval')),
  task: optional(text('task')),
});

/**
 * The resource whose operation failed, taken from {@link ResourceFailure.opKey}, by the id that is configured: `ClusterIP`
 * of `ClusterIP:0_monitor_30000`. Undefined when that is not a key.
 */
export function failedResource(failure: ResourceFailure): string | undefined {
  const { opKey, task, intervalMs } = failure;
  const suffix = task === undefined || intervalMs === undefined ? /_[a-z]+(?:_[a-z]+)?_\d+$/ : `_${task}_${intervalMs}`;
  const end = typeof suffix === 'string' ? opKey.lastIndexOf(suffix) : opKey.search(suffix);
  return end > 0 ? baseId(opKey.slice(0, end)) : undefined;
}

/** What failed: `monitor`, `start`, `migrate_to` …; taken from the key where crm_mon does not say (it does not of a CIB in a file). */
export function failedTask({ task, opKey }: ResourceFailure): string | undefined {
  return task ?? /_([a-z]+(?:_(?:to|from))?)_\d+$/.exec(opKey)?.[1];
}

/** A failure in one line: `monitor of ClusterIP failed on raspberrypi-1: the address is gone; second line`. */
export function describeFailure(failure: ResourceFailure): string {
  const { opKey, node, exitReason, exitStatus } = failure;
  const said = exitReason === '' ? exitStatus : exitReason.trim().replaceAll(/\s*[\r\n]+\s*/g, '; ');
  return `${failedTask(failure) ?? 'an operation'} of ${failedResource(failure) ?? opKey} failed on ${node}: ${said}`;
}
