// fence_sleepi3 as data: what it is called, what it can be asked, and who carries it out.
import {
  defineFenceAgent,
  type FenceAgent,
  type Outlet,
  type PowerAction,
  type PowerStatus,
} from '@sleepi3/fence-protocol';
import { summaries } from './commands/summaries.js';
import { type AgentContext, agentOptions } from './options.js';

/** What carries the actions out. */
export interface Workings {
  power(action: PowerAction, context: AgentContext): Promise<void>;
  powerStatus(context: AgentContext): Promise<PowerStatus>;
  list(context: AgentContext): Promise<Outlet[]>;
  monitor(context: AgentContext): Promise<void>;
  validate(context: AgentContext): Promise<void>;
}

/** The agent. `load` is called when an action needs a device: metadata and --help load no device code. */
export function createAgent(version: string, load: () => Promise<Workings>): FenceAgent {
  const act = async (action: PowerAction, context: AgentContext) => (await load()).power(action, context);
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
    powerStatus: async (context: AgentContext) => (await load()).powerStatus(context),
    off: (context) => act('off', context),
    on: (context) => act('on', context),
    reboot: (context) => act('reboot', context),
    list: async (context: AgentContext) => (await load()).list(context),
    monitor: async (context: AgentContext) => (await load()).monitor(context),
    validate: async (context: AgentContext) => (await load()).validate(context),
  });
}
