// Why a node must not be cut off now. Everything is asked, and all of it is told.
import { SetupError } from '../errors.js';
import { isPcsError, reads, sameName } from '@sleepi3/pcs';
import { notSurviving, unsound } from './soundness.js';
import type { Turn, TurnHost } from './turn.js';

/** One sentence each; none when nothing is in the way. */
export async function obstacles(turn: Turn, { probe }: Pick<TurnHost, 'probe'>): Promise<readonly string[]> {
  const { parties, survivor, target, service } = turn;
  const strangers = (await Promise.all(parties.map((party) => isStranger(party)))).flat();
  // What a stranger says is not looked at.
  if (strangers.length > 0) return strangers;
  const sound = { parties, seenBy: survivor, url: service.url, before: undefined, probe };
  const reasons = await unsound(sound);
  // A cluster that is not at rest is not asked what would be.
  if (reasons.length > 0) return reasons;
  return [
    ...(await devicesNotStarted(turn)),
    ...(await asked(`what would happen without ${target.name}`, () => notSurviving(survivor, target))),
    ...(await found(turn)),
  ];
}

/** Whether the machine is the node that it should be: what is done to it cannot be taken back. */
async function isStranger({ name, machine }: Turn['target']): Promise<readonly string[]> {
  try {
    const said = (await machine.run('crm_node', ['--name'], { timeoutMs: 30_000 })).stdout.trim();
    return sameName(said, name) ? [] : [`the machine at the address of ${name} is ${said}`];
  } catch (error) {
    if (error instanceof SetupError) return [error.message];
    throw error;
  }
}

async function devicesNotStarted({ survivor }: Turn): Promise<readonly string[]> {
  const configuration = await survivor.pcs.run(reads.configuration());
  const status = await survivor.pcs.status();
  return configuration.stonithDevices
    .filter(({ id }) => (status.resource(id)?.startedOn.length ?? 0) === 0)
    .map(({ id }) => `the fence device ${id} does not run`);
}

/** What doctor says until a fencing has succeeded: that is what is to be proven. */
const toBeProven = 'fencing-proven';

/** Errors of doctor, on both nodes; what is the cluster's is told once. */
async function found({ parties }: Turn): Promise<readonly string[]> {
  const facts = new Set<string>();
  for (const party of parties) {
    const said = await asked(`what doctor finds on ${party.name}`, async () => {
      const errors = (await party.findings()).filter(
        ({ severity, check }) => severity === 'error' && check !== toBeProven,
      );
      return errors.map(({ node, fact }) => `doctor: ${node === undefined ? '' : `${node}: `}${fact}`);
    });
    for (const one of said) facts.add(one);
  }
  return [...facts];
}

async function asked(what: string, look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof SetupError) && !isPcsError(error)) throw error;
    return [`cannot tell ${what}: ${error.message}`];
  }
}
