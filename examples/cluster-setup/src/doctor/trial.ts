// A mend tried out on a copy of the configuration before it is offered: what the scheduler makes of it.
import {
  type CibCommand,
  commands,
  parseClusterConfiguration,
  type Pcs,
  type Scheduler,
  simulate,
  type SimulatedState,
} from '@sleepi3/pcs';
import type { Action } from '../plan/step.js';

/**
 * Tries the changes of the configuration among `actions`.
 *
 * @returns what the cluster would do less than before, one sentence each; none when it would do no less.
 */
export async function tryOut(actions: readonly Action[], pcs: Pcs): Promise<readonly string[]> {
  const changes = actions.flatMap((action) => (action.kind === 'push' ? action.commands : []));
  if (changes.length === 0) return [];
  const before = await outcome(await pcs.run(commands.cib.query()), pcs);
  const after = await outcome(await copyWith(changes, pcs), pcs);
  const lost = [...before.atRest].filter((id) => !after.atRest.has(id)).map((id) => `${id} would not run`);
  for (const [node, was] of before.losses) {
    const is = after.losses.get(node);
    if (is === undefined) continue;
    if (was.fenced && !is.fenced) lost.push(`${node} could no longer be fenced`);
    else if (was.devices > is.devices) lost.push(`fewer devices could fence ${node}`);
    const gone = [...was.running].filter((id) => !is.running.has(id));
    if (gone.length > 0) lost.push(`${gone.join(', ')} would no longer run when ${node} is lost`);
  }
  return lost;
}

/** What the scheduler makes of a configuration. */
interface Outcome {
  /** The primitives that run once all that is under way has settled. */
  readonly atRest: ReadonlySet<string>;
  /** By the node that is lost. */
  readonly losses: ReadonlyMap<string, LossOutcome>;
}

interface LossOutcome {
  readonly fenced: boolean;
  /** How many devices could. */
  readonly devices: number;
  /** The primitives that run afterwards. A fence device that may not run on its own target is stopped, as it should be. */
  readonly running: ReadonlySet<string>;
}

async function outcome(cib: string, pcs: Pcs): Promise<Outcome> {
  const configuration = parseClusterConfiguration(cib);
  const scheduler: Scheduler = await pcs.scheduler(configuration);
  const fences = new Set(configuration.stonithDevices.map(({ id }) => id));
  const losses = new Map<string, LossOutcome>();
  for (const { name } of configuration.members) {
    const { fencing, simulation } = await scheduler.ifLost(name);
    const steps = (await scheduler.fencingSteps(name)).filter(({ usable }) => usable);
    losses.set(name, {
      fenced: fencing?.possible === true,
      devices: steps.flatMap(({ devices }) => devices).length,
      running: new Set([...running(simulation.after)].filter((id) => !fences.has(id))),
    });
  }
  return { atRest: running((await pcs.run(simulate(cib))).after), losses };
}

function running({ resources }: SimulatedState): ReadonlySet<string> {
  const primitives = [...resources.values()].filter(({ id, kind }) => kind === 'primitive' && !id.includes(':'));
  return new Set(primitives.filter(({ startedOn }) => startedOn.length > 0).map(({ id }) => id));
}

class Tried extends Error {
  readonly cib: string;

  constructor(cib: string) {
    super('it was only tried');
    this.cib = cib;
  }
}

/** The CIB with the changes made. A transaction whose body throws pushes nothing. */
async function copyWith(changes: readonly CibCommand<unknown>[], pcs: Pcs): Promise<string> {
  try {
    await pcs.transaction(async (transaction) => {
      for (const change of changes) await transaction.run(change);
      throw new Tried(await transaction.run(commands.cib.query()));
    });
  } catch (error) {
    if (error instanceof Tried) return error.cib;
    throw error;
  }
  throw new Error('a transaction whose body throws has returned');
}
