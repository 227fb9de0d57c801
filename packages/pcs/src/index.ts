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
