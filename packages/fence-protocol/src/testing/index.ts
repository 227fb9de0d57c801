export { MemoryHost, runInMemory } from './memory-host.js';
export type { MemoryInput, MemoryResult } from './memory-host.js';
export { pacemakerEnvironment, pacemakerInput, runLikePacemaker } from './pacemaker.js';
export type { PacemakerCall, ProcessOptions, ProcessResult } from './pacemaker.js';
export { ScriptedDevice } from './scripted-device.js';
export type { DeviceCall, DeviceFault, DeviceScript } from './scripted-device.js';
export { StandaloneFenced, type StandaloneFencedOptions } from './standalone-fenced.js';
export type { CommandResult } from './standalone-fenced.js';
export { VirtualClock } from './virtual-clock.js';
