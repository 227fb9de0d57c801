// Failures as the CIB's status section counts them: one transient attribute for each operation of each instance.
import type { XmlElement } from '../xml/tree.js';
import { transientPairs } from './attributes.js';
import { baseId } from './ids.js';
import { sameName, scoreOf } from './values.js';

/**
 * Failures counted against a resource in a status section: on one node, or on the worst without `node`; `Infinity` after a fatal
 * one. Those of all operations count together, and for a base id those of all instances (`ID:N`).
 */
export function failCountIn(status: XmlElement | undefined, resource: string, node?: string): number {
  const counts = (status?.children ?? [])
    .filter(({ name, attributes }) => name === 'node_state' && isNode(attributes, node))
    .map((state) =>
      transientPairs(state).reduce((sum, { name = '', value }) => {
        const [, id] = /^fail-count-(.+?)(?:#[^#]*)?$/.exec(name) ?? [];
        return id === resource || (id !== undefined && baseId(id) === resource) ? sum + scoreOf(value) : sum;
      }, 0),
    );
  return Math.max(0, ...counts);
}

function isNode({ uname = '', id }: XmlElement['attributes'], node: string | undefined): boolean {
  return node === undefined || sameName(uname, node) || id === node;
}
