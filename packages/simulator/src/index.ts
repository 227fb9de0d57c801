export { VirtualBoard } from './board/board.js';
export type { BoardOptions, Supply, UnknownBehaviour } from './board/board-options.js';
export { SimulatorError, type SimulatorErrorCode } from './errors.js';
export type { BoardEventName, BoardEvents, BoardListener, CutCause, TransferRecord } from './board/events.js';
export { seededRandom } from './board/random.js';
export type { ActiveFault, Fault, FaultInjector, FaultKind, TransferRequest } from './board/faults.js';
export {
  createHarness,
  createRing,
  Harness,
  type HarnessOptions,
  Ring,
  type RingOptions,
  type Wire,
  type WireState,
  type Wiring,
} from './harness.js';
export type { Pi } from './pi/pi.js';
export {
  type BoardTrack,
  type Pulse,
  record,
  type RecordedSignal,
  Recording,
  type SignalOptions,
} from './recording/recording.js';
export { type PiState, SimulatedPi, type SimulatedPiOptions } from './pi/simulated-pi.js';
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
} from './recording/timeline.js';
export { drawTimeline, type DrawingOptions } from './recording/timeline-svg.js';
export { type Timers, timersOn } from './time/timers.js';
export { type RunOptions, VirtualClock, type VirtualClockOptions } from './time/virtual-clock.js';
export { writeVcd } from './recording/vcd.js';
export { VirtualProcess } from './pi/virtual-process.js';
