export { type Bus, BusError, type Transfer } from './bus.js';
export { type Clock, systemClock } from './clock.js';
export {
  type BitName,
  bits,
  type Register,
  type RegisterName,
  registers,
  type WakeupFlag,
  wakeupFlags,
} from './registers.js';
export {
  createLineDecoder,
  encodeFrame,
  maxLineLength,
  parseRequest,
  parseResponse,
  type UnixRequest,
  type UnixResponse,
} from './unix-protocol.js';
