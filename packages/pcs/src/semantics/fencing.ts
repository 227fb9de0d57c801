// Who can fence whom: the targets of fence devices, their delays and time limits, and the levels of the topology, as
// pacemaker-fenced goes by them.
import type { FencingLevel } from '../cib/fencing-levels.js';
import { isFeatureSetFrom } from './feature-set.js';
import { posixPattern } from './posix-pattern.js';
import { parseDuration, parseWord, sameName } from './values.js';

/** How pacemaker-fenced finds out which nodes a device is for. */
export type TargetCheck = 'static-list' | 'dynamic-list' | 'status' | 'none';

/** The options of a fence device by name, its template's too: {@link DeviceOptions} of a configuration's device. */
export type DeviceOptions = ReadonlyMap<string, string>;

/** Which nodes a device is for. */
export interface DeviceTargets {
  /** How it is found out; undefined when that depends on what the agent can do (`list`, else `status`, else `none`). */
  readonly check: TargetCheck | undefined;
  /** The nodes of `pcmk_host_list`, as written. */
  readonly listed: readonly string[];
  /** By the node names of `pcmk_host_map`, as written, what the device calls them. */
  readonly mapped: ReadonlyMap<string, string>;
}

/** Which nodes a device is for, from `pcmk_host_check`, `pcmk_host_list` and `pcmk_host_map`. */
export function targetsOf(options: DeviceOptions): DeviceTargets {
  const listed = options.get('pcmk_host_list');
  const mapped = options.get('pcmk_host_map');
  const check = options.get('pcmk_host_check');
  return {
    check:
      check === undefined
        ? listed === undefined && mapped === undefined
          ? undefined
          : 'static-list'
        : parseWord(check, ['static-list', 'dynamic-list', 'status', 'none']),
    listed: listed === undefined ? [] : hostList(listed),
    mapped: hostMap(mapped ?? ''),
  };
}

/** The names of a `pcmk_host_list`: spaces, commas, semicolons or lines between them. */
function hostList(text: string): readonly string[] {
  return text
    .replaceAll('\\n', '\n')
    .split(/[\s,;]+/)
    .map((name) => name.replace(/[^\w.-].*/s, ''))
    .filter((name) => name !== '' && !sameName(name, 'on') && !sameName(name, 'off'));
}

/** The pairs of a `pcmk_host_map`: `node1:1;node2:2,3`, also with `=` and spaces, and a backslash before what is meant as it is. */
function hostMap(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  let name: string | undefined;
  let word = '';
  for (const [piece] of `${text};`.matchAll(/\\.|[^\\]/gs)) {
    if (piece === '=' || piece === ':') {
      if (word !== '') name = word;
      word = '';
    } else if (piece === ';' || piece === ' ' || piece === '\t') {
      if (name !== undefined) pairs.set(name, word);
      name = undefined;
      word = '';
    } else word += piece.startsWith('\\') ? piece.slice(1) : piece;
  }
  return pairs;
}

/** Whether a device is for a node; undefined when the device itself has to be asked. */
export function canFence(targets: DeviceTargets, node: string): boolean | undefined {
  switch (targets.check) {
    case 'static-list':
      return [...targets.listed, ...targets.mapped.keys()].some((name) => sameName(name, node));
    case 'none':
      return true;
    default:
      return undefined;
  }
}

/** What the device calls a node: by its map, else by the node's name. */
export function plugOf({ mapped }: DeviceTargets, node: string): string {
  return [...mapped].find(([name]) => sameName(name, node))?.[1] ?? node;
}

/** How long a device waits before it acts, in milliseconds: no less than `least`, and less than `most` when that is more. */
export interface FencingDelay {
  readonly least: number;
  readonly most: number;
}

/**
 * The delay of a device for a node, from `pcmk_delay_base`, one time or one for each node (`n1:3s;n2:0s`), and
 * `pcmk_delay_max`, up to which chance adds. Whole seconds count; a base above the maximum is cut down to it.
 * `priority-fencing-delay` is the cluster's and comes on top.
 *
 * pacemaker-fenced takes the first of the names with which the node's begins (`get_action_delay_base()`, 2.1 to 3.0): what
 * is said of `pi-1` holds for `pi-10`, unless that is named before it.
 */
export function delayOf(options: DeviceOptions, node: string): FencingDelay {
  const base = wholeSeconds(baseDelay(options.get('pcmk_delay_base') ?? '', node));
  const most = wholeSeconds(parseDuration(options.get('pcmk_delay_max') ?? '')) || base;
  return { least: Math.min(base, most), most };
}

function baseDelay(text: string, node: string): number | undefined {
  const parts = text.split(/[; \t]+/).filter((part) => part !== '');
  const mapped = parts
    .filter((part) => /^[^:]+:./.test(part))
    .map((part) => ({ name: part.slice(0, part.indexOf(':')), time: part.slice(part.indexOf(':') + 1) }))
    .find(({ name }) => sameName(node.slice(0, name.length), name));
  const time = mapped?.time ?? parts[0] ?? '';
  return time.includes(':') ? undefined : parseDuration(time);
}

function wholeSeconds(milliseconds = 0): number {
  return Math.trunc(milliseconds / 1000) * 1000;
}

/**
 * The time limit of a device for an action, in milliseconds: its `pcmk_reboot_timeout`, `pcmk_off_timeout` …; undefined when
 * it has none and the cluster's `stonith-timeout` holds.
 *
 * @param featureSet - The CIB's `crm_feature_set`: before Pacemaker 2.1.8 the number alone counts, as seconds (`2min` is 2 s).
 */
export function timeoutOf(options: DeviceOptions, action: string, featureSet: string | undefined): number | undefined {
  const text = options.get(`pcmk_${action}_timeout`);
  if (text === undefined) return undefined;
  if (featureSet !== undefined && !isFeatureSetFrom(featureSet, READS_UNITS_SINCE)) {
    return Number(/^\s*[-+]?\d+/.exec(text)?.[0] ?? 0) * 1000;
  }
  return parseDuration(text);
}

/** The feature set of Pacemaker 2.1.8. */
const READS_UNITS_SINCE = [3, 19, 5];

/** Where levels look for a node's permanent attributes. */
export type NodeAttribute = (node: string, name: string) => string | undefined;

/**
 * The levels for a node, the one that is tried first in front; none when the topology does not know it, and any device for
 * it is used. Levels that name the node come before those by pattern and by attribute.
 */
export function levelsFor(
  levels: readonly FencingLevel[],
  node: string,
  attribute: NodeAttribute = () => undefined,
): readonly FencingLevel[] {
  const matching = levels.filter((level) => isFor(level, node, attribute));
  const chosen =
    matching.find(({ target }) => target === node) ??
    matching.find(({ target }) => target !== undefined) ??
    matching[0];
  if (chosen === undefined) return [];
  return matching.filter((level) => keyOf(level) === keyOf(chosen)).sort((a, b) => a.index - b.index);
}

function isFor(level: FencingLevel, node: string, attribute: NodeAttribute): boolean {
  const { target, targetPattern, targetAttribute, targetValue } = level;
  if (target !== undefined) return sameName(target, node);
  if (targetPattern !== undefined) return posixPattern(targetPattern)?.test(node) === true;
  return targetAttribute !== undefined && targetValue !== undefined && attribute(node, targetAttribute) === targetValue;
}

/** The levels of one topology say whom they are for in the same words. */
function keyOf({ target, targetPattern, targetAttribute, targetValue }: FencingLevel): string {
  return JSON.stringify([target, targetPattern, targetAttribute, targetValue]);
}
