// check: what monitor says and more, for people and for other programs.
import type { HealthReading } from '@sleepi3/driver';
import { type Examination, examine } from '../actions.js';
import type { OwedWakeUp } from '../keeper/owed-wake.js';
import type { Finding } from '../keeper/report.js';
import { type CommandHost, keeperOf } from './host.js';
import type { CommandValues } from './table.js';

/** As `check --json` prints it. Fields are added, and none is taken away. */
export interface CheckReport {
  /** Whether nothing is wrong that would keep a fencing, of the peer or of this node, from working. */
  readonly ready: boolean;
  readonly findings: readonly Finding[];
  /** Absent when it cannot be told who the nodes are. */
  readonly node?: string;
  readonly peer?: string;
  /** Absent, with `board`, when the board could not be read. */
  readonly lines?: { readonly extin: boolean; readonly extout: boolean };
  /** What the board says, by the names of sleepi3ctl. */
  readonly board?: HealthReading;
  /** The act that is under way. */
  readonly act?: string;
  readonly wireTest?: { readonly verdict: string; readonly at: string };
  readonly owedWake?: OwedWakeUp;
  /** Whether the peer says that it would go down when it is fenced; absent when it does not say. */
  readonly peerFenceable?: boolean;
}

export async function check(
  values: CommandValues<'check'>,
  host: Pick<CommandHost, 'machine' | 'stop' | 'writeError'>,
): Promise<CheckReport> {
  const options = {
    self: values.self,
    peer: values.peer,
    peer_address: undefined,
    corosync_conf: values['corosync-conf'],
  };
  return checkReport(await examine(options, host.machine, keeperOf(values, host)));
}

export function checkReport({ findings, report, wiring }: Examination): CheckReport {
  const { reading, act, owedWake, peerFenceable, wireTest } = report;
  return {
    ready: !findings.some(({ severity, concerns }) => severity === 'error' && concerns === 'fencing'),
    findings,
    ...(wiring && { node: wiring.self, peer: wiring.peer }),
    ...(reading && { lines: { extin: reading.extin, extout: reading.extout }, board: reading }),
    ...(act !== undefined && { act }),
    ...(wireTest && { wireTest }),
    ...(owedWake && { owedWake }),
    ...(peerFenceable !== undefined && { peerFenceable }),
  };
}

/** For people: what is wrong, why it matters and what mends it. */
export function describe({ ready, findings, node, peer, wireTest }: CheckReport): string {
  const who = node === undefined ? 'This node' : `${node} (peer ${peer ?? 'unknown'})`;
  const lines = [ready ? `${who} could fence and be fenced.` : `${who} could not fence, or could not be fenced.`];
  if (wireTest) lines.push(`The wire was last tested on ${wireTest.at.slice(0, 10)}: ${wireTest.verdict}.`);
  for (const { severity, fact, why, remedy } of findings) {
    lines.push('', `${severity}: ${fact}`, `  ${why}`, ...remedy.map((step) => `  - ${step}`));
  }
  return `${lines.join('\n')}\n`;
}
