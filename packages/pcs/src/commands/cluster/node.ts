// pcs node: what the cluster may do on a node.
import type { CibCommand } from '../../command/command.js';
import { cibChange, type Change, flags, type Force, type Wait } from '../../command/change.js';
import { nodeName, type NodeSelection, nodeWords, type OptionChanges, someChanges } from '../../command/words.js';

/** `pcs node standby`: moves everything off the nodes and keeps it off. Without nodes: the local one. */
export const standby = (nodes?: NodeSelection, options: Wait = {}): CibCommand<Change> =>
  onNodes('standby', nodes, options);

/** `pcs node unstandby`: lets the nodes run resources again. Without nodes: the local one. */
export const unstandby = (nodes?: NodeSelection, options: Wait = {}): CibCommand<Change> =>
  onNodes('unstandby', nodes, options);

/**
 * `pcs node maintenance`: the cluster leaves what runs there alone. It moves nothing: to empty a node use
 * {@link standby}.
 */
export const maintenance = (nodes?: NodeSelection, options: Wait = {}): CibCommand<Change> =>
  onNodes('maintenance', nodes, options);

/** `pcs node unmaintenance`. */
export const unmaintenance = (nodes?: NodeSelection, options: Wait = {}): CibCommand<Change> =>
  onNodes('unmaintenance', nodes, options);

/** `pcs node attribute`: sets permanent node attributes; null removes one. */
export const attribute = (node: string, attributes: OptionChanges, options: Force = {}): CibCommand<Change> =>
  cibChange(['node', 'attribute', nodeName(node), ...someChanges(attributes, 'attribute')], options);

/** `pcs node utilization`: what the node has to offer, in whole numbers; null removes one. */
export const utilization = (node: string, capacities: Readonly<Record<string, number | null>>): CibCommand<Change> =>
  cibChange(['node', 'utilization', nodeName(node), ...someChanges(capacities, 'capacity')]);

function onNodes(word: string, nodes: NodeSelection | undefined, options: Wait): CibCommand<Change> {
  const { words, all } = nodeWords(nodes);
  return cibChange(['node', word, ...words], { ...options, options: flags({ '--all': all }) });
}
