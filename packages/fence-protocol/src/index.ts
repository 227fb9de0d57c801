export { defineFenceAgent } from './definition.js';
export type {
  ActionContext,
  AgentOption,
  Description,
  DeviceFunctions,
  FenceAgent,
  FenceAgentDefinition,
  Outlet,
  PlugContext,
  PlugStatus,
  PowerContext,
  PowerStatus,
  RequestedTarget,
} from './definition.js';

export { boolean, choice, integer, LONGEST_SECONDS, seconds, string } from './options/options.js';
export type {
  BooleanSpec,
  ChoiceSpec,
  NumberSpec,
  Option,
  OptionKind,
  OptionSpec,
  StringSpec,
  ValueOf,
} from './options/options.js';
export { automaticOptions, standard, standardOptions } from './options/standard-options.js';
export type {
  OptionPick,
  OptionValues,
  Picks,
  StandardChanges,
  StandardName,
  StandardPick,
} from './options/standard-options.js';

export { runFenceAgent } from './run.js';
export { nodeHost } from './host/host.js';
export type { FenceHost, NodeProcess } from './host/host.js';
export { systemClock } from './host/clock.js';
export type { Clock } from './host/clock.js';

export { actionNames } from './actions.js';
export type { ActionName, PowerAction } from './actions.js';
export { FenceError } from './errors.js';
export type { FenceErrorCode, FenceErrorFacts } from './errors.js';
export type { Log, LogLevel } from './host/log.js';
export { renderManpage, renderMetadata } from './describe/metadata.js';
export { renderUsage } from './describe/usage.js';
