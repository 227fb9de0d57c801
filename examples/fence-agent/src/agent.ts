// fence_sleepi3 as data: what it is called, what it can be asked, and who carries it out.
import { defineFenceAgent, type FenceAgent } from '@sleepi3/fence-protocol';
import type * as actions from './actions.js';
import { summaries } from './commands/summaries.js';
import { type AgentContext, agentOptions } from './options.js';
import type { Machine } from './node/machine.js';

/** What carries the actions out. */
export interface Workings {
  readonly actions: typeof actions;
  readonly machine: Machine;
}

/** The agent. `load` is called when an action needs a device: metadata and --help load no device code. */
export function createAgent(version: string, load: () => Promise<Workings>): FenceAgent {
  const act = async (action: 'on' | 'off' | 'reboot', context: AgentContext) => {
    const { actions, machine } = await load();
    await actions.power(action, context, machine);
  };
  return defineFenceAgent({
    name: 'fence_sleepi3',
    version,
    shortDescription: 'Fence agent for two Raspberry Pis with slee-Pi 3 boards',
    longDescription:
      "fence_sleepi3 fences the peer by wire: the external output (CN5) of this node's slee-Pi 3 " +
      "is connected to the external input (CN4) of the peer's board, which cuts its Raspberry Pi's power when the input is " +
      'held for 10 s. Success is reported only for a hold that was read back throughout. Only the peer can be fenced; on the ' +
      'peer set EXTIN_FORCED_SHUTDOWN=1 in /etc/default/sleepi3. Configure one fence device for each node, ' +
      'banned from the node that it fences, and in a ring of three or more from all but the one before that.',
    vendorUrl: 'https://mechatrax.com',
    helpSections: [
      {
        title: 'Other commands',
        lines: Object.entries(summaries).map(([name, summary]) => `fence_sleepi3 ${name.padEnd(12)}  ${summary}`),
      },
    ],
    options: agentOptions,
    powerStatus: async (context) => {
      const { actions, machine } = await load();
      return actions.powerStatus(context, machine);
    },
    off: (context) => act('off', context),
    on: (context) => act('on', context),
    reboot: (context) => act('reboot', context),
    list: async (context) => {
      const { actions, machine } = await load();
      return actions.list(context, machine);
    },
    monitor: async (context: AgentContext) => {
      const { actions, machine } = await load();
      await actions.monitor(context, machine);
    },
    validate: async (context: AgentContext) => {
      const { actions, machine } = await load();
      await actions.validate(context, machine);
    },
  });
}
