// The second part of the program: the agent with its rules, the line keeper and the commands. The first part, main.ts, has the
// line keeper answer what it can; this is compiled for all the rest.
export { runAgent } from './run-agent.js';
export { nodeMachine } from './node/machine-of-linux.js';
export { runCommand } from './commands/run.js';
export * as wireSocket from './wire-test/socket.js';
