export { VirtualBoard } from './board.js';
export type { BoardOptions, Supply, UnknownBehaviour } from './board-options.js';
export { SimulatorError, type SimulatorErrorCode } from './errors.js';
export type { BoardEventName, BoardEvents, BoardListener, CutCause, TransferRecord } from './events.js';
export type { ActiveFault, Fault, FaultInjector, FaultKind, TransferRequest } from './faults.js';
export { createHarness, Harness, type HarnessOptions, type Wire, type WireState, type Wiring } from './harness.js';
export type { Pi } from './pi.js';
export { type Timers, timersOn } from './timers.js';
export { type RunOptions, VirtualClock, type VirtualClockOptions } from './virtual-clock.js';
