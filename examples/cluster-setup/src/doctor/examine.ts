// Looks at everything, in order, and gathers what is wrong.
import { boardChecks } from './board-checks.js';
import type { Check, Finding } from './check.js';
import { clusterChecks } from './cluster-checks.js';
import type { Facts } from './facts.js';
import { fenceChecks } from './fence-checks.js';
import { nodeChecks } from './node-checks.js';

/** All checks, in the order of their report. */
export const checks: readonly Check[] = [...nodeChecks, ...boardChecks, ...clusterChecks, ...fenceChecks];

/** What one node has to say. */
export interface Examination {
  readonly node: string;
  /** For people: versions, voltage, boot time. */
  readonly facts: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
  /** The checks that were made, by id. */
  readonly checked: readonly string[];
}

export async function examine(facts: Facts): Promise<Examination> {
  const runs = (await facts.reality.status()) !== undefined && (await facts.reality.configuration()) !== undefined;
  const made = checks.filter(({ needsCluster }) => runs || !needsCluster);
  const findings: Finding[] = [];
  for (const check of made) {
    for (const ailment of await check.look(facts)) {
      findings.push({ check: check.id, ...(check.of === 'node' && { node: facts.node }), ...ailment });
    }
  }
  return { node: facts.node, facts: await overview(facts), findings, checked: made.map(({ id }) => id) };
}

async function overview(facts: Facts): Promise<Readonly<Record<string, string>>> {
  const board = await facts.board();
  const status = await facts.reality.status();
  const boot = /= (.+?)\s*$/m.exec((await facts.ask('systemd-analyze', 'time'))?.stdout ?? '')?.[1];
  const last = status?.fenceHistory?.events.find(({ status: result }) => result === 'success');
  return {
    ...(board instanceof Error
      ? {}
      : {
          board: `version ${board.version}, ${(board.voltage / 1000).toFixed(1)} V, woken by ${board['wakeup-flag'].join(', ') || 'nothing'}`,
        }),
    ...(boot !== undefined && { 'last boot': boot }),
    ...(status?.summary.currentDc?.version !== undefined && { pacemaker: status.summary.currentDc.version }),
    ...(last?.completed !== undefined && {
      'last fencing': `${last.target}, ${last.action}, ${last.completed.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    }),
  };
}
