// The agent in a process of its own.
import { type FenceHost, runFenceAgent } from '@sleepi3/fence-protocol';
import { version } from '../package.json';
import { createAgent } from './agent.js';
import { workingsOn } from './actions.js';
import type { Machine } from './node/machine.js';

/** Resolves to the exit status. */
export function runAgent(host: FenceHost, machine: Machine): Promise<number> {
  const load = () => Promise.resolve(workingsOn(machine));
  return runFenceAgent(createAgent(version, load), host);
}
