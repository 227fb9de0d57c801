// The package's table of contents.
export {
  PcsError,
  type PcsErrorCode,
  type PcsErrorFacts,
  type ForceOption,
  type NodeOutcome,
  isPcsError,
} from './errors.js';
export { type Runner, type RunRequest, type RawResult } from './runner.js';
export { createNodeRunner, type NodeRunnerOptions } from './node-runner.js';
export { type Command, type CibCommand, type Invocation, type Program, type Variant, invocation } from './command.js';
export { execute, type ExecuteContext } from './execute.js';
export { type Features, detectFeatures, parseFeatures } from './features.js';

// --- reading: the status of a cluster ---
export {
  ClusterStatus,
  type ClusterStatusParts,
  type FenceHistory,
  type PacemakerdStatus,
  parseClusterStatus,
} from './status/cluster-status.js';
export type {
  ClusterStack,
  CurrentDc,
  LastChange,
  LastUpdate,
  NodesConfigured,
  ResourcesConfigured,
  StatusClusterOptions,
  StatusSummary,
} from './status/summary.js';
export {
  type NodeAttribute,
  type NodeAttributes,
  type NodeHistory,
  type NodeStatus,
  OPERATION_PENDING,
  type OperationHistory,
  type ResourceHistory,
} from './status/nodes.js';
export type {
  BundleReplica,
  BundleStatus,
  CloneStatus,
  GroupStatus,
  PrimitiveStatus,
  ResourceNode,
  ResourceStatus,
  ResourceXml,
} from './status/resources.js';
export { ResourceView } from './status/resource-view.js';
export { failedResource, type ResourceFailure } from './status/failures.js';
export type { FencingEvent } from './status/fencing-events.js';
export type { Ban, Ticket } from './status/bans-and-tickets.js';
export type { ToolAnswer, ToolMessage, ToolStatus } from './xml/pacemaker-result.js';
export type { XmlElement } from './xml/tree.js';
export { NOTHING_UNKNOWN, type Unknown, type WithUnknown } from './xml/shape.js';
