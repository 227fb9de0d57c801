// What the cluster's properties come to: as written, or else Pacemaker's default, under either of a property's names.
import type { AttributeSet } from '../cib/attribute-sets.js';
import { CLUSTER_PROPERTIES } from '../properties.js';
import { type ValueContext, valueIn } from './attributes.js';
import { isFeatureSetFrom } from './feature-set.js';
import { parseBoolean, parseDuration, parseScore, parseWord } from './values.js';

/**
 * Since 3.0.2 Pacemaker has new names for nine properties, by which the old ones are still understood; earlier versions
 * know the old ones alone. By the old name, which the tables here go by, the new one.
 */
const NEW_NAMES = {
  'fence-reaction': 'fencing-reaction',
  'stonith-action': 'fencing-action',
  'stonith-enabled': 'fencing-enabled',
  'stonith-max-attempts': 'fencing-max-attempts',
  'stonith-timeout': 'fencing-timeout',
  'stonith-watchdog-timeout': 'fencing-watchdog-timeout',
  'stop-orphan-actions': 'cancel-removed-actions',
  'stop-orphan-resources': 'stop-removed-resources',
} as const;

/** The feature set of Pacemaker 3.0.2, the first with the new names. */
const NEW_NAMES_SINCE = [3, 20, 5];

/** Pacemaker's defaults (the metadata of pacemaker-based, -controld and -schedulerd, 2.1.5 and 3.0); none when left out. */
const DEFAULTS: Readonly<Partial<Record<keyof typeof CLUSTER_PROPERTIES, string>>> = {
  'batch-limit': '0',
  'cluster-delay': '60s',
  'cluster-ipc-limit': '500',
  'cluster-recheck-interval': '15min',
  'concurrent-fencing': 'true',
  'dc-deadtime': '20s',
  'election-timeout': '2min',
  'enable-acl': 'false',
  'enable-startup-probes': 'true',
  'fence-reaction': 'stop',
  'join-finalization-timeout': '30min',
  'join-integration-timeout': '3min',
  'load-threshold': '80%',
  'maintenance-mode': 'false',
  'migration-limit': '-1',
  'no-quorum-policy': 'stop',
  'node-action-limit': '0',
  'node-health-base': '0',
  'node-health-green': '0',
  'node-health-red': '-INFINITY',
  'node-health-strategy': 'none',
  'node-health-yellow': '0',
  'node-pending-timeout': '0',
  'pe-error-series-max': '-1',
  'pe-input-series-max': '4000',
  'pe-warn-series-max': '5000',
  'placement-strategy': 'default',
  'priority-fencing-delay': '0',
  'remove-after-stop': 'false',
  'shutdown-escalation': '20min',
  'shutdown-lock': 'false',
  'shutdown-lock-limit': '0',
  'start-failure-is-fatal': 'true',
  'startup-fencing': 'true',
  'stonith-action': 'reboot',
  'stonith-enabled': 'true',
  'stonith-max-attempts': '10',
  'stonith-timeout': '60s',
  'stonith-watchdog-timeout': '0',
  'stop-all-resources': 'false',
  'stop-orphan-actions': 'true',
  'stop-orphan-resources': 'true',
  'symmetric-cluster': 'true',
  'transition-delay': '0s',
};

type Kinds = typeof CLUSTER_PROPERTIES;

/** A property by either name. */
export type PropertyName = keyof Kinds;

/** What a property is read as: a time is milliseconds, a score may be ±`Infinity`, a word is in small letters. */
export type PropertyMeaning<Name extends PropertyName> = Kinds[Name] extends 'boolean'
  ? boolean
  : Kinds[Name] extends 'time' | 'integer' | 'score'
    ? number
    : Kinds[Name] extends readonly (infer Word)[]
      ? Word
      : string;

/** What a property comes to. */
export interface EffectiveProperty<T> {
  /** What Pacemaker goes by; undefined for a property without a default that is not set. */
  readonly value: T | undefined;
  /** The name under which it is set; undefined when it is not. */
  readonly name: string | undefined;
  /** What is set, as written. */
  readonly written: string | undefined;
  /** False when Pacemaker cannot read what is set, and takes its default. */
  readonly valid: boolean;
}

/** All names of a property: the one asked for first. */
export function namesOf(name: string): readonly string[] {
  const pair = Object.entries(NEW_NAMES).find((names) => names.includes(name)) ?? [];
  return [name, ...pair.filter((one) => one !== name)];
}

/** Where properties are read from: a configuration. */
export interface PropertySource {
  readonly properties: readonly AttributeSet[];
  readonly header: { readonly crmFeatureSet: string | undefined };
}

/** A property's text as Pacemaker finds it, and the name by which it does. */
function written(
  { properties, header }: PropertySource,
  name: string,
  context: ValueContext,
): { readonly name: string | undefined; readonly text: string | undefined } {
  const names = namesOf(name);
  const isNew = (one: string) => Object.values<string>(NEW_NAMES).includes(one);
  // Where both are set the new name counts, if this Pacemaker has heard of it.
  const known = [...names]
    .sort((a, b) => Number(isNew(b)) - Number(isNew(a)))
    .filter((one) => names.length === 1 || !isNew(one) || hasNewNames(header.crmFeatureSet));
  for (const one of known) {
    const text = valueIn(properties, one, { first: 'cib-bootstrap-options', ...context });
    if (text !== undefined) return { name: one, text };
  }
  return { name: undefined, text: undefined };
}

function hasNewNames(featureSet: string | undefined): boolean {
  return featureSet === undefined || isFeatureSetFrom(featureSet, NEW_NAMES_SINCE);
}

/** What a cluster property comes to, under either of its names. */
export function propertyIn<Name extends PropertyName>(
  source: PropertySource,
  name: Name,
  context: ValueContext = {},
): EffectiveProperty<PropertyMeaning<Name>> {
  const found = written(source, name, context);
  const former = namesOf(name).find((one) => one in DEFAULTS) as PropertyName | undefined;
  const fallback = former === undefined ? undefined : defaultOf(former, source.header.crmFeatureSet);
  const read = (text: string | undefined) =>
    text === undefined ? undefined : (meaning(name, text) as PropertyMeaning<Name> | undefined);
  const value = read(found.text);
  return {
    value: value ?? read(fallback),
    name: found.name,
    written: found.text,
    valid: found.text === undefined || value !== undefined,
  };
}

/** Pacemaker's default of a property by its former name. */
function defaultOf(name: PropertyName, featureSet: string | undefined): string | undefined {
  // As Debian builds it; from 3.0 on everybody does.
  const isBefore3 = featureSet !== undefined && !isFeatureSetFrom(featureSet, [3, 20, 0]);
  return name === 'concurrent-fencing' && isBefore3 ? 'false' : DEFAULTS[name];
}

function meaning(name: PropertyName, text: string): unknown {
  const kind: string | readonly string[] = CLUSTER_PROPERTIES[name];
  if (typeof kind !== 'string') return parseWord(text, kind);
  switch (kind) {
    case 'boolean':
      return parseBoolean(text);
    case 'time':
      // A watchdog timeout may be negative: the cluster computes it.
      return /^\s*-\d/.test(text) && name.endsWith('watchdog-timeout') ? -1 : parseDuration(text);
    case 'integer':
    case 'score':
      return parseScore(text);
    default:
      return text;
  }
}
