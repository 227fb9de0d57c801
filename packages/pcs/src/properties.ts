// Pacemaker's cluster properties as data: what each may be set to, and which settings endanger the cluster.
// Source: pacemaker-controld(7), pacemaker-schedulerd(7) and the metadata of pacemaker-based, 2.1.5 and 3.0.2.
import { boolean, choice, integer, invalid, literal } from './command/words.js';

type Kind = 'boolean' | 'time' | 'integer' | 'score' | 'percentage' | 'text' | readonly string[];

/** Each property that can be set, and the kind of its value. What the cluster itself writes is left out. */
export const CLUSTER_PROPERTIES = {
  'batch-limit': 'integer',
  'cancel-removed-actions': 'boolean',
  'cluster-delay': 'time',
  'cluster-ipc-limit': 'integer',
  'cluster-name': 'text',
  'cluster-recheck-interval': 'time',
  'concurrent-fencing': 'boolean',
  'dc-deadtime': 'time',
  'election-timeout': 'time',
  'enable-acl': 'boolean',
  'enable-startup-probes': 'boolean',
  'fence-reaction': ['stop', 'panic'],
  'fence-remote-without-quorum': 'boolean',
  'fencing-action': ['reboot', 'off', 'poweroff'],
  'fencing-enabled': 'boolean',
  'fencing-max-attempts': 'integer',
  'fencing-reaction': ['stop', 'panic'],
  'fencing-timeout': 'time',
  'fencing-watchdog-timeout': 'time',
  'join-finalization-timeout': 'time',
  'join-integration-timeout': 'time',
  'load-threshold': 'percentage',
  'maintenance-mode': 'boolean',
  'migration-limit': 'integer',
  'no-quorum-policy': ['stop', 'freeze', 'ignore', 'demote', 'suicide', 'fence'],
  'node-action-limit': 'integer',
  'node-health-base': 'score',
  'node-health-green': 'score',
  'node-health-red': 'score',
  'node-health-strategy': ['none', 'migrate-on-red', 'only-green', 'progressive', 'custom'],
  'node-health-yellow': 'score',
  'node-pending-timeout': 'time',
  'pe-error-series-max': 'integer',
  'pe-input-series-max': 'integer',
  'pe-warn-series-max': 'integer',
  'placement-strategy': ['default', 'utilization', 'minimal', 'balanced'],
  'priority-fencing-delay': 'time',
  'remove-after-stop': 'boolean',
  'shutdown-escalation': 'time',
  'shutdown-lock': 'boolean',
  'shutdown-lock-limit': 'time',
  'start-failure-is-fatal': 'boolean',
  'startup-fencing': 'boolean',
  'stonith-action': ['reboot', 'off', 'poweroff'],
  'stonith-enabled': 'boolean',
  'stonith-max-attempts': 'integer',
  'stonith-timeout': 'time',
  'stonith-watchdog-timeout': 'time',
  'stop-all-resources': 'boolean',
  'stop-orphan-actions': 'boolean',
  'stop-orphan-resources': 'boolean',
  'stop-removed-resources': 'boolean',
  'symmetric-cluster': 'boolean',
  'transition-delay': 'time',
} as const satisfies Readonly<Record<string, Kind>>;

type ValueOf<K> = K extends 'boolean'
  ? boolean
  : K extends 'time'
    ? number | string
    : K extends 'integer'
      ? number
      : K extends 'score'
        ? number | 'INFINITY' | '-INFINITY'
        : K extends readonly (infer Word)[]
          ? Word
          : string;

/**
 * The cluster properties to set; null removes one. Times are seconds, or text with a unit such as `'60s'` or `'5min'`.
 */
export type ClusterProperties = {
  readonly [Name in keyof typeof CLUSTER_PROPERTIES]?: ValueOf<(typeof CLUSTER_PROPERTIES)[Name]> | null;
};

/** @throws PcsError `INVALID_ARGUMENT` for an unknown property or a value of the wrong kind. */
export function propertyValue(name: string, value: unknown): string | number | boolean | null | undefined {
  const kind = Object.hasOwn(CLUSTER_PROPERTIES, name)
    ? (CLUSTER_PROPERTIES as Readonly<Record<string, Kind>>)[name]
    : undefined;
  if (kind === undefined) {
    return invalid(`${JSON.stringify(name)} is not a property that Pacemaker defines: pass it in custom, with force`);
  }
  if (value === null || value === undefined) return value;
  if (typeof kind !== 'string') return choice(value as string, kind, name);
  switch (kind) {
    case 'boolean':
      return boolean(value as boolean, name);
    case 'integer':
      return integer(value as number, -2_147_483_648, 2_147_483_647, name);
    case 'score':
      if (value === 'INFINITY' || value === '-INFINITY') return value;
      return integer(value as number, -1_000_000, 1_000_000, name);
    case 'time':
      return time(value, name);
    case 'percentage':
      return matching(value, /^\d{1,3}%$/, `${name} must be a percentage such as '80%'`);
    case 'text':
      return literal(value as string, name);
  }
}

/** What the caller should hear about dangerous settings (observed on live two-node clusters). */
export function propertyWarnings(properties: ClusterProperties): string[] {
  const warnings: string[] = [];
  if (properties['no-quorum-policy'] === 'ignore') {
    warnings.push(
      'no-quorum-policy=ignore defeats wait_for_all: on two nodes, one that starts alone fences the other and runs ' +
        "everything without quorum. Leave the default (stop); corosync's two_node already keeps the survivor going",
    );
  }
  const disabled = (['stonith-enabled', 'fencing-enabled'] as const).filter((name) => properties[name] === false);
  for (const name of disabled) {
    warnings.push(`${name}=false: a node that stops answering is never fenced, so nothing is recovered from it safely`);
  }
  if (properties['shutdown-lock'] === true) {
    warnings.push('shutdown-lock=true keeps resources locked to a node that is shut down: they stay stopped meanwhile');
  }
  return warnings;
}

function time(value: unknown, name: string): string | number {
  if (typeof value === 'number') return integer(value, -1, 2_147_483, name);
  return matching(
    value,
    /^-?\d+ ?(?:ms|msec|us|usec|s|sec|m|min|h|hr)?$|^P[\dYMWDTHS]+$/,
    `${name} must be seconds, or text such as '60s', '5min' or 'PT5M'`,
  );
}

function matching(value: unknown, pattern: RegExp, message: string): string {
  return typeof value === 'string' && pattern.test(value) ? value : invalid(message);
}
