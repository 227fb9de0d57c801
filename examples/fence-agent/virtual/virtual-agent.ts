// The agent as Pacemaker meets it, in this process: what it reads on its standard input, what it prints and how it ends.
import type { FenceHost } from '@sleepi3/fence-protocol';
import { type PacemakerCall, pacemakerEnvironment, pacemakerInput } from '@sleepi3/fence-protocol/testing';
import type { VirtualClock } from '@sleepi3/simulator';
import { version } from '../package.json';
import type { Machine } from '../src/node/machine.js';
import { relay } from '../src/relay/ask.js';
import { runAgent } from '../src/run-agent.js';

export interface AgentResult {
  exitStatus: number;
  stdout: string;
  stderr: string;
}

/** Runs the agent on a machine; what it has printed so far is in the result from the beginning. */
export function runVirtualAgent(
  machine: Machine,
  clock: VirtualClock,
  call: PacemakerCall,
  signal: AbortSignal = new AbortController().signal,
): { readonly result: AgentResult; readonly ended: Promise<AgentResult> } {
  const input = pacemakerInput(call);
  const result: AgentResult = { exitStatus: -1, stdout: '', stderr: '' };
  const host: FenceHost = {
    name: 'fence_sleepi3',
    argv: [],
    env: pacemakerEnvironment,
    clock,
    signal,
    date: () => new Date(clock.now()),
    stdinIsTerminal: () => Promise.resolve(false),
    readStdin: () => Promise.resolve(input),
    writeStdout: (text) => {
      result.stdout += text;
      return Promise.resolve();
    },
    writeStderr: (text) => {
      result.stderr += text;
    },
    openDebugFile: () => () => undefined,
    syslog: () => undefined,
    runScript: () => Promise.resolve(''),
  };
  const run = async () => {
    const { clock: own, call: callLineKeeper } = machine.keeper({}, { log: () => {}, stop: signal });
    const relayed = await relay(version, input, { ...host, clock: own, machine: { ...machine, callLineKeeper } });
    result.exitStatus = relayed ?? (await runAgent(host, machine));
    return result;
  };
  return { result, ended: run() };
}
