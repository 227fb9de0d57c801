// The package's table of contents.
export {
  PcsError,
  type PcsErrorCode,
  type PcsErrorFacts,
  type ForceOption,
  type NodeOutcome,
  isPcsError,
} from './errors.js';
export { type Runner, type RunRequest, type RawResult } from './run/runner.js';
export { createNodeRunner, type NodeRunnerOptions } from './run/node-runner.js';
export {
  type Features,
  type Command,
  type CibCommand,
  type Invocation,
  type Program,
  type Variant,
  invocation,
} from './command/command.js';
export { execute, type ExecuteContext } from './run/execute.js';
export { detectFeatures, parseFeatures } from './command/features.js';

// --- writing: every command of pcs ---
export { Pcs, type PcsOptions } from './pcs.js';
export * as commands from './commands/index.js';
export type { Change, Confirmed, Force, RequestTimeout, SkipOffline, Wait } from './command/change.js';
export type { Moved } from './procedures.js';
export type { EnsureCalls, Ensured } from './ensure/ensure.js';
export * as corrections from './ensure/corrections.js';
export { type Correction, type Difference, together } from './ensure/correction.js';
export type { PrimitiveSettings } from './ensure/resources.js';
export type { ConstraintSettings } from './ensure/constraints.js';
export type { Transaction, TransactionResult } from './transaction.js';
export { createTemporaryFiles, type TemporaryFiles } from './run/files.js';
export { shellQuote, toScript } from './run/script.js';
export { CLUSTER_PROPERTIES, type ClusterProperties } from './properties.js';
export type { NodeSelection, OptionChanges, Options, OptionValue, Role, Score } from './command/words.js';
export type { Credentials } from './command/password.js';
export type { CleanupFilter, CreateSettings, Operations, UpdateSettings } from './commands/resource/primitive.js';
export type { BundleChanges, BundleParts } from './commands/resource/bundle.js';
export type { DefaultsFamily, DefaultsSet } from './commands/resource/defaults.js';
export type { Rule as RuleExpression } from './commands/rule.js';

// --- reading: the status of a cluster ---
export {
  ClusterStatus,
  type ClusterStatusJson,
  type ClusterStatusParts,
  type StatusFenceHistory,
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
export { ResourceView, type ResourceViewJson } from './status/resource-view.js';
export { describeFailure, failedResource, failedTask, type ResourceFailure } from './status/failures.js';
export type { FencingEvent } from './status/fencing-events.js';
export type { Ban, Ticket } from './status/bans-and-tickets.js';
export type { ToolAnswer, ToolMessage, ToolStatus } from './xml/pacemaker-result.js';
export { type AsJson, asJson, type InfiniteAsJson } from './xml/as-json.js';
export type { XmlElement } from './xml/tree.js';
export { NOTHING_UNKNOWN, type Unknown, type WithUnknown } from './xml/shape.js';
export { type FencingHistory, parseFencingHistory } from './status/fencing-history.js';
export {
  changesBetween,
  type ClusterChange,
  type NodeChange,
  type ResourceChange,
  type ResourceMove,
} from './status/changes.js';
export { watch, type WatchEvent, type WatchOptions } from './status/watch.js';
export { type Clock, systemClock } from './clock.js';

// --- reading: the configuration ---
export {
  type CibHeader,
  ClusterConfiguration,
  type ClusterConfigurationJson,
  type ConfigurationSections,
  type ConfiguredNode,
  parseClusterConfiguration,
  type References,
} from './cib/cluster-configuration.js';
export type { AttributeSet, NameValuePair } from './cib/attribute-sets.js';
export type {
  AttributeExpression,
  DateExpression,
  DateParts,
  Expression,
  OperationExpression,
  ResourceExpression,
  Rule,
} from './cib/rules.js';
export type {
  BundleContainer,
  BundleNetwork,
  BundlePortMapping,
  BundleStorageMapping,
  ConfiguredBundle,
  ConfiguredClone,
  ConfiguredGroup,
  ConfiguredOperation,
  ConfiguredPrimitive,
  ConfiguredResource,
  ConfiguredTemplate,
} from './cib/configured-resources.js';
export {
  type ColocationConstraint,
  type Constraint,
  type Lifetime,
  type LocationConstraint,
  type OrderConstraint,
  type ResourceReference,
  type ResourceSet,
  resourcesOf,
  type TicketConstraint,
} from './cib/constraints.js';
export type { FencingLevel } from './cib/fencing-levels.js';
export type { Tag, TagReference } from './cib/tags.js';
export type { AclPermission, AclRole, AclRoleReference, Acls, AclTarget } from './cib/acls.js';
export type { Alert, AlertRecipient, AlertSelect, AlertSelectAttribute, AlertSelectAttributes } from './cib/alerts.js';

// --- semantics: what a configuration means, as Pacemaker reads it ---
export {
  isTrue,
  parseBoolean,
  parseDuration,
  parseScore,
  parseWord,
  sameDuration,
  sameName,
  scoreOf,
} from './semantics/values.js';
export { conditionalValues, type ValueContext, valueIn, valuesIn } from './semantics/attributes.js';
export { type RuleContext, ruleHolds } from './semantics/rules.js';
export { parseRole, type ResourceRole, sameRole } from './semantics/roles.js';
export { baseId, instanceNumber } from './semantics/ids.js';
export { type AgentName, formatAgent, parseAgent, sameAgent } from './semantics/agents.js';
export { isMember, nodeNamed } from './semantics/nodes.js';
export { agentOf, membersOf, withMembers } from './semantics/resources.js';
export { staysPut } from './semantics/stickiness.js';
export {
  type EffectiveProperty,
  namesOf,
  propertyIn,
  type PropertyMeaning,
  type PropertyName,
  type PropertySource,
} from './semantics/properties.js';
export { type ColocationPair, colocationsIn, isFirm, type OrderPair, ordersIn } from './semantics/constraints/pairs.js';
export { runsOnlyWith, startsOnlyAfter } from './semantics/constraints/dependence.js';
export {
  canFence,
  delayOf,
  type DeviceOptions,
  type DeviceTargets,
  type FencingDelay,
  levelsFor,
  plugOf,
  type TargetCheck,
  targetsOf,
  timeoutOf,
} from './semantics/fencing.js';
export { type LocationPreference, locationsIn } from './semantics/constraints/location-preferences.js';
export {
  type DeviceForNode,
  type FenceDevice,
  fenceDevicesFor,
  fenceDevicesIn,
  type FencingStep,
  fencingTimeout,
  type PlacedDevice,
} from './semantics/fence-devices.js';
export {
  type Loss,
  type LossOptions,
  type LostNodeFencing,
  type Placement,
  Scheduler,
} from './semantics/simulation/scheduler.js';
export {
  parseSimulation,
  simulate,
  type SimulatedDisturbance,
  type SimulatedFencing,
  type SimulatedState,
  type Simulation,
} from './semantics/simulation/simulation.js';

// --- the ground a cluster stands on ---
export {
  type CorosyncConf,
  type CorosyncConfProblem,
  type CorosyncDevice,
  type CorosyncNode,
  isPlaceholder,
  nodeNameOf,
  nodeOfHost,
  parseCorosyncConf,
} from './corosync-conf.js';
export {
  type IpAddress,
  isLinkLocal,
  isLoopback,
  isMulticast,
  parseAddress,
  sameAddress,
  sameNetwork,
  type VirtualAddressPlace,
  type VirtualAddressProblem,
  virtualAddressProblem,
} from './addresses.js';

// --- reading: agents and quorum ---
export {
  type AgentAction,
  type AgentGetopt,
  type AgentMetadata,
  type AgentParameter,
  type AgentParameterContent,
  type AgentParameterOption,
  type AgentText,
  parseAgentMetadata,
} from './read/agent-metadata.js';
export {
  parseQuorumStatus,
  type QuorumDevice,
  type QuorumMember,
  type QuorumMemberDevice,
  type QuorumStatus,
  type QuorumVotes,
} from './read/quorum-status.js';
export { parseQuorumConfig, type QuorumConfig } from './read/quorum-config.js';
export { parseQuorumDeviceStatus, type QuorumDeviceStatus } from './read/quorum-device-status.js';
export type { ReadSource } from './read/reads.js';
/** Reading, as commands. */
export * as reads from './read/reads.js';
