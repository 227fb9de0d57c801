export { boardAddresses } from './bus/board-address.js';
export { type Bus, BusError, type BusOptions, type Transfer } from './bus/bus.js';
export { type Clock, systemClock } from './system/clock.js';
export { type DefaultsEdit, defaultsFilePath, editDefaultsFile, readDefaultsFile } from './defaults/file.js';
export {
  type Defaults,
  type DefaultsKey,
  type DefaultsSetting,
  defaultsSettings,
  type DefaultsValue,
  type TakesEffect,
} from './defaults/settings.js';
export {
  type DefaultsProblem,
  editDefaults,
  type ParsedDefaults,
  parseDefaults,
  planReapplication,
  type Reapplication,
} from './defaults/text.js';
export { Sleepi3Error, type Sleepi3ErrorCode, type Sleepi3ErrorFacts } from './errors.js';
export { acquireFileLock, type FileLock, type FileLockOptions } from './system/file-lock.js';
export {
  type HealthConcern,
  type HealthFinding,
  type HealthId,
  healthMessage,
  isHealthId,
  type HealthReading,
  type HealthView,
  judgeHealth,
} from './health.js';
export { type BusSpec, openBus, parseBusSpec } from './bus/open-bus.js';
export {
  decodeWakeupFlags,
  isParameterName,
  isSettable,
  type Parameter,
  type ParameterName,
  parameters,
  type ParameterValue,
  type SettableParameterName,
} from './board/parameters.js';
export {
  type BitName,
  bits,
  type Register,
  type RegisterName,
  registers,
  type WakeupFlag,
  wakeupFlags,
} from './board/registers.js';
export { defaultRetryPolicy, isTransient, type RetryPolicy } from './board/retry.js';
export { type ProgramOptions, type ProgramResult, type RunProgram, runProgram } from './system/run-program.js';
export {
  type BoardOptions,
  type DefaultsFileOptions,
  type OpenOptions,
  Sleepi3,
  type WritableRegisterName,
  type WriteOptions,
} from './board/sleepi3.js';
export type { IoStatus, ParameterValues, Snapshot, Voltages } from './board/snapshot.js';
export type { BoardEvent, BoardWatchOptions } from './board/watch.js';
export {
  createLineDecoder,
  encodeFrame,
  maxLineLength,
  parseRequest,
  parseResponse,
  type UnixRequest,
  type UnixResponse,
} from './bus/unix-protocol.js';
export {
  clearWakeAlarm,
  getRtcTime,
  getWakeAlarm,
  setWakeAlarm,
  type WakeAlarmFiles,
  type WakeAlarmOptions,
} from './board/wake-alarm.js';
