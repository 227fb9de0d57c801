// Virtual time: the same agent and the same line keeper in this process, with seconds that pass at once.
import { hostname } from 'node:os';
import { parseDefaults, Sleepi3 } from '@sleepi3/driver';
import { runFenceAgent } from '@sleepi3/fence-protocol';
import { pacemakerEnvironment, pacemakerInput } from '@sleepi3/fence-protocol/testing';
import * as actions from '../src/actions.js';
import { createAgent } from '../src/agent.js';
import { createCluster } from '../virtual/virtual-cluster.js';
import { agentParameters, defaultsText, nodes, type World } from './world.js';

export async function fastWorld(): Promise<World> {
  const cluster = await createCluster({ names: nodes, defaults: parseDefaults(defaultsText) });
  const { harness, clock, pis } = cluster;
  const openBoard = (node: 0 | 1) => Sleepi3.open({ bus: harness.boards[node].bus, clock });
  return {
    harness,
    description: 'the agent in this process, on a virtual clock',
    openBoard,
    fence: async (on) => {
      const result = { exitStatus: 1, stdout: '', stderr: '' };
      const machine = pis[on].machine({ hostname: hostname() });
      const parameters = agentParameters(on, 'virtual');
      const run = runFenceAgent(
        createAgent('0.0.0', () => Promise.resolve({ actions, machine })),
        {
          name: 'fence_sleepi3',
          argv: [],
          env: pacemakerEnvironment,
          clock,
          date: () => new Date(clock.now()),
          stdinIsTerminal: () => Promise.resolve(false),
          readStdin: () =>
            Promise.resolve(
              pacemakerInput({
                action: 'reboot',
                target: nodes[on === 0 ? 1 : 0],
                targetParameter: 'none',
                parameters,
              }),
            ),
          writeStdout: (text) => {
            result.stdout += text;
            return Promise.resolve();
          },
          writeStderr: (text) => {
            result.stderr += text;
          },
          openDebugFile: () => () => undefined,
          syslog: () => undefined,
          runScript: () => Promise.reject(new Error('there are no scripts here')),
        },
      );
      result.exitStatus = await clock.runUntil(run);
      return result;
    },
    wait: (milliseconds) => clock.advance(milliseconds),
    close: () => {
      harness.close();
      return Promise.resolve();
    },
  };
}
