// The pieces of a cluster's configuration: how each differs from its design, and the pcs commands that make it so.
import {
  agentOf,
  type AttributeSet,
  type CibCommand,
  type ClusterConfiguration,
  commands,
  type ConfiguredPrimitive,
  isTrue,
  locationsIn,
  ordersIn,
  parseScore,
  runsOnlyWith,
  sameAddress,
  sameAgent,
  sameDuration,
  sameName,
  startsOnlyAfter,
  valueIn,
} from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import type { Change, Configuration } from './change.js';
import { nodeInterfaces } from './node-interfaces.js';
import {
  addressAgents,
  type AddressDesign,
  type ClusterDesign,
  type ContainerDesign,
  type FenceDesign,
  preference,
  present,
  type PrimitiveDesign,
} from './design.js';

/** All that the design puts into the configuration of the cluster, fencing first. */
export function everything(configuration: Configuration, design: ClusterDesign): Change {
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
  configuration: Configuration,
  { containers, vip: address, preferred, nodes }: ClusterDesign,
): Change {
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

export function together(...changes: readonly Change[]): Change {
  return {
    differences: changes.flatMap(({ differences }) => differences),
    commands: changes.flatMap((change) => change.commands),
  };
}

const nothing: Change = { differences: [], commands: [] };

/** A fence device and its ban from its own target. */
export function fenceDevice(configuration: Configuration, design: FenceDesign): Change {
  return together(
    primitive(configuration, design),
    constraint(configuration, {
      id: design.banId,
      says: `${design.id} off ${design.target}`,
      holds: (existing) =>
        locationsIn(existing).some(
          ({ resource, node, score, role, certain }) =>
            resource === design.id &&
            sameName(node, design.target) &&
            score === -Infinity &&
            role === undefined &&
            certain,
        ),
      make: (id) => commands.constraint.location.add(id, design.id, design.target, '-INFINITY'),
    }),
  );
}

/** A container, cloned or not. */
export function container(configuration: Configuration, design: ContainerDesign): Change {
  const made = primitive(configuration, design);
  const parent = configuration?.parentOf(design.id);
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
  if (parent === undefined) {
    return together(made, {
      differences: [{ what: design.clone, should: 'a clone, interleave=true' }],
      commands: [
        ...constraintsGone(configuration, design.id),
        commands.resource.clone(design.id, { id: design.clone, meta: { interleave: true } }),
      ],
    });
  }
  return together(made, metaOf(parent.id, parent.metaAttributes, { interleave: 'true' }));
}

/** Containers that are not cloned, on one node together: the VIP has to be beside all of them. */
export function sideBySide(configuration: Configuration, containers: readonly ContainerDesign[]): Change {
  const [first, ...others] = containers.filter(({ clone }) => clone === undefined);
  if (first === undefined) return nothing;
  return together(
    ...others.map((one) =>
      constraint(configuration, {
        id: `${one.id}-with-${first.id}`,
        says: `${one.id} only where ${first.id} is`,
        holds: (existing) => areThere(existing, one.id, first.id) && runsOnlyWith(existing, one.id, first.id),
        make: (id) => commands.constraint.colocation.add(one.id, first.id, { id, score: 'INFINITY' }),
      }),
    ),
  );
}

/** The VIP with all that ties it to the containers, which are there already. */
export function vip(
  configuration: Configuration,
  design: AddressDesign,
  containers: readonly Pick<ContainerDesign, 'id' | 'clone'>[],
  preferred: string,
): Change {
  const former = formerAddress(configuration, design);
  if (former !== undefined) {
    return together(leaves(configuration, former), vip(undefined, heirOf(former, design), containers, preferred));
  }
  return together(
    primitive(configuration, design),
    nodeInterfaces(configuration, design),
    ...containers.flatMap((one) => [timing(configuration, design.id, one), place(configuration, design.id, one)]),
    constraint(configuration, {
      id: preferenceId(design, preferred),
      says: `${design.id} first on ${preferred}`,
      holds: (existing) =>
        locationsIn(existing).some(
          ({ resource, node, score }) => resource === design.id && sameName(node, preferred) && score === preference,
        ),
      make: (id) => commands.constraint.location.add(id, design.id, preferred, preference),
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
  configuration: Configuration,
  address: string,
  { id, clone }: Pick<ContainerDesign, 'id' | 'clone'>,
): Change {
  const after = `${address}-after-${clone ?? id}`;
  if (clone !== undefined) {
    return constraint(configuration, {
      id: after,
      says: `${address} starts after ${clone}`,
      holds: (existing) => areThere(existing, address, clone) && startsOnlyAfter(existing, address, clone),
      make: (name) => commands.constraint.order.add(clone, address, { id: name, kind: 'Mandatory' }),
    });
  }
  return together(
    absent(configuration, [after]),
    constraint(configuration, {
      id: `${address}-leaves-after-${id}`,
      says: `${address} leaves after ${id}`,
      holds: (existing) => areThere(existing, address, id) && leavesAfter(existing, address, id),
      make: (name) =>
        commands.constraint.order.add(
          { action: 'stop', resource: id },
          { action: 'stop', resource: address },
          { id: name, kind: 'Optional', symmetrical: false },
        ),
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
  configuration: Configuration,
  address: string,
  { id, clone }: Pick<ContainerDesign, 'id' | 'clone'>,
): Change {
  const container = clone ?? id;
  return constraint(configuration, {
    id: `${address}-with-${container}`,
    says: `${address} only where ${container} is`,
    holds: (existing) => areThere(existing, address, container) && runsOnlyWith(existing, address, container),
    make: (name) => commands.constraint.colocation.add(address, container, { id: name, score: 'INFINITY' }),
  });
}

/** The VIP by the agent that holds addresses in the other mode. pcs cannot give it another agent: it is made anew. */
function formerAddress(configuration: Configuration, { id, agent }: PrimitiveDesign): ConfiguredPrimitive | undefined {
  const former = configuration?.resource(id);
  if (former?.kind !== 'primitive') return undefined;
  const is = agentName(former);
  return is !== agent && Object.values<string>(addressAgents).includes(is) ? former : undefined;
}

/** It goes, and its constraints with it. */
function leaves(configuration: Configuration, former: ConfiguredPrimitive): Change {
  const { id } = former;
  const constraints = configuration?.constraintsOf(id) ?? [];
  return {
    differences: [
      { what: id, is: agentName(former) },
      ...constraints.map((one) => ({ what: one.id, is: `a constraint of ${id}` })),
    ],
    commands: [commands.resource.delete(id)],
  };
}

/** What was set by hand of the former one, and the design does not know of, stays. */
function heirOf({ instanceAttributes, metaAttributes }: ConfiguredPrimitive, design: AddressDesign): AddressDesign {
  return {
    ...design,
    options: { ...valuesOf(instanceAttributes), ...design.options },
    meta: { ...valuesOf(metaAttributes), ...design.meta },
  };
}

function valuesOf(sets: readonly AttributeSet[]): Record<string, string> {
  const names = new Set(sets.flatMap(({ pairs }) => pairs.map(({ name }) => name)));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = name === undefined ? undefined : valueIn(sets, name);
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Whether they are there as they are to be: what is to be cloned, or to be a clone no more, loses its constraints on the way. */
function areThere({ resources }: ClusterConfiguration, ...ids: readonly string[]): boolean {
  return ids.every((id) => resources.some((resource) => resource.id === id));
}

function preferenceId({ id }: PrimitiveDesign, node: string): string {
  return `${id}-prefers-${node}`;
}

/** Constraints that another form of the file has made. */
function absent(configuration: Configuration, ids: readonly string[]): Change {
  const there = ids.filter((id) => configuration?.constraint(id) !== undefined);
  if (there.length === 0) return nothing;
  return {
    differences: there.map((what) => ({ what, is: 'of a former file' })),
    commands: [commands.constraint.delete(...there)],
  };
}

interface ConstraintDesign {
  readonly id: string;
  /** What it comes to, for people. */
  readonly says: string;
  /** Whether the configuration says so already, in whatever form. */
  readonly holds: (configuration: ClusterConfiguration) => boolean;
  readonly make: (id: string) => CibCommand<unknown>;
}

function constraint(configuration: Configuration, { id, says, holds, make }: ConstraintDesign): Change {
  if (configuration !== undefined && holds(configuration)) return nothing;
  const taken = configuration?.constraint(id) !== undefined;
  return {
    differences: [{ what: says, is: taken ? 'otherwise' : undefined, should: 'always' }],
    commands: [...(taken ? [commands.constraint.delete(id)] : []), make(id)],
  };
}

/** Fencing on. Said and not left to the default, so that nobody's `ture` is in its place. */
export function stonithEnabled(configuration: Configuration): Change {
  const { value, written: is, valid } = configuration?.effectiveProperty('stonith-enabled') ?? {};
  if (is !== undefined && valid === true && value === true) return nothing;
  return {
    differences: [{ what: 'stonith-enabled', is, should: 'true' }],
    commands: [commands.property.set({ 'stonith-enabled': true })],
  };
}

/** Without quorum nothing runs, which is Pacemaker's default. */
export function noQuorumPolicy(configuration: Configuration): Change {
  const { value = 'stop', written: is, valid = true } = configuration?.effectiveProperty('no-quorum-policy') ?? {};
  if (value === 'stop' && valid) return nothing;
  return {
    differences: [{ what: 'no-quorum-policy', is, should: 'stop' }],
    commands: [commands.property.set({ 'no-quorum-policy': 'stop' })],
  };
}

/** How much every resource wants to stay. */
export function stickiness(configuration: Configuration, value: number): Change {
  const is = configuration && valueIn(configuration.resourceDefaults, 'resource-stickiness', configuration.references);
  if (is !== undefined && parseScore(is) === value) return nothing;
  return {
    differences: [{ what: 'resource-stickiness', is, should: String(value) }],
    commands: [commands.resource.defaults.update({ 'resource-stickiness': value })],
  };
}

/** A resource or fence device: made, or brought to its design. */
export function primitive(configuration: Configuration, design: PrimitiveDesign): Change {
  const { id, family, agent, options, meta, operations } = design;
  const existing = configuration?.primitive(id) ?? configuration?.resource(id);
  const op = Object.fromEntries(
    Object.entries(operations).map(([action, { interval, timeout }]) => [
      action,
      { ...(interval !== undefined && { interval: `${interval}s` }), timeout: `${timeout}s` },
    ]),
  );
  if (existing === undefined) {
    const create = family === 'stonith' ? commands.stonith.create : commands.resource.create;
    return {
      differences: [{ what: id, should: agent }],
      commands: [create(id, agent, present(options), { op, meta: present(meta) })],
    };
  }
  const is = existing.kind === 'primitive' ? agentName(existing) : `a ${existing.kind}`;
  if (existing.kind !== 'primitive' || !sameAgent(is, agent)) {
    throw new SetupError(
      'NOT_READY',
      `the cluster has ${id} already, but it is ${is} and not ${agent}: remove it with pcs ${family} delete ${id}, or give ` +
        'another name in the file',
    );
  }
  const changedOptions = deviations(existing.instanceAttributes, options);
  const changedMeta = deviations(existing.metaAttributes, meta);
  const changedOperations = Object.entries(operations).filter(([action, { interval, timeout }]) => {
    const one = existing.operations.find(({ name }) => name === action);
    return (
      one === undefined ||
      !sameDuration(one.timeout ?? '20s', `${timeout}s`) ||
      (interval !== undefined && !sameDuration(one.interval, `${interval}s`))
    );
  });
  if (changedOptions.length + changedMeta.length + changedOperations.length === 0) return nothing;
  const update = family === 'stonith' ? commands.stonith.update : commands.resource.update;
  return {
    differences: [
      ...[...changedOptions, ...changedMeta].map(({ name, is: value, should }) => ({
        what: `${id} ${name}`,
        is: value,
        ...(should !== null && { should: String(should) }),
      })),
      ...changedOperations.map(([action, { interval, timeout }]) => {
        const one = existing.operations.find(({ name }) => name === action);
        return {
          what: `${id} ${action}`,
          is: one && `every ${one.interval}, at most ${one.timeout ?? '20s'}`,
          should: `every ${interval ?? 0}s, at most ${timeout}s`,
        };
      }),
    ],
    commands: [
      update(id, Object.fromEntries(changedOptions.map(({ name, should }) => [name, should])), {
        op: Object.fromEntries(changedOperations.map(([action]) => [action, op[action] ?? {}])),
        meta: Object.fromEntries(changedMeta.map(({ name, should }) => [name, should])),
      }),
    ],
  };
}

/** `ocf:heartbeat:docker`, or the bare name of a fence agent. */
function agentName(primitive: ConfiguredPrimitive): string {
  return primitive.class === 'stonith' ? (primitive.type ?? '') : (agentOf(primitive) ?? 'without an agent');
}

interface Deviation {
  readonly name: string;
  readonly is: string | undefined;
  readonly should: string | number | null;
}

function deviations(
  sets: readonly AttributeSet[],
  wanted: Readonly<Record<string, string | number | null>>,
): readonly Deviation[] {
  return Object.entries(wanted).flatMap(([name, should]) => {
    const is = valueIn(sets, name);
    const same = should === null ? is === undefined : is !== undefined && sameValue(name, is, String(should));
    return same ? [] : [{ name, is, should }];
  });
}

/** Whether two texts are one value to those who read it: Pacemaker, or the agent. */
function sameValue(name: string, is: string, should: string): boolean {
  if (is === should) return true;
  if (should === 'true') return isTrue(is);
  if (name === 'ip') return sameAddress(is, should);
  if (name === 'pcmk_host_list') return sameName(is.trim(), should);
  return /\d(?:m?s|min)$/.test(should) && sameDuration(is, should);
}

function metaOf(resource: string, sets: readonly AttributeSet[], wanted: Readonly<Record<string, string>>): Change {
  const changed = deviations(sets, wanted);
  if (changed.length === 0) return nothing;
  return {
    differences: changed.map(({ name, is, should }) => ({ what: `${resource} ${name}`, is, should: String(should) })),
    commands: [commands.resource.meta(resource, Object.fromEntries(changed.map(({ name, should }) => [name, should])))],
  };
}

/** pcs refuses to clone, or drops, what constraints name; those of the VIP are made anew afterwards. */
function constraintsGone(configuration: Configuration, resource: string): readonly CibCommand<unknown>[] {
  const ids = configuration?.constraintsOf(resource).map(({ id }) => id) ?? [];
  return ids.length === 0 ? [] : [commands.constraint.delete(...ids)];
}
