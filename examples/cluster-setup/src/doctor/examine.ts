// Looks at everything, in order, and gathers what is wrong.
import { isPcsError } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import { boardChecks } from './board-checks.js';
import type { Ailment, Check, Finding } from './check.js';
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
  const runs = await clusterAnswers(facts);
  const made = checks.filter(({ needsCluster }) => runs || !needsCluster);
  const findings: Finding[] = [];
  for (const check of made) {
    for (const ailment of await check.look(facts).catch((error: unknown) => [notLooked(check, error)])) {
      findings.push({ check: check.id, ...(check.of === 'node' && { node: facts.node }), ...ailment });
    }
  }
  return { node: facts.node, facts: await overview(facts, runs), findings, checked: made.map(({ id }) => id) };
}

/** Whether there is a running cluster to be looked at. Why not is a finding of the check `running`. */
async function clusterAnswers({ reality }: Facts): Promise<boolean> {
  try {
    return (await reality.status()) !== undefined && (await reality.configuration()) !== undefined;
  } catch {
    return false;
  }
}

/** What could not be looked at is told, and the rest is looked at all the same. */
function notLooked(check: Check, error: unknown): Ailment {
  if (!(error instanceof SetupError) && !isPcsError(error)) throw error;
  return {
    severity: 'warning',
    fact: `${check.title}: could not be looked at: ${error.message}`,
    why: 'What is not looked at may be wrong.',
    fix: ['run cluster-setup doctor as root'],
  };
}

async function overview(facts: Facts, runs: boolean): Promise<Readonly<Record<string, string>>> {
  const board = await facts.board();
  const status = runs ? await facts.reality.status() : undefined;
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
