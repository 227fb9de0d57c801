// The second part of the program: all that reaches the board, the line keeper and the network. The first part, main.ts, knows
// what can be asked; this is compiled when something is to be done.
export { nodeMachine } from './node/machine-of-linux.js';

export const actions = () => import('./actions.js');
export const commands = () => import('./commands/run.js');
export const wireSocket = () => import('./wire-test/socket.js');
