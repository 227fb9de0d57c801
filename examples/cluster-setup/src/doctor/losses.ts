// What happens when a node is lost, in words, as Pacemaker's scheduler has it.
import { type FencingStep, type Loss, sameName } from '@sleepi3/pcs';
import { type Ailment, type Check, unjudged } from './check.js';
import type { Facts } from './facts.js';

/** The losses of all members, as the cluster is now; none while one is away, or takes nothing over. */
export async function lossesOf(facts: Facts): Promise<readonly Loss[]> {
  const { members } = await facts.configuration();
  const status = await facts.reality.status();
  const away = status?.members.some(
    ({ online, unclean, standby, standbyOnFail, maintenance }) =>
      !online || unclean || standby || standbyOnFail || maintenance,
  );
  if (members.length < 2 || away === true) return [];
  const scheduler = await facts.scheduler();
  const losses: Loss[] = [];
  for (const { name } of members) losses.push(await scheduler.ifLost(name));
  return losses;
}

/** What happens, in a sentence or two. */
export function inWords(
  { fencing, starts, stopped, disturbed, simulation }: Loss,
  fences: ReadonlySet<string>,
): string {
  const services = (ids: readonly string[]) => ids.filter((id) => !fences.has(id));
  const cutOff =
    fencing === undefined
      ? 'it is not fenced'
      : fencing.possible
        ? `it is fenced (${fencing.action}) by ${howOf(fencing.steps)}`
        : 'it has to be fenced and nobody can: nothing is recovered until a person confirms that it is off';
  const moved = starts.filter(({ resource }) => !fences.has(resource));
  const kept = services(
    [...simulation.after.resources.values()].filter(({ kind }) => kind === 'primitive').map(({ id }) => id),
  )
    .filter((id) => !id.includes(':') && (simulation.after.resources.get(id)?.startedOn.length ?? 0) > 0)
    .filter((id) => !moved.some(({ resource }) => resource === id));
  const parts = [
    ...(moved.length > 0 ? [`then ${moved.map(placeOf).join(', ')}`] : []),
    ...(kept.length > 0 ? [`${list(kept)} ${kept.length === 1 ? 'keeps' : 'keep'} running`] : []),
    ...(services(disturbed).length > 0 ? [`${list(services(disturbed))} stopped or moved on the way`] : []),
    ...(services(stopped).length > 0 ? [`${list(services(stopped))} runs nowhere`] : []),
  ];
  return [cutOff, ...(fencing === undefined || fencing.possible ? parts : [])].join('; ');
}

function placeOf({ resource, node, promoted }: Loss['starts'][number]): string {
  return `${resource} ${promoted ? 'is promoted' : 'starts'} on ${node}`;
}

/** By which devices, from where, and how long they wait. */
function howOf(steps: readonly FencingStep[]): string {
  return steps
    .filter(({ usable }) => usable)
    .map(({ watchdog, devices }) =>
      watchdog
        ? 'its own watchdog'
        : devices
            .map(({ id, from, delay: { least, most } }) => {
              const wait = most > least ? `${least / 1000} to ${most / 1000} s` : `${least / 1000} s`;
              return `${id} from ${from.join(' or ')}${most > 0 ? `, after ${wait}` : ''}`;
            })
            .join(' and '),
    )
    .join('; if that fails, by ');
}

function list(ids: readonly string[]): string {
  return ids.length < 2 ? ids.join() : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1) ?? ''}`;
}

/** What is wrong with what would happen. */
export const lossCheck: Check = {
  id: 'if-lost',
  of: 'cluster',
  title: 'the other node takes over',
  needsCluster: true,
  look: async (facts) => {
    const configuration = await facts.configuration();
    const fences = new Set(configuration.stonithDevices.map(({ id }) => id));
    const fencingOn = configuration.effectiveProperty('stonith-enabled').value === true;
    const findings: Ailment[] = [];
    for (const loss of await lossesOf(facts)) {
      try {
        if (fencingOn && loss.fencing === undefined && configuration.stonithDevices.length > 0) {
          findings.push({
            severity: 'error',
            fact: `when ${loss.node} is lost, it is not fenced`,
            why: 'What ran there is not recovered, or runs twice.',
            fix: ['crm_simulate --live-check --simulate --node-fail ' + loss.node, 'pcs property config'],
          });
        }
        // Without fencing nothing is recovered at all, which other checks tell.
        if (loss.fencing?.possible === false) continue;
        for (const id of loss.stopped.filter((one) => !fences.has(one))) {
          const elsewhere = (await (await facts.scheduler()).mayRunOn(id)).filter((name) => !sameName(name, loss.node));
          findings.push({
            severity: 'warning',
            fact: `when ${loss.node} is lost, ${id} runs nowhere`,
            why:
              elsewhere.length === 0
                ? `It may run on ${loss.node} alone: nobody takes it over.`
                : `It may run on ${elsewhere.join(' and ')}, but what it needs is not there then.`,
            fix: ['pcs constraint config', `crm_simulate --live-check --simulate --node-fail ${loss.node}`],
          });
        }
      } catch (error) {
        findings.push(unjudged(`the loss of ${loss.node}`, error));
      }
    }
    return findings;
  },
};
