// Looks at everything, in order, and gathers what is wrong.
import { explain } from '@sleepi3/program';
import { boardChecks } from './checks/board.js';
import { type Check, type Finding, unjudged } from './check.js';
import { clusterChecks } from './checks/cluster.js';
import { resourceChecks } from './checks/resources.js';
import type { Facts } from './facts.js';
import { fenceDeviceChecks } from './checks/fence-devices.js';
import { fencingChecks } from './checks/fencing.js';
import { levelChecks, meansInWords } from './checks/levels.js';
import { inWords, lossCheck, lossesOf } from './losses.js';
import { nodeChecks } from './checks/node.js';
import { parseRelease } from '../nodes/packages.js';
import { quorumChecks } from './checks/quorum.js';
import { rebootChecks, rebootFact, rebootSettings } from './checks/reboot.js';

/** All checks, in the order of their report. */
export const checks: readonly Check[] = [
  ...nodeChecks,
  ...boardChecks,
  ...clusterChecks,
  ...resourceChecks,
  ...quorumChecks,
  ...rebootChecks,
  ...fenceDeviceChecks,
  ...fencingChecks,
  ...levelChecks,
  lossCheck,
];

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
  const wired = await facts.isWired();
  const made = checks.filter(({ needsCluster, needsWire }) => (runs || !needsCluster) && (wired || !needsWire));
  const findings: Finding[] = [];
  /** What could not be looked at, by why. */
  const unseen = new Map<string, { readonly check: Check; readonly error: unknown; readonly titles: string[] }>();
  for (const check of made) {
    try {
      for (const ailment of await check.look(facts)) {
        findings.push({ check: check.id, ...(check.of === 'node' && { node: facts.node }), ...ailment });
      }
    } catch (error) {
      const why = explain(error);
      const known = unseen.get(why) ?? { check, error, titles: [] };
      unseen.set(why, known);
      known.titles.push(check.title);
    }
  }
  // What could not be looked at is told, once for each reason, and the rest is looked at all the same.
  for (const { check, error, titles } of unseen.values()) {
    const ailment = unjudged(titles.join(', '), error);
    findings.push({ check: check.id, ...(check.of === 'node' && { node: facts.node }), ...ailment });
  }
  return { node: facts.node, facts: await overview(facts, runs), findings, checked: made.map(({ id }) => id) };
}

/** Whether there is a running cluster to be looked at, readable or not. Why not is a finding of the check `running`. */
async function clusterAnswers({ reality }: Facts): Promise<boolean> {
  const there = (answer: Promise<unknown>) =>
    answer.then(
      (value) => value !== undefined,
      () => true,
    );
  return (await there(reality.status())) || there(reality.configuration());
}

async function overview(facts: Facts, runs: boolean): Promise<Readonly<Record<string, string>>> {
  const board = await facts.board();
  // What cannot be read is a finding already.
  const status = runs ? await facts.reality.status().catch(() => undefined) : undefined;
  const alerts = runs
    ? await facts
        .configuration()
        .then((configuration) => configuration.alerts)
        .catch(() => undefined)
    : undefined;
  const losses = status === undefined ? [] : await lossesOf(facts).catch(() => []);
  const levels = status === undefined ? [] : await meansInWords(facts).catch(() => []);
  const fences = new Set(losses.length === 0 ? [] : (await facts.configuration()).stonithDevices.map(({ id }) => id));
  const reboot = await rebootSettings(facts);
  const boot = /= (.+?)\s*$/m.exec((await facts.ask('systemd-analyze', 'time'))?.stdout ?? '')?.[1];
  const last = status?.fenceHistory?.events.find(({ status: result }) => result === 'success');
  return {
    system: parseRelease((await facts.file('/etc/os-release').catch(() => undefined)) ?? '').name,
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
    ...(alerts && { alerts: receiversOf(alerts) }),
    ...(reboot !== undefined && { [rebootFact]: reboot }),
    ...Object.fromEntries(levels.map(([node, says]) => [`fencing of ${node}`, says])),
    ...Object.fromEntries(losses.map((loss) => [`if ${loss.node} is lost`, inWords(loss, fences)])),
  };
}

/** A cluster does not need alerts: that there are none is a fact, and no finding. */
function receiversOf(alerts: readonly { readonly path: string }[]): string {
  if (alerts.length > 0) return alerts.map(({ path }) => path).join(', ');
  return 'sent to nobody; to have them sent: alerts: in cluster.yaml';
}
