// Agents that the tests run: the same definition on different kinds of scripted devices.
import { defineFenceAgent, type FenceAgent, standard } from '../src/index.js';
import {
  type DeviceScript,
  runInMemory,
  type MemoryInput,
  type MemoryResult,
  ScriptedDevice,
} from '../src/testing/index.js';

export const description = {
  name: 'fence_test',
  shortDescription: 'Agent for tests',
  longDescription: 'Acts on a device in memory.',
  vendorUrl: 'https://example.org/',
};

/** A power switch with plugs `1` (on) and `2` (off), unless the script says otherwise. */
export function switchAgent(script: DeviceScript = {}): { agent: FenceAgent; device: ScriptedDevice } {
  const device = new ScriptedDevice({ plugs: { 1: 'on', 2: 'off' }, ...script });
  const agent = defineFenceAgent({
    ...description,
    options: { plug: standard, missing_as_off: standard },
    ...device.functionsWithPlugs,
  });
  return { agent, device };
}

/** A device for a single machine, which is on unless the script says otherwise. */
export function singleAgent(script: DeviceScript = {}): { agent: FenceAgent; device: ScriptedDevice } {
  const device = new ScriptedDevice(script);
  return { agent: defineFenceAgent({ ...description, options: {}, ...device.functions }), device };
}

export interface Run extends MemoryResult {
  readonly device: ScriptedDevice;
}

/** Runs a switch with plugs once. */
export async function runSwitch(input: MemoryInput, script: DeviceScript = {}): Promise<Run> {
  const { agent, device } = switchAgent(script);
  return { ...(await runInMemory(agent, input)), device };
}
