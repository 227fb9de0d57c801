// Virtual time: the same agent and the same line keeper in this process, with seconds that pass at once.
import { hostname } from 'node:os';
import { parseDefaults, Sleepi3 } from '@sleepi3/driver';
import { runVirtualAgent } from '../virtual/virtual-agent.js';
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
    fence: (on) =>
      clock.runUntil(
        runVirtualAgent(pis[on].machine({ hostname: hostname() }), clock, {
          action: 'reboot',
          target: nodes[on === 0 ? 1 : 0],
          targetParameter: 'none',
          parameters: agentParameters(on, 'virtual'),
        }).ended,
      ),
    wait: (milliseconds) => clock.advance(milliseconds),
    close: () => {
      harness.close();
      return Promise.resolve();
    },
  };
}
