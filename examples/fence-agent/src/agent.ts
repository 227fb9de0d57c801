// fence_sleepi3 as data: what it is called, what it can be asked, and who carries it out.
import {
  type ActionContext,
  defineFenceAgent,
  type FenceAgent,
  type OptionValues,
  seconds,
  standard,
  string,
} from '@sleepi3/fence-protocol';
import type * as actions from './actions.js';
import type { Machine } from './machine.js';

const options = {
  plug: standard({ required: false }),
  self: string({
    valueName: 'node',
    description: "This node's name in the cluster; by default the node of corosync.conf that bears the host's name",
    order: 2,
  }),
  peer: string({
    valueName: 'node',
    description:
      'The node at the other end of the wire, the only one that can be fenced; by default the other one of corosync.conf',
    order: 2,
  }),
  preferred: string({
    valueName: 'node',
    description: 'The node that goes on when both shoot at once, the same on both nodes; by default the first by name',
    order: 2,
  }),
  hold: seconds({
    default: 12,
    min: 11,
    max: 60,
    description: 'How long EXTOUT is held to cut the power; the board cuts after 10 s, give or take one',
    order: 3,
  }),
  hold_timeout: seconds({
    default: 40,
    min: 11,
    max: 600,
    description: 'After this long a hold that was disturbed is not begun again',
    order: 3,
  }),
  wake_delay: seconds({
    default: 2,
    min: 1,
    max: 60,
    description: 'Pause between the hold and the wake pulse of a reboot',
    order: 3,
  }),
  bus: string({
    valueName: 'bus',
    description: 'I2C bus of the board: 1, i2c-tools:1 or unix:/path; by default I2C_BUS of the defaults file',
    order: 4,
  }),
  address: string({
    valueName: 'address',
    description: 'I2C address of the board: 0x6e, 0x6d or 0x6b; by default I2C_ADDRESS of the defaults file',
    order: 4,
  }),
  defaults_file: string({
    valueName: 'file',
    default: '/etc/default/sleepi3',
    description: "The vendor's settings of the board",
    order: 4,
  }),
  corosync_conf: string({
    valueName: 'file',
    default: '/etc/corosync/corosync.conf',
    description: 'Where the names of the two nodes are found',
    order: 4,
  }),
  state_dir: string({
    valueName: 'directory',
    default: '/run/fence_sleepi3',
    description: 'Where the lock, the line keeper and the record of the last power-off live',
    order: 4,
  }),
};

export type AgentContext = ActionContext<typeof options>;
export type AgentOptions = OptionValues<typeof options>;

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
      "fence_sleepi3 fences the peer of a two-node cluster by wire: the external output (CN5) of this node's slee-Pi 3 " +
      "is connected to the external input (CN4) of the peer's board, which cuts its Raspberry Pi's power when the input is " +
      'held for 10 s. Success is said only of a hold that was read back throughout. Only the peer can be fenced; on the ' +
      'peer set EXTIN_FORCED_SHUTDOWN=1 in /etc/default/sleepi3. Configure one fence device for each of the two nodes, ' +
      'banned from the node that it fences.',
    vendorUrl: 'https://mechatrax.com',
    helpSections: [
      {
        title: 'Other commands:',
        lines: [
          'fence_sleepi3 boot          clear EXTOUT and make sure that this node can be fenced (run at boot)',
          'fence_sleepi3 wire-listen   confirm the test pulses that the peer sends',
          'fence_sleepi3 wire-test     test the wire to the peer with a pulse of less than a second',
          'fence_sleepi3 characterize  find out what is not documented about two real boards',
        ],
      },
    ],
    options,
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
