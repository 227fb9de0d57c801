// Questions of what would be, answered by Pacemaker's scheduler on a copy of a configuration: where a resource may run, what
// happens when a node is lost.
import type { ClusterConfiguration, ConfiguredNode } from '../../cib/cluster-configuration.js';
import type { Command } from '../../command/command.js';
import { PcsError } from '../../errors.js';
import { createTemporaryFiles, type TemporaryFiles } from '../../run/files.js';
import { fenceDevicesFor, type FencingStep, type PlacedDevice, stepsFor } from '../fence-devices.js';
import { nodeNamed } from '../nodes.js';
import { aloneOn, asItIs, freshlyStarted, hasStatus, withLost } from './simulated-cib.js';
import { simulate, type SimulatedState, type Simulation } from './simulation.js';
import { sameName } from '../values.js';

/** One copy of a primitive that comes to run, or to be promoted, somewhere. */
export interface Placement {
  readonly resource: string;
  readonly node: string;
  readonly promoted: boolean;
}

/** How a node that is lost is cut off. */
export interface LostNodeFencing {
  /** `reboot` or `off`, as the scheduler asks for it. */
  readonly action: string;
  /** The scheduler's reason. */
  readonly reason: string | undefined;
  /** What is tried, one step after another. */
  readonly steps: readonly FencingStep[];
  /** False when no step can succeed: nothing is recovered then, until a person confirms that the node is off. */
  readonly possible: boolean;
}

/** What happens when a node is lost without a word. */
export interface Loss {
  readonly node: string;
  /** Undefined when the node is not fenced: `stonith-enabled` is false, or there is no quorum. */
  readonly fencing: LostNodeFencing | undefined;
  /** Where primitives start, are promoted or move to, once the node is fenced. */
  readonly starts: readonly Placement[];
  /** Primitives that ran somewhere, and run nowhere then. */
  readonly stopped: readonly string[];
  /** Primitives that ran on other nodes, and are moved, stopped or started again there. */
  readonly disturbed: readonly string[];
  /** The whole simulation. */
  readonly simulation: Simulation;
}

/** What is to be assumed besides the configuration. */
export interface LossOptions {
  /**
   * Whether those that are left have quorum. Without it: more than half of the members, and of two members the one that is left,
   * as with corosync's `two_node`.
   */
  readonly quorum?: boolean;
}

/** Asks Pacemaker's scheduler about one configuration. No question is put to it twice. */
export class Scheduler {
  readonly configuration: ClusterConfiguration;
  readonly #run: <T>(command: Command<T>) => Promise<T>;
  readonly #files: TemporaryFiles;
  readonly #simulations = new Map<string, Promise<Simulation>>();
  #now: Promise<string> | undefined;

  /**
   * @param configuration - One that was read from a CIB, live or from a file.
   * @param run - What runs crm_simulate: `(command) => pcs.run(command)`.
   * @param files - Where a CIB without a status is brought to rest.
   */
  constructor(
    configuration: ClusterConfiguration,
    run: <T>(command: Command<T>) => Promise<T>,
    files: TemporaryFiles = createTemporaryFiles(),
  ) {
    this.configuration = configuration;
    this.#run = run;
    this.#files = files;
  }

  /**
   * Whether a resource may run on a member, judged by the effect: whether it, or an instance of it, is started there when that
   * member is the only one there is, healthy, and nothing is on record against it. So rules, opt-in clusters, sets, templates
   * and what the resource depends on are all in the answer. Node attributes count as they are, but for standby and maintenance;
   * a resource that is disabled or unmanaged may run where it could otherwise.
   *
   * @throws PcsError `NOT_FOUND` for a resource or a member that is not there.
   */
  async mayRun(resource: string, node: string): Promise<boolean> {
    if (this.configuration.resource(resource) === undefined) throw notThere('resource', resource);
    const member = this.#member(node);
    const { after } = await this.#simulate(`alone on ${member.name}`, () => aloneOn(this.configuration, member.name));
    return startedOn(after, this.#inBundle(resource)).includes(member.name);
  }

  /** The members on which a resource may run; see {@link Scheduler.mayRun}. */
  async mayRunOn(resource: string): Promise<readonly string[]> {
    const places: string[] = [];
    for (const { name } of this.configuration.members) if (await this.mayRun(resource, name)) places.push(name);
    return places;
  }

  /**
   * What happens when a member is lost without a word, as the cluster is now. A CIB without a status, as one from a file may be,
   * is first brought to rest with all members up.
   *
   * @throws PcsError `NOT_FOUND` for a node that is not a member.
   */
  async ifLost(node: string, options: LossOptions = {}): Promise<Loss> {
    const member = this.#member(node);
    const lost = member.name;
    const count = this.configuration.members.length;
    const { quorum = count <= 2 || (count - 1) * 2 > count } = options;
    this.#now ??= this.#current();
    const now = await this.#now;
    const { before } = await this.#simulate('now', () => now);
    const cib = () => withLost(now, member, { quorum });
    const simulation = { ...(await this.#simulate(`lost ${lost} ${String(quorum)}`, cib)), before };
    const { after, fencings, reasons, disturbed } = simulation;
    const fenced = fencings.find(({ target }) => sameName(target, lost));
    return {
      node: lost,
      fencing: fenced && (await this.#fencing(lost, fenced.action, reasons.get(lost))),
      starts: startsBetween(before, after),
      stopped: primitives(before).filter((id) => startedOn(before, id).length > 0 && startedOn(after, id).length === 0),
      disturbed: primitives(before).filter(
        (id) =>
          disturbed.some((one) => one.resource === id && !sameName(one.node, lost)) ||
          startedOn(before, id).some((name) => !sameName(name, lost) && !startedOn(after, id).includes(name)),
      ),
      simulation,
    };
  }

  /**
   * By which devices a member is fenced, and from where, in the order in which they are tried.
   *
   * @throws PcsError `NOT_FOUND` for a node that is not a member.
   */
  async fencingSteps(node: string): Promise<readonly FencingStep[]> {
    const { name: target } = this.#member(node);
    const devices: PlacedDevice[] = [];
    for (const device of fenceDevicesFor(this.configuration, target)) {
      // A node is not asked to fence itself as long as another can.
      const from = (await this.mayRunOn(device.id)).filter((name) => !sameName(name, target));
      devices.push({ ...device, from });
    }
    return stepsFor(this.configuration, target, devices);
  }

  async #fencing(lost: string, action: string, reason: string | undefined): Promise<LostNodeFencing> {
    const steps = await this.fencingSteps(lost);
    return { action, reason, steps, possible: steps.some(({ usable }) => usable) };
  }

  #simulate(question: string, cib: () => string): Promise<Simulation> {
    const known = this.#simulations.get(question);
    if (known !== undefined) return known;
    const simulation = this.#run(simulate(cib()));
    this.#simulations.set(question, simulation);
    return simulation;
  }

  /** The CIB to begin with. */
  async #current(): Promise<string> {
    if (hasStatus(this.configuration)) return asItIs(this.configuration);
    const directory = await this.#files.makeDirectory();
    try {
      const saveTo = `${directory}/at-rest.xml`;
      await this.#run(simulate(freshlyStarted(this.configuration), saveTo));
      return await this.#files.read(saveTo);
    } finally {
      await this.#files.remove(directory);
    }
  }

  /** A member by its name, in any case. */
  #member(node: string): ConfiguredNode {
    const { members } = this.configuration;
    const member = nodeNamed(members, node);
    if (member === undefined) {
      throw new PcsError(
        'NOT_FOUND',
        `there is no node '${node}' in this cluster; it has ${members.map(({ name }) => name).join(', ')}`,
      );
    }
    return member;
  }

  /** A primitive in a bundle runs where the bundle does; its own nodes are the bundle's. */
  #inBundle(resource: string): string {
    const parent = this.configuration.parentOf(resource);
    return parent?.kind === 'bundle' ? parent.id : resource;
  }
}

function notThere(what: string, id: string): PcsError {
  return new PcsError('NOT_FOUND', `there is no ${what} '${id}' in this configuration`);
}

/** The primitives by their configured ids. */
function primitives({ resources }: SimulatedState): readonly string[] {
  return [...resources.values()]
    .filter(({ kind, id }) => kind === 'primitive' && !id.includes(':'))
    .map(({ id }) => id);
}

function startedOn({ resources }: SimulatedState, id: string): readonly string[] {
  return resources.get(id)?.startedOn ?? [];
}

function startsBetween(before: SimulatedState, after: SimulatedState): readonly Placement[] {
  return primitives(after).flatMap((resource) => {
    const [was, is] = [before.resources.get(resource), after.resources.get(resource)];
    return startedOn(after, resource).flatMap((node): readonly Placement[] => {
      const promoted = is?.promotedOn.includes(node) === true;
      const same = was?.startedOn.includes(node) === true && (!promoted || was.promotedOn.includes(node));
      return same ? [] : [{ resource, node, promoted }];
    });
  });
}
