// Idempotent changes: look first, then change what differs, and nothing when nothing does.
import type { Run } from '../command/bind.js';
import type { Change } from '../command/change.js';
import { sameAgent } from '../semantics/agents.js';
import { valueIn } from '../semantics/attributes.js';
import { agentOf } from '../semantics/resources.js';
import { sameRole } from '../semantics/roles.js';
import { parseBoolean, sameDuration, sameName } from '../semantics/values.js';
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import type { ConfiguredPrimitive } from '../cib/configured-resources.js';
import type { CibCommand } from '../command/command.js';
import * as commands from '../commands/index.js';
import type { CloneSettings } from '../commands/resource/resource.js';
import type { CreateSettings, Operations } from '../commands/resource/primitive.js';
import type { OrderedResource, OrderSettings, ResourceInRole } from '../commands/constraint.js';
import { PcsError } from '../errors.js';
import type { ClusterProperties } from '../properties.js';
import type { OptionChanges, Options, Score } from '../command/words.js';

/** What an `ensure` call found and did. */
export interface Ensured {
  /** False when everything was as it should be; nothing was run then but the look. */
  readonly changed: boolean;
  /** What pcs said of the change. */
  readonly change?: Change;
}

/**
 * Calls that may be repeated: each brings about a state, and changes nothing when it is there. What is not named is
 * left as it is.
 */
export interface EnsureCalls {
  /** Cluster properties; null for unset. */
  property(properties: ClusterProperties): Promise<Ensured>;
  /** A resource with at least these options. @throws PcsError `ALREADY_EXISTS` when the id is another agent's. */
  resource(id: string, agent: string, options?: Options, settings?: CreateSettings): Promise<Ensured>;
  /** A fence device with at least these options. @throws PcsError `ALREADY_EXISTS` when the id is another agent's. */
  stonith(id: string, agent: string, options?: Options, settings?: CreateSettings): Promise<Ensured>;
  /** That the resource or group is cloned, with at least these meta attributes. */
  clone(resource: string, settings?: CloneSettings): Promise<Ensured>;
  /** Meta attributes of a resource, group, clone or bundle; null for unset. */
  meta(resource: string, attributes: OptionChanges): Promise<Ensured>;
  /** Defaults of all resources; null for unset. */
  resourceDefaults(values: OptionChanges): Promise<Ensured>;
  /** That the source goes where the target is. @throws PcsError `ALREADY_EXISTS` when it does with another score. */
  colocation(source: ResourceInRole, target: ResourceInRole, settings?: { readonly score?: Score }): Promise<Ensured>;
  /** That `then` comes after `first`. @throws PcsError `ALREADY_EXISTS` when it does in another way. */
  order(first: OrderedResource, then: OrderedResource, settings?: Omit<OrderSettings, 'id'>): Promise<Ensured>;
  /** That the resource prefers the nodes with these scores; other nodes' are left as they are. */
  locationPrefers(resource: string, nodes: Readonly<Record<string, Score>>): Promise<Ensured>;
}

/** The calls, on whatever `run` runs on. */
export function ensureCalls(run: Run): EnsureCalls {
  const ensure = async (plan: (configuration: ClusterConfiguration) => CibCommand<Change> | undefined) => {
    const command = plan(await run(commands.cib.config()));
    return command === undefined ? { changed: false } : { changed: true, change: await run(command) };
  };
  return {
    property: (properties) => ensure((cib) => ensureProperty(cib, properties)),
    resource: (id, agent, options = {}, settings = {}) =>
      ensure((cib) => ensurePrimitive(cib, commands.resource, id, agent, options, settings)),
    stonith: (id, agent, options = {}, settings = {}) =>
      ensure((cib) => ensurePrimitive(cib, commands.stonith, id, `stonith:${agent}`, options, settings)),
    clone: (resource, settings = {}) => ensure((cib) => ensureClone(cib, resource, settings)),
    meta: (resource, attributes) => ensure((cib) => ensureMeta(cib, resource, attributes)),
    resourceDefaults: (values) =>
      ensure(({ resourceDefaults }) =>
        unlessEmpty(
          differing(values, (name) => valueIn(resourceDefaults, name), sameToPacemaker),
          commands.resource.defaults.update,
        ),
      ),
    colocation: (source, target, settings = {}) => ensure((cib) => ensureColocation(cib, source, target, settings)),
    order: (first, then, settings = {}) => ensure((cib) => ensureOrder(cib, first, then, settings)),
    locationPrefers: (resource, nodes) => ensure((cib) => ensureLocation(cib, resource, nodes)),
  };
}

function ensureProperty(cib: ClusterConfiguration, properties: ClusterProperties): CibCommand<Change> | undefined {
  // Made in any case, so that a wrong value is refused also where nothing would change.
  if (Object.keys(properties).length > 0) commands.property.set(properties);
  return unlessEmpty(
    differing(properties, (name) => cib.property(name), sameToPacemaker),
    (changed) => commands.property.set(changed),
  );
}

function ensurePrimitive(
  cib: ClusterConfiguration,
  family: typeof commands.resource | typeof commands.stonith,
  id: string,
  agent: string,
  options: Options,
  settings: CreateSettings,
): CibCommand<Change> | undefined {
  const create = family.create(id, agent.replace(/^stonith:/, ''), options, settings);
  const found = cib.primitive(id) ?? cib.resource(id);
  if (found === undefined) return create;
  if (found.kind !== 'primitive' || !isOfAgent(found, agent)) {
    throw different(id, found.kind === 'primitive' ? (agentOf(found) ?? 'of no agent') : `a ${found.kind}`, agent);
  }
  const op = differingOperations(found, settings.op ?? {});
  const changed = differing(
    options,
    (name) => valueIn(found.instanceAttributes, name),
    (name, one, other) => one === other || (name.startsWith('pcmk_delay_') && sameDuration(one, other)),
  );
  const meta = differing(settings.meta ?? {}, (name) => valueIn(found.metaAttributes, name), sameToPacemaker);
  if ([op, changed, meta].every((part) => Object.keys(part).length === 0)) return undefined;
  return family.update(id, changed, { op, meta, ...(settings.force !== undefined && { force: settings.force }) });
}

function ensureClone(cib: ClusterConfiguration, resource: string, settings: CloneSettings) {
  const create = commands.resource.clone(resource, settings);
  const parent = cib.parentOf(resource);
  if (parent === undefined) return create;
  if (parent.kind !== 'clone' || (settings.id !== undefined && parent.id !== settings.id)) {
    throw different(resource, `in the ${parent.kind} '${parent.id}'`, `a clone ${settings.id ?? ''}`);
  }
  return ensureMeta(cib, parent.id, settings.meta ?? {});
}

function ensureMeta(cib: ClusterConfiguration, resource: string, attributes: OptionChanges) {
  const found = cib.resource(resource);
  if (found === undefined) throw new PcsError(`there is no resource '${resource}'`, { code: 'NOT_FOUND' });
  return unlessEmpty(
    differing(attributes, (name) => valueIn(found.metaAttributes, name), sameToPacemaker),
    (changed) => commands.resource.meta(resource, changed),
  );
}

function ensureColocation(
  cib: ClusterConfiguration,
  source: ResourceInRole,
  target: ResourceInRole,
  { score = 'INFINITY' }: { readonly score?: Score },
) {
  const [one, other] = [inRole(source), inRole(target)];
  const found = cib.constraints.find(
    (constraint) =>
      constraint.kind === 'colocation' &&
      constraint.resource === one.resource &&
      constraint.withResource === other.resource &&
      sameRole(constraint.resourceRole, one.role) &&
      sameRole(constraint.withResourceRole, other.role),
  );
  if (found === undefined) return commands.constraint.colocation.add(source, target, { score });
  if (found.kind === 'colocation' && found.score === numeric(score)) return undefined;
  throw different(found.id, 'there with another score', `score ${score}`);
}

function ensureOrder(
  cib: ClusterConfiguration,
  first: OrderedResource,
  then: OrderedResource,
  settings: Omit<OrderSettings, 'id'>,
) {
  const [one, other] = [ordered(first), ordered(then)];
  const found = cib.constraints.find(
    (constraint) =>
      constraint.kind === 'order' &&
      constraint.first === one.resource &&
      constraint.then === other.resource &&
      (constraint.firstAction ?? 'start') === one.action &&
      (constraint.thenAction ?? constraint.firstAction ?? 'start') === other.action,
  );
  if (found?.kind !== 'order') return commands.constraint.order.add(first, then, settings);
  const { kind = 'Mandatory' } = settings;
  // Serialize is symmetrical only when it says so, and never means it; the others are unless they say otherwise.
  const symmetrical = settings.symmetrical ?? kind !== 'Serialize';
  if ((found.orderKind ?? 'Mandatory') === kind && (found.symmetrical ?? kind !== 'Serialize') === symmetrical) {
    return undefined;
  }
  throw different(found.id, 'there in another way', `kind ${kind}, symmetrical ${String(symmetrical)}`);
}

function ensureLocation(cib: ClusterConfiguration, resource: string, nodes: Readonly<Record<string, Score>>) {
  const prefers = commands.constraint.location.prefers(resource, nodes);
  const missing = Object.entries(nodes).filter(
    ([node, score]) =>
      !cib.constraints.some(
        (one) =>
          one.kind === 'location' && one.resource === resource && one.node === node && one.score === numeric(score),
      ),
  );
  if (missing.length === 0) return undefined;
  return missing.length === Object.keys(nodes).length
    ? prefers
    : commands.constraint.location.prefers(resource, Object.fromEntries(missing));
}

/** Those of the wanted values that are not there: by default to the letter, as only its agent knows what an option means. */
function differing<T extends OptionChanges>(
  wanted: T,
  current: (name: string) => string | undefined,
  same: (name: string, one: string, other: string) => boolean = (_name, one, other) => one === other,
): T {
  const changed = Object.entries(wanted).filter(([name, value]) => {
    if (value === undefined) return false;
    const [is, should] = [current(name), value === null ? undefined : String(value)];
    return is === undefined || should === undefined ? is !== should : !same(name, is, should);
  });
  return Object.fromEntries(changed) as T;
}

/** Whether Pacemaker takes two values of a property, meta attribute or option of an operation for one: `4` and `4s`, `on` and `true`. */
function sameToPacemaker(name: string, one: string, other: string): boolean {
  if (one === other) return true;
  if (name.endsWith('role')) return sameRole(one, other);
  const [left, right] = [parseBoolean(one), parseBoolean(other)];
  if (left !== undefined && right !== undefined && !/\d/.test(one + other)) return left === right;
  return isDuration(name) ? sameDuration(one, other) : /^[a-z-]+$/i.test(one) && sameName(one, other);
}

/** By the names that Pacemaker gives to what is a time. */
function isDuration(name: string): boolean {
  return /(?:^|-)(?:interval|timeout|delay|deadtime|escalation|lock-limit)$/.test(name);
}

/** The wanted operations of which no configured one has all the options. */
function differingOperations(found: ConfiguredPrimitive, wanted: Operations): Operations {
  const missing = Object.entries(wanted).filter(([action, settings]) =>
    [settings].flat().some(
      (options) =>
        !found.operations.some((operation) => {
          const { name, interval, timeout, role, onFail, enabled, startDelay } = operation;
          const values: Readonly<Record<string, string | undefined>> = {
            ...{ interval, timeout, role, 'on-fail': onFail, 'start-delay': startDelay },
            enabled: enabled === undefined ? undefined : String(enabled),
          };
          return (
            name === action && Object.keys(differing(options, (option) => values[option], sameToPacemaker)).length === 0
          );
        }),
    ),
  );
  return Object.fromEntries(missing);
}

function unlessEmpty<T extends object>(
  changed: T,
  make: (changed: T) => CibCommand<Change>,
): CibCommand<Change> | undefined {
  return Object.keys(changed).length === 0 ? undefined : make(changed);
}

/** pcs takes a type alone, too. */
function isOfAgent(found: ConfiguredPrimitive, agent: string): boolean {
  return sameAgent(agentOf(found) ?? '', agent) || (!agent.includes(':') && found.type === agent);
}

function different(what: string, is: string, wanted: string): PcsError {
  return new PcsError(`'${what}' is ${is}, not ${wanted.trim()}: delete it first if it is to be replaced`, {
    code: 'ALREADY_EXISTS',
  });
}

function inRole(one: ResourceInRole): { readonly resource: string; readonly role: string } {
  return typeof one === 'string' ? { resource: one, role: 'Started' } : one;
}

function ordered(one: OrderedResource): { readonly resource: string; readonly action: string } {
  return typeof one === 'string' ? { resource: one, action: 'start' } : one;
}

function numeric(score: Score): number {
  if (typeof score === 'number') return Math.abs(score) >= 1_000_000 ? Math.sign(score) * Infinity : score;
  return score === 'INFINITY' ? Infinity : -Infinity;
}
