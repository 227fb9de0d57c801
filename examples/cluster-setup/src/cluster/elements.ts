// The pieces of a cluster's configuration: how each differs from its design, and the pcs commands that make it so.
import {
  agentOf,
  type CibCommand,
  type ClusterConfiguration,
  commands,
  type ConfiguredPrimitive,
  type Correction,
  corrections,
  isPcsError,
  ordersIn,
  parseClusterConfiguration,
  sameAddress,
  sameName,
  together,
  valuesIn,
} from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import {
  addressAgents,
  containerAgents,
  banId,
  type AddressDesign,
  type ClusterDesign,
  type ContainerDesign,
  type FenceDesign,
  preference,
  type PrimitiveDesign,
} from './design.js';
import { nodeInterfaces } from './node-interfaces.js';

/** That of a cluster which is not there yet. */
export const noConfiguration = parseClusterConfiguration(
  '<cib admin_epoch="0" epoch="0" num_updates="0"><configuration>' +
    '<crm_config/><nodes/><resources/><constraints/></configuration></cib>',
);

/** All that the design puts into the configuration of the cluster, fencing first. */
export function everything(configuration: ClusterConfiguration, design: ClusterDesign): Correction {
  return together(
    ...design.fences.map((fence) => fenceDevice(configuration, fence)),
    stonithEnabled(configuration),
    noQuorumPolicy(configuration),
    stickiness(configuration, design.stickiness),
    service(configuration, design),
  );
}

/** The containers and the VIP, and how they belong together. */
export function service(
  configuration: ClusterConfiguration,
  { containers, vip: address, preferred, nodes }: ClusterDesign,
): Correction {
  const formerlyPreferred = nodes
    .filter(({ name }) => name !== preferred)
    .map(({ name }) => preferenceId(address, name));
  return together(
    absent(configuration, formerlyPreferred),
    ...containers.map((one) => container(configuration, one)),
    sideBySide(configuration, containers),
    vip(configuration, address, containers, preferred),
  );
}

const nothing: Correction = { differences: [], commands: [] };

/** A fence device, kept off its own target, and in a ring off every node but the one whose wire leads there. */
export function fenceDevice(configuration: ClusterConfiguration, design: FenceDesign): Correction {
  const { id, target, shooter, bans } = design;
  return together(
    // That of a ring in another order.
    absent(configuration, [banId(target, shooter)]),
    primitive(configuration, design),
    ...bans.map((ban) => corrections.location(configuration, id, ban.node, { id: ban.id, score: '-INFINITY' })),
  );
}

/** A container, cloned or not. */
export function container(configuration: ClusterConfiguration, design: ContainerDesign): Correction {
  const made = primitive(configuration, { ...design, agent: formerAgent(configuration, design) });
  const parent = configuration.parentOf(design.id);
  if (parent !== undefined && parent.kind !== 'clone') {
    throw new SetupError(
      'NOT_READY',
      `the resource ${design.id} is in the ${parent.kind} ${parent.id}, which this program did not make: take it out with ` +
        `pcs resource ungroup ${parent.id} ${design.id}, or give another name in the file`,
    );
  }
  if (design.clone === undefined) {
    if (parent === undefined) return made;
    return together(made, {
      differences: [{ what: parent.id, is: 'a clone' }],
      commands: [...constraintsGone(configuration, parent.id), commands.resource.unclone(design.id)],
    });
  }
  const { id, clone } = design;
  const cloned = orInTheFile(() => corrections.clone(configuration, id, { id: clone, meta: { interleave: true } }));
  return together(
    made,
    parent === undefined
      ? { ...cloned, commands: [...constraintsGone(configuration, id), ...cloned.commands] }
      : cloned,
  );
}

/** Containers that are not cloned, on one node together: the VIP has to be beside all of them. */
export function sideBySide(configuration: ClusterConfiguration, containers: readonly ContainerDesign[]): Correction {
  const [first, ...others] = containers.filter(({ clone }) => clone === undefined);
  if (first === undefined) return nothing;
  return together(
    ...others.map((one) =>
      corrections.colocation(configuration, one.id, first.id, {
        id: `${one.id}-with-${first.id}`,
        anew: !areThere(configuration, one.id, first.id),
      }),
    ),
  );
}

/** The VIP with all that ties it to the containers, which are there already. */
export function vip(
  configuration: ClusterConfiguration,
  design: AddressDesign,
  containers: readonly Pick<ContainerDesign, 'id' | 'clone'>[],
  preferred: string,
): Correction {
  const former = formerAddress(configuration, design);
  if (former !== undefined) {
    return together(leaves(configuration, former), vip(noConfiguration, heirOf(former, design), containers, preferred));
  }
  return together(
    primitive(configuration, design),
    nodeInterfaces(configuration, design),
    ...containers.flatMap((one) => [timing(configuration, design.id, one), place(configuration, design.id, one)]),
    corrections.location(configuration, design.id, preferred, {
      id: preferenceId(design, preferred),
      score: preference,
    }),
  );
}

/**
 * When the VIP comes and goes. A clone runs already where it goes, and the VIP waits where it does not. A container that moves
 * along is not waited for, or the VIP's start would be a part of every outage; until it runs clients are refused, and try again,
 * where without the address they would wait for seconds for an answer to a packet that went nowhere. In the old place the
 * VIP stays until the container has stopped, which first answers what it was asked.
 */
function timing(
  configuration: ClusterConfiguration,
  address: string,
  { id, clone }: Pick<ContainerDesign, 'id' | 'clone'>,
): Correction {
  const after = `${address}-after-${clone ?? id}`;
  const anew = !areThere(configuration, address, clone ?? id);
  if (clone !== undefined)
    return corrections.order(configuration, clone, address, { id: after, kind: 'Mandatory', anew });
  const stopOf = (resource: string) => ({ action: 'stop', resource }) as const;
  return together(
    absent(configuration, [after]),
    !anew && leavesAfter(configuration, address, id)
      ? nothing
      : corrections.order(configuration, stopOf(id), stopOf(address), {
          id: `${address}-leaves-after-${id}`,
          kind: 'Optional',
          symmetrical: false,
          anew,
        }),
  );
}

/** Whether the address stays where it is until a container has stopped, as far as both have to go. */
export function leavesAfter(configuration: ClusterConfiguration, address: string, container: string): boolean {
  return ordersIn(configuration).some(
    ({ first, then, firstAction, thenAction }) =>
      first === container && then === address && sameName(firstAction, 'stop') && sameName(thenAction, 'stop'),
  );
}

function place(
  configuration: ClusterConfiguration,
  address: string,
  { id, clone }: Pick<ContainerDesign, 'id' | 'clone'>,
): Correction {
  const container = clone ?? id;
  return corrections.colocation(configuration, address, container, {
    id: `${address}-with-${container}`,
    anew: !areThere(configuration, address, container),
  });
}

/** Of a container the one that it has, where it is one of ours: to be made anew it would have to stop. */
function formerAgent(configuration: ClusterConfiguration, { id, agent }: PrimitiveDesign): string {
  const former = configuration.resource(id);
  const is = former?.kind === 'primitive' ? agentOf(former) : undefined;
  return is !== undefined && Object.values<string>(containerAgents).includes(is) ? is : agent;
}

/** The VIP by the agent that holds addresses in the other mode. pcs cannot give it another agent: it is made anew. */
function formerAddress(
  configuration: ClusterConfiguration,
  { id, agent }: PrimitiveDesign,
): ConfiguredPrimitive | undefined {
  const former = configuration.resource(id);
  if (former?.kind !== 'primitive') return undefined;
  const is = agentOf(former) ?? '';
  return is !== agent && Object.values<string>(addressAgents).includes(is) ? former : undefined;
}

/** It goes, and its constraints with it. */
function leaves(configuration: ClusterConfiguration, former: ConfiguredPrimitive): Correction {
  const { id } = former;
  const constraints = configuration.constraintsOf(id);
  return {
    differences: [
      { what: id, is: agentOf(former) },
      ...constraints.map((one) => ({ what: one.id, is: `a constraint of ${id}` })),
    ],
    commands: [commands.resource.delete(id)],
  };
}

/** What was set by hand of the former one, and the design does not know of, stays. */
function heirOf({ instanceAttributes, metaAttributes }: ConfiguredPrimitive, design: AddressDesign): AddressDesign {
  return {
    ...design,
    options: { ...Object.fromEntries(valuesIn(instanceAttributes)), ...design.options },
    meta: { ...Object.fromEntries(valuesIn(metaAttributes)), ...design.meta },
  };
}

/** Whether they are there as they are to be: what is to be cloned, or to be a clone no more, loses its constraints on the way. */
function areThere({ resources }: ClusterConfiguration, ...ids: readonly string[]): boolean {
  return ids.every((id) => resources.some((resource) => resource.id === id));
}

function preferenceId({ id }: PrimitiveDesign, node: string): string {
  return `${id}-prefers-${node}`;
}

/** Constraints that another form of the file has made. */
function absent(configuration: ClusterConfiguration, ids: readonly string[]): Correction {
  const there = ids.filter((id) => configuration.constraint(id) !== undefined);
  if (there.length === 0) return nothing;
  return {
    differences: there.map((what) => ({ what, is: 'of a former file' })),
    commands: [commands.constraint.delete(...there)],
  };
}

/** Fencing on. Said and not left to the default, so that nobody's `ture` is in its place. */
export function stonithEnabled(configuration: ClusterConfiguration): Correction {
  return corrections.property(configuration, { 'stonith-enabled': true });
}

/** Without quorum nothing runs, which is Pacemaker's default. */
export function noQuorumPolicy(configuration: ClusterConfiguration): Correction {
  const { value, valid } = configuration.effectiveProperty('no-quorum-policy');
  return value === 'stop' && valid ? nothing : corrections.property(configuration, { 'no-quorum-policy': 'stop' });
}

/** How much every resource wants to stay. */
export function stickiness(configuration: ClusterConfiguration, value: number): Correction {
  return corrections.resourceDefaults(configuration, { 'resource-stickiness': value });
}

/** A resource or fence device: made, or brought to its design. */
export function primitive(configuration: ClusterConfiguration, design: PrimitiveDesign): Correction {
  const { id, family, agent, options, meta, operations } = design;
  const op = Object.fromEntries(
    Object.entries(operations).map(([action, { interval, timeout }]) => [
      action,
      { ...(interval !== undefined && { interval: `${interval}s` }), timeout: `${timeout}s` },
    ]),
  );
  const sameOption = (name: string, one: string, other: string) => name === 'ip' && sameAddress(one, other);
  return orInTheFile(() => corrections[family](configuration, id, agent, options, { op, meta, sameOption }));
}

/** What is in the way of the file may as well be avoided in the file. */
function orInTheFile(correct: () => Correction): Correction {
  try {
    return correct();
  } catch (error) {
    if (!isPcsError(error, 'ALREADY_EXISTS')) throw error;
    throw new SetupError('NOT_READY', `${error.message}, or give another name in the file`, { cause: error });
  }
}

/** pcs refuses to clone, or drops, what constraints name; those of the VIP are made anew afterwards. */
function constraintsGone(configuration: ClusterConfiguration, resource: string): readonly CibCommand<unknown>[] {
  const ids = configuration.constraintsOf(resource).map(({ id }) => id);
  return ids.length === 0 ? [] : [commands.constraint.delete(...ids)];
}
