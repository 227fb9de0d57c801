export { VirtualBoard } from './board.js';
export type { BoardOptions, Supply, UnknownBehaviour } from './board-options.js';
export { SimulatorError, type SimulatorErrorCode } from './errors.js';
export type { BoardEventName, BoardEvents, BoardListener, CutCause, TransferRecord } from './events.js';
export type { ActiveFault, Fault, FaultInjector, FaultKind, TransferRequest } from './faults.js';
export { createHarness, Harness, type HarnessOptions, type Wire, type WireState, type Wiring } from './harness.js';
export type { Pi } from './pi.js';
export {
  type BoardTrack,
  type Pulse,
  record,
  type RecordedSignal,
  Recording,
  type SignalOptions,
} from './recording.js';
export { type PiState, SimulatedPi, type SimulatedPiOptions } from './simulated-pi.js';
export { type BoardServer, serveBoard, type ServeBoardOptions } from './serve-board.js';
export {
  type DigitalTrack,
  type EventTrack,
  type Segment,
  segments,
  type Timeline,
  type Tone,
  type Track,
  type TrackGroup,
} from './timeline.js';
export { drawTimeline, type DrawingOptions } from './timeline-svg.js';
export { type Timers, timersOn } from './timers.js';
export { type RunOptions, VirtualClock, type VirtualClockOptions } from './virtual-clock.js';
export { writeVcd } from './vcd.js';
export { VirtualProcess } from './virtual-process.js';
