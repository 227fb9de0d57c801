// CIBs for the scheduler to look at: a copy of a configuration, with a status made up for the question.
import type { ClusterConfiguration, ConfiguredNode } from '../../cib/cluster-configuration.js';
import { PcsError } from '../../errors.js';
import { parseXml, type XmlElement } from '../../xml/tree.js';
import { element, writeXml } from '../../xml/write.js';
import { isMember } from '../nodes.js';
import { scoreOf } from '../values.js';

/** The CIB of a configuration as it was read. @throws PcsError `INVALID_ARGUMENT` when it was not read from one. */
function sourceOf({ source }: ClusterConfiguration): XmlElement {
  if (source !== undefined) return source;
  throw new PcsError(
    'INVALID_ARGUMENT',
    'this configuration was not read from a CIB: parse one with parseClusterConfiguration',
  );
}

/** Whether the CIB tells of any node, so that the scheduler can begin where the cluster is. */
export function hasStatus({ statusSection }: ClusterConfiguration): boolean {
  return statusSection?.children.some(({ name }) => name === 'node_state') === true;
}

/** The CIB as it is. */
export function asItIs(configuration: ClusterConfiguration): string {
  return writeXml(sourceOf(configuration));
}

/** The CIB with all members up and nothing on them yet, all else as it is. */
export function freshlyStarted(configuration: ClusterConfiguration): string {
  const root = sourceOf(configuration);
  return writeXml(withStatus(configuration, root, () => []));
}

/**
 * The CIB with one healthy member, all others in standby, on which all that the configuration lets run there starts: without
 * what keeps resources from being placed for other reasons (disabled, unmanaged, maintenance, failures, missing fencing, other
 * resources that must be kept apart).
 */
export function aloneOn(configuration: ClusterConfiguration, node: string): string {
  const root = sourceOf(configuration);
  const eased = mapped(root, (one, parents) => {
    const { name, attributes } = one;
    if (name === 'nvpair') {
      const { name: what = '' } = attributes;
      if (parents.includes('meta_attributes') && IN_THE_WAY.has(what)) return [];
      if (parents.includes('nodes') && NODE_MODES.has(what)) return [];
      if (parents.includes('crm_config') && what in EASED) return [];
    }
    if (name === 'rsc_colocation' && scoreOf(attributes['score']) < 0) return [];
    if (name === 'resource_set' && parents.includes('rsc_colocation') && scoreOf(attributes['score']) < 0) {
      return [{ ...one, attributes: { ...attributes, sequential: 'false' } }];
    }
    if (name === 'crm_config') return [{ ...one, children: [...one.children, easedProperties()] }];
    return [one];
  });
  const standby = (name: string) => (name === node ? [] : [pair('standby', 'on', `simulated-standby-${name}`)]);
  return writeXml(withStatus(configuration, eased, standby));
}

/**
 * The CIB with a node that is lost without a word: as `crm_simulate --node-fail` has it, of which the one of Pacemaker 3.0.0
 * cannot tell in XML.
 */
export function withLost(
  cib: string,
  { id, name }: Pick<ConfiguredNode, 'id' | 'name'>,
  { quorum }: { readonly quorum: boolean },
): string {
  const lost = { in_ccm: 'false', crmd: 'online', join: 'member', expected: 'member' };
  const root = parseXml(cib, { root: 'cib', source: 'crm_simulate' });
  const isIt = (one: XmlElement) => one.name === 'node_state' && one.attributes['id'] === id;
  const attributes = { ...root.attributes, 'have-quorum': quorum ? '1' : '0' };
  return writeXml(
    mapped({ ...root, attributes }, (one) => {
      if (one.name === 'status' && !one.children.some(isIt)) {
        return [{ ...one, children: [...one.children, element('node_state', { id, uname: name, ...lost })] }];
      }
      return [isIt(one) ? { ...one, attributes: { ...one.attributes, ...lost } } : one];
    }),
  );
}

/** Meta attributes that keep a resource from being started whatever the node. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['target-role', 'is-managed', 'maintenance']);

const NODE_MODES: ReadonlySet<string> = new Set(['standby', 'maintenance']);

/** Properties that would, and what they are instead. */
const EASED: Readonly<Record<string, string>> = {
  'fencing-enabled': 'false',
  'stonith-enabled': 'false',
  'maintenance-mode': 'false',
  'placement-strategy': 'default',
  'shutdown-lock': 'false',
  'stop-all-resources': 'false',
};

function easedProperties(): XmlElement {
  const pairs = Object.entries(EASED).filter(([name]) => name !== 'fencing-enabled');
  return element(
    'cluster_property_set',
    { id: 'simulated-options', score: 'INFINITY' },
    pairs.map(([name, value]) => pair(name, value, `simulated-options-${name}`)),
  );
}

function pair(name: string, value: string, id: string): XmlElement {
  return element('nvpair', { id, name, value });
}

/** The CIB with a status in which all members are up, with `extra` among their transient attributes. */
function withStatus(
  { nodes, statusSection }: ClusterConfiguration,
  root: XmlElement,
  extra: (node: string) => readonly XmlElement[],
): XmlElement {
  const [first] = nodes.filter(isMember);
  const states = nodes.filter(isMember).map(({ id, name }) => {
    const known = statusSection?.children.find((one) => one.name === 'node_state' && one.attributes['id'] === id);
    const attributes = [...transientAttributes(known), ...extra(name)];
    const values = element('instance_attributes', { id: `status-${id}` }, attributes);
    return element(
      'node_state',
      { id, uname: name, in_ccm: 'true', crmd: 'online', join: 'member', expected: 'member' },
      [element('transient_attributes', { id }, [values]), element('lrm', { id }, [element('lrm_resources', {})])],
    );
  });
  const tickets = statusSection?.children.filter(({ name }) => name === 'tickets') ?? [];
  const attributes = { ...root.attributes, 'have-quorum': '1', ...(first !== undefined && { 'dc-uuid': first.id }) };
  return {
    ...root,
    attributes,
    children: [
      ...root.children.filter(({ name }) => name !== 'status'),
      element('status', {}, [...states, ...tickets]),
    ],
  };
}

/** What a node's agents wrote of it (`pingd` …), without failures and states. */
function transientAttributes(state: XmlElement | undefined): readonly XmlElement[] {
  const sets = state?.children.find(({ name }) => name === 'transient_attributes')?.children ?? [];
  return sets
    .flatMap(({ children }) => children)
    .filter(
      ({ name, attributes }) =>
        name === 'nvpair' &&
        !/^(?:fail-count-|last-failure-|#health|standby$|maintenance$|shutdown$|terminate$|probe_complete$)/.test(
          attributes['name'] ?? '',
        ),
    );
}

/** A copy of a tree in which each element is what `change` makes of it, its children first. */
function mapped(
  root: XmlElement,
  change: (one: XmlElement, parents: readonly string[]) => readonly XmlElement[],
  parents: readonly string[] = [],
): XmlElement {
  const inside = [...parents, root.name];
  const children = root.children.flatMap((child) => change(mapped(child, change, inside), inside));
  return { ...root, children };
}
