// Who takes part in a proof: the nodes, and the machine that asks the service, which is one of them or another.
import { Pcs, type Runner, sameName } from '@sleepi3/pcs';
import type { ClusterDesign } from '../cluster/design.js';
import type { Finding } from '../doctor/check.js';
import { doctorOn } from '../doctor/doctor-on.js';
import { examine } from '../doctor/examine.js';
import { Facts } from '../doctor/facts.js';
import { openBoard } from '../doctor/run-doctor.js';
import { SetupError } from '../errors.js';
import { type ClusterMachinesHost, type NodePlace, placesOfCluster } from '../nodes/cluster-machines.js';
import { commandMachine, type Machine, sshRunner } from '../nodes/machine.js';
import { Reality } from '../plan/reality.js';

/** A node as the proof deals with it. */
export interface Party {
  readonly name: string;
  readonly machine: Machine;
  /** pcs on that node. */
  readonly pcs: Pcs;
  /** This program runs on it. */
  readonly isHere: boolean;
  /** How ssh reaches it from another node. */
  readonly destination: string;
  /** What doctor finds, looking from that node. @throws SetupError when it cannot look */
  findings(): Promise<readonly Finding[]>;
}

/** In the order in which they are wired. */
export type Parties = readonly [Party, Party, ...Party[]];

/** Whose wire leads to the target: of two nodes the other one, in a ring the one before it. */
export function shooterOf(parties: Parties, target: Party): Party {
  return parties.at(parties.indexOf(target) - 1) ?? target;
}

export interface PartiesHost extends ClusterMachinesHost {
  readonly signal: AbortSignal;
  readonly date: () => Date;
}

/**
 * The nodes of the file; without one, those of the cluster that this machine is in.
 * @param ssh What ssh is to be given instead, where one node is here and one elsewhere.
 * @throws SetupError `NOT_READY` when there are not two of them.
 */
export async function partiesOf(
  design: ClusterDesign | undefined,
  ssh: string | undefined,
  host: PartiesHost,
): Promise<Parties> {
  const places = design === undefined ? await placesOfCluster(host) : placesOfFile(design, host.hostname());
  const oneIsHere = places.length === 2 && places.some(({ isHere }) => isHere);
  if (ssh !== undefined && places.length > 2) {
    throw new SetupError('USAGE', '--ssh names one machine, and there are several others: put them into ~/.ssh/config');
  }
  const [first, second, ...more] = places.map((place) => {
    const destination = destinationOf(place, oneIsHere ? ssh : undefined);
    return partyAt({ ...place, destination }, place.isHere ? host.runner : sshRunner(host.runner, destination), host);
  });
  if (first === undefined || second === undefined) {
    throw new SetupError(
      'NOT_READY',
      `prove is for a cluster of two nodes or more, and this one has ${String(places.length)}`,
    );
  }
  return [first, second, ...more];
}

function placesOfFile({ nodes }: ClusterDesign, hostname: string): readonly NodePlace[] {
  const here = hostname.split('.')[0] ?? hostname;
  return nodes.map(({ name, addresses }) => ({
    name,
    address: addresses[0] ?? name,
    isHere: sameName(name, here),
  }));
}

/** The way back is by the user of the way there. */
function destinationOf({ address, isHere }: NodePlace, ssh = address): string {
  return isHere ? `${/^[^@]*@/.exec(ssh)?.[0] ?? ''}${address}` : ssh;
}

function partyAt(
  { name, isHere, destination }: NodePlace & Pick<Party, 'destination'>,
  runner: Runner,
  host: PartiesHost,
): Party {
  const machine = commandMachine(name, runner);
  const pcs = new Pcs({ runner, signal: host.signal });
  const findings = async () => {
    if (!isHere) return (await doctorOn(machine)).findings;
    const facts = new Facts({ reality: new Reality({ local: machine, pcs }), date: host.date, openBoard });
    return (await examine(facts)).findings;
  };
  return { name, machine, pcs, isHere, destination, findings };
}
