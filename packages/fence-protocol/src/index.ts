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

export { boolean, choice, integer, LONGEST_SECONDS, seconds, string } from './options.js';
export type {
  BooleanSpec,
  ChoiceSpec,
  NumberSpec,
  Option,
  OptionKind,
  OptionSpec,
  StringSpec,
  ValueOf,
} from './options.js';
export { automaticOptions, standard, standardOptions } from './standard-options.js';
export type {
  OptionPick,
  OptionValues,
  Picks,
  StandardChanges,
  StandardName,
  StandardPick,
} from './standard-options.js';

export { runFenceAgent } from './run.js';
export { nodeHost } from './host.js';
export type { FenceHost, NodeProcess } from './host.js';
export { systemClock } from './clock.js';
export type { Clock } from './clock.js';

export { actionNames } from './actions.js';
export type { ActionName, PowerAction } from './actions.js';
export { FenceError } from './error.js';
export type { FenceErrorCode } from './error.js';
export type { Log, LogLevel } from './log.js';
export { renderManpage, renderMetadata } from './metadata.js';
export { renderUsage } from './usage.js';
