// The options of fence_sleepi3 besides those that every agent has.
import { type ActionContext, type OptionValues, seconds, standard, string } from '@sleepi3/fence-protocol';
import { corosyncConf } from './target/corosync-conf-path.js';

export const agentOptions = {
  plug: standard({ required: false }),
  self: string({
    valueName: 'node',
    description:
      "This node's name in the cluster; by default the node of corosync.conf that has this host's addresses, or its name",
    order: 2,
  }),
  peer: string({
    valueName: 'node',
    description:
      'The node at the other end of the wire, the only one that can be fenced; by default the other one of corosync.conf, ' +
      'in a ring of three or more the next one',
    order: 2,
  }),
  peer_address: string({
    valueName: 'address',
    description:
      'Addresses, separated by commas, at which the peer must not answer any more at the end of the hold; by default all ' +
      'of its addresses in corosync.conf; none asks nobody',
    order: 2,
  }),
  preferred: string({
    valueName: 'node',
    description:
      'The node that goes on when both shoot at once, the same on both nodes; by default the first by name; in a ring none does',
    order: 2,
  }),
  hold: seconds({
    default: 12,
    min: 12,
    max: 60,
    description: 'How long EXTOUT is held to cut the power; the board cuts after 10 s, give or take one',
    order: 3,
  }),
  hold_timeout: seconds({
    default: 40,
    min: 12,
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
    default: corosyncConf,
    description: 'Where the names of the nodes are found',
    order: 4,
  }),
};

export type AgentContext = ActionContext<typeof agentOptions>;
export type AgentOptions = OptionValues<typeof agentOptions>;
