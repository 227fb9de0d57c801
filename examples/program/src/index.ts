export { parseCommand, parseCommandLine, UsageError } from './command-line.js';
export { bashCompletion } from './completion.js';
export { type FenceCheck, type FenceFinding, parseFenceCheck } from './fence-check.js';
export { commandHelp, helpText } from './help.js';
export { type ManualPage, manualPageOf, type ManualPageText, renderManualPage, roffText } from './manual-page.js';
export { nearest } from './nearest.js';
export { explain, runProgram, type Surroundings } from './process.js';
export { type Command, type CommandLine, type Option, pickOptions, type Program, type Values } from './table.js';
export { type Colours, colours, wrap } from './terminal.js';
