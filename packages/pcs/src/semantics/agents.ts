// The names of resource and fence agents, in all the ways they are written.
import { sameName } from './values.js';

/** An agent's name, taken apart. */
export interface AgentName {
  /** `ocf`, `stonith`, `systemd`, `service`, `lsb` … in small letters. */
  readonly standard: string;
  /** For `ocf` alone: `heartbeat`, `pacemaker` … */
  readonly provider: string | undefined;
  /** `IPaddr2`, `fence_sleepi3`, `external/ssh`, `foo\x2dbar@1` … */
  readonly type: string;
}

/**
 * Takes an agent's name apart: `ocf:heartbeat:IPaddr2`, `ocf::heartbeat:IPaddr2` (as Pacemaker before 2.1 wrote it),
 * `stonith:external/ssh`, `systemd:foo\x2dbar@1`. What follows the standard's colon is all the type, but for `ocf`.
 *
 * @returns undefined when it has no standard, or `ocf` and no provider.
 */
export function parseAgent(text: string): AgentName | undefined {
  const [, standard, rest] = /^(\w+)::?([^:\s].*)$/u.exec(text) ?? [];
  if (standard === undefined || rest === undefined) return undefined;
  if (!sameName(standard, 'ocf')) return { standard: standard.toLowerCase(), provider: undefined, type: rest };
  const [, provider, type] = /^([^:\s]+):([^:\s]+)$/.exec(rest) ?? [];
  return provider === undefined || type === undefined ? undefined : { standard: 'ocf', provider, type };
}

/** The name in one piece, as Pacemaker 2.1 and later and pcs write it: `ocf:heartbeat:IPaddr2`. */
export function formatAgent({ standard, provider, type }: AgentName): string {
  return [standard, provider, type].filter((part) => part !== undefined).join(':');
}

/** Whether two names are one agent's. */
export function sameAgent(one: string, other: string): boolean {
  const [left, right] = [parseAgent(one), parseAgent(other)];
  return left === undefined || right === undefined ? one === other : formatAgent(left) === formatAgent(right);
}
