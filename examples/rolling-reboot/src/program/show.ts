// What status and a dry run print.
import type { RollStatus } from '@sleepi3/program';
import { messageOf } from '../errors.js';
import { lookAtGates } from '../look-at-gates.js';
import type { Host } from '../node/host.js';
import { readHistory, readJournal } from '../journal.js';
import { describeLock, readLock } from '../lock.js';
import type { Settings } from '../settings.js';
import { steps, titleOf } from '../steps.js';
import { viewOf } from '../turn-state.js';

/** A text for people, the same as data, and whether all is well. */
export interface Shown {
  readonly text: string;
  readonly data: unknown;
  readonly well: boolean;
}

/** Every gate as it is, and the steps that would follow. */
export async function dryRun(host: Host, settings: Settings, byHand: boolean): Promise<Shown> {
  const facts = await host.cluster.facts();
  const gates = await lookAtGates(await viewOf(host, settings, facts), byHand ? 'by-hand' : 'all');
  const shut = gates.filter(({ reason }) => reason !== undefined);
  const plan = steps.map((step) => ({ step: step.name, title: titleOf(step, settings) }));
  const text = [
    describeLock(readLock(facts.lock)),
    '',
    ...gates.flatMap(({ requires, reason, note }) => [
      `${reason === undefined ? 'open' : 'SHUT'}  ${requires}${reason ? `: ${reason}` : ''}`,
      ...(note === undefined ? [] : [`      ${note}`]),
    ]),
    '',
    shut.length === 0 ? 'Would:' : 'Would not begin. With every gate open it would:',
    ...plan.map(({ step, title }, index) => `${String(index + 1).padStart(4)}. ${step}: ${title}`),
    '',
  ].join('\n');
  const told = gates.map(({ name, requires, reason, note }) => ({ name, requires, reason, note }));
  return { text, data: { lock: facts.lock, gates: told, steps: plan }, well: shut.length === 0 };
}

/** The roll, this node, and its last turns. A cluster that does not answer is part of the answer. */
export async function status(host: Host, settings: Settings): Promise<Shown> {
  const found = await host.cluster.facts().then(
    (facts): { readonly lock: string } & RollStatus => {
      const roll = readLock(facts.lock);
      return { lock: describeLock(roll), roll: roll ?? null };
    },
    (error: unknown) => ({ lock: `not known: ${messageOf(error)}` }),
  );
  const journal = await readJournal(host.records);
  const history = await readHistory(host.records);
  const own =
    journal === undefined
      ? `${settings.node} has no turn`
      : journal.standingDown === undefined
        ? `${settings.node} is at step ${journal.step} since ${iso(journal.started)}, boot ${journal.boot}`
        : `${settings.node} is standing down from ${journal.step}: ${journal.standingDown.reason}`;
  const last = history.slice(-10).reverse();
  const text = [
    `Roll:  ${found.lock}`,
    `Node:  ${own}`,
    ...last.map(({ ended, result, roll, reason, outage, started }, index) => {
      const facts = `${Math.round((ended - started) / 1000)} s, longest outage ${outage} ms`;
      return `${index === 0 ? 'Last:' : '     '}  ${iso(ended)} ${result} (${facts}, roll ${roll})${reason ? `: ${reason}` : ''}`;
    }),
    '',
  ].join('\n');
  const well = journal?.standingDown === undefined && last[0]?.result !== 'failed';
  return { text, data: { ...found, journal, history: last }, well };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
