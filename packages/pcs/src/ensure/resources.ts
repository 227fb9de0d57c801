// Corrections of resources, fence devices and properties.
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import type { ConfiguredOperation, ConfiguredPrimitive } from '../cib/configured-resources.js';
import type { Change } from '../command/change.js';
import type { OptionChanges, Options } from '../command/words.js';
import * as commands from '../commands/index.js';
import type { CreateSettings, Operations } from '../commands/resource/primitive.js';
import type { CloneSettings } from '../commands/resource/resource.js';
import { PcsError } from '../errors.js';
import { CLUSTER_PROPERTIES, type ClusterProperties } from '../properties.js';
import { sameAgent } from '../semantics/agents.js';
import { valueIn } from '../semantics/attributes.js';
import type { PropertyName } from '../semantics/properties.js';
import { agentOf } from '../semantics/resources.js';
import { type Correction, different, nothing } from './correction.js';
import { asDifference, changesOf, correctionOf, deviations, sameToFencer, sameToPacemaker } from './deviations.js';

/** What is wanted of a resource besides its options, which are its agent's. */
export interface PrimitiveSettings extends Omit<CreateSettings, 'meta'> {
  /** Meta attributes; null for one that must not be set. */
  readonly meta?: OptionChanges;
  /**
   * Whether the agent takes two values of an option for one. Without it they are compared to the letter, but for those that
   * Pacemaker reads: the names and times of a fence device.
   */
  readonly sameOption?: (name: string, one: string, other: string) => boolean;
}

/** Cluster properties; null for unset. */
export function property(cib: ClusterConfiguration, properties: ClusterProperties): Correction<Change> {
  // Made in any case, so that a wrong value is refused also where nothing would change.
  if (Object.keys(properties).length > 0) commands.property.set(properties);
  const is = (name: string) =>
    name in CLUSTER_PROPERTIES ? cib.effectiveProperty(name as PropertyName).written : cib.property(name);
  return correctionOf(deviations(properties, is, sameToPacemaker), '', commands.property.set);
}

/** Defaults of all resources; null for unset. */
export function resourceDefaults(cib: ClusterConfiguration, values: OptionChanges): Correction<Change> {
  const is = (name: string) => valueIn(cib.resourceDefaults, name, cib.references);
  return correctionOf(deviations(values, is, sameToPacemaker), '', commands.resource.defaults.update);
}

/** A resource with at least these options. @throws PcsError `ALREADY_EXISTS` when the id is another agent's. */
export function resource(
  cib: ClusterConfiguration,
  id: string,
  agent: string,
  options: OptionChanges = {},
  settings: PrimitiveSettings = {},
): Correction<Change> {
  return primitive(cib, commands.resource, { id, agent, options, settings });
}

/** A fence device with at least these options. @throws PcsError `ALREADY_EXISTS` when the id is another agent's. */
export function stonith(
  cib: ClusterConfiguration,
  id: string,
  agent: string,
  options: OptionChanges = {},
  settings: PrimitiveSettings = {},
): Correction<Change> {
  return primitive(cib, commands.stonith, { id, agent: `stonith:${agent}`, options, settings });
}

interface WantedPrimitive {
  readonly id: string;
  readonly agent: string;
  readonly options: OptionChanges;
  readonly settings: PrimitiveSettings;
}

function primitive(
  cib: ClusterConfiguration,
  family: typeof commands.resource | typeof commands.stonith,
  { id, agent, options, settings: { sameOption, meta = {}, ...settings } }: WantedPrimitive,
): Correction<Change> {
  const name = agent.replace(/^stonith:/, '');
  const create = family.create(id, name, present(options), { ...settings, meta: present(meta) });
  const found = cib.primitive(id) ?? cib.resource(id);
  if (found === undefined) return { differences: [{ what: id, should: name }], commands: [create] };
  if (found.kind !== 'primitive' || !isOfAgent(found, agent)) {
    const is = found.kind === 'primitive' ? (agentOf(found) ?? 'of no agent') : `a ${found.kind}`;
    const standard = found.kind === 'primitive' ? found.class : undefined;
    throw different(id, {
      is,
      should: agent,
      remove: `${standard === 'stonith' ? 'stonith' : 'resource'} delete ${id}`,
    });
  }
  const changed = deviations(
    options,
    (option) => valueIn(found.instanceAttributes, option, cib.references),
    (option, one, other) => sameToFencer(option, one, other) || sameOption?.(option, one, other) === true,
  );
  const changedMeta = deviations(
    meta,
    (attribute) => valueIn(found.metaAttributes, attribute, cib.references),
    sameToPacemaker,
  );
  const changedOperations = differingOperations(cib, found, settings.op ?? {});
  const values = [...changed, ...changedMeta].map((one) => asDifference(id, one));
  const operations = changedOperations.map(([action, should]) => ({
    what: `${id} ${action}`,
    is: asText(found.operations.filter((one) => one.name === action).map(optionsOfOperation)),
    should: asText([should].flat()),
  }));
  if (values.length + operations.length === 0) return nothing;
  const parts = {
    op: Object.fromEntries(changedOperations),
    meta: changesOf(changedMeta),
    ...(settings.force !== undefined && { force: settings.force }),
  };
  return { differences: [...values, ...operations], commands: [family.update(id, changesOf(changed), parts)] };
}

/** That the resource or group is cloned, with at least these meta attributes. */
export function clone(cib: ClusterConfiguration, member: string, settings: CloneSettings = {}): Correction<Change> {
  const create = commands.resource.clone(member, settings);
  const parent = cib.parentOf(member);
  const { id = `${member}-clone`, meta: attributes = {} } = settings;
  if (parent === undefined) {
    const should = ['a clone', ...Object.entries(attributes).map(([name, value]) => `${name}=${String(value)}`)];
    return { differences: [{ what: id, should: should.join(', ') }], commands: [create] };
  }
  if (parent.kind !== 'clone' || (settings.id !== undefined && parent.id !== settings.id)) {
    const [is, should] = [`in the ${parent.kind} '${parent.id}'`, `a clone ${settings.id ?? ''}`.trim()];
    const verb = parent.kind === 'clone' ? 'unclone' : `ungroup ${parent.id}`;
    throw different(member, { is, should, remove: `resource ${verb} ${member}` });
  }
  return meta(cib, parent.id, attributes);
}

/** Meta attributes of a resource, group, clone or bundle; null for unset. */
export function meta(cib: ClusterConfiguration, id: string, attributes: OptionChanges): Correction<Change> {
  const found = cib.resource(id);
  if (found === undefined) throw new PcsError('NOT_FOUND', `there is no resource '${id}'`);
  const is = (name: string) => valueIn(found.metaAttributes, name, cib.references);
  return correctionOf(deviations(attributes, is, sameToPacemaker), id, (changes) =>
    commands.resource.meta(id, changes),
  );
}

/** What is to be set, for creating. */
function present(values: OptionChanges): Options {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Options;
}

/** The wanted operations of which no configured one has all the options. */
function differingOperations(cib: ClusterConfiguration, found: ConfiguredPrimitive, wanted: Operations) {
  const timeout = valueIn(cib.operationDefaults, 'timeout', cib.references) ?? PACEMAKERS_TIMEOUT;
  return Object.entries(wanted).filter(([action, settings]) =>
    [settings].flat().some(
      (options) =>
        !found.operations.some((operation) => {
          const values: Options = { timeout, ...optionsOfOperation(operation) };
          const is = (option: string) => (values[option] === undefined ? undefined : String(values[option]));
          return operation.name === action && deviations(options, is, sameToPacemaker).length === 0;
        }),
    ),
  );
}

/** What an operation may take where nobody says it. */
const PACEMAKERS_TIMEOUT = '20s';

function optionsOfOperation(operation: ConfiguredOperation): Options {
  const { interval, timeout, role, onFail, enabled, startDelay } = operation;
  const all = { interval, timeout, role, 'on-fail': onFail, enabled, 'start-delay': startDelay };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function asText(operations: readonly Options[]): string | undefined {
  const texts = operations.map((options) => Object.entries(options).map(([name, value]) => `${name}=${String(value)}`));
  return texts.length === 0 ? undefined : texts.map((words) => words.join(' ')).join('; ');
}

/** pcs takes a type alone, too. */
function isOfAgent(found: ConfiguredPrimitive, agent: string): boolean {
  return sameAgent(agentOf(found) ?? '', agent) || (!agent.includes(':') && found.type === agent);
}
