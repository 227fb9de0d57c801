export { parseCommand, parseCommandLine, UsageError } from './command-line.js';
export { bashCompletion } from './completion.js';
export { commandHelp, helpText } from './help.js';
export { nearest } from './nearest.js';
export { explain, runProgram, type Surroundings } from './process.js';
export type { Command, CommandLine, Option, Program, Values } from './table.js';
export { type Colours, colours, wrap } from './terminal.js';
