// The commands that go with the agent, as data: the command line, --help, the manual page and the completion read them.
import { type Command, type Program, textfileDirectory, type Values } from '@sleepi3/program';
import { corosyncConf } from '../target/corosync-conf-path.js';
import { wirePort } from '../wire-test/messages.js';
import { summaries } from './summaries.js';

/** Where characterize --subject listens: beside the line keepers, which go on. */
const subjectPort = 16_111;

const boardOptions = {
  bus: {
    value: 'BUS',
    description: 'I2C bus of the board: 1, i2c-tools:1 or unix:/path',
    otherwise: 'I2C_BUS of the defaults file',
  },
  address: {
    value: 'ADDRESS',
    description: 'I2C address of the board: 0x6e, 0x6d or 0x6b',
    otherwise: 'I2C_ADDRESS of the defaults file',
  },
  'defaults-file': {
    value: 'FILE',
    description: "The vendor's settings of the board",
    default: '/etc/default/sleepi3',
  },
} as const satisfies Command['options'];

const nodeOptions = {
  self: {
    value: 'NODE',
    description: "This node's name in the cluster",
    otherwise: 'as corosync.conf and the host name say',
  },
  peer: {
    value: 'NODE',
    description: 'The node at the other end of the wire',
    otherwise: 'the other one of corosync.conf, in a ring the next one',
  },
  'corosync-conf': {
    value: 'FILE',
    description: 'Where the names of the nodes are found',
    default: corosyncConf,
  },
} as const satisfies Command['options'];

const wireOptions = {
  ...nodeOptions,
  port: {
    value: 'PORT',
    min: 0,
    max: 65_535,
    whole: true,
    default: wirePort,
    description: 'TCP port of the line keepers, the same on both nodes',
  },
} as const satisfies Command['options'];

const commonOptions = {
  json: { description: 'Print the result as one JSON object' },
} as const satisfies Command['options'];

export const commands = {
  keeper: {
    summary: summaries.keeper,
    description:
      'The one process that owns EXTOUT; the agent and the other commands ask it. It clears EXTOUT and makes sure that ' +
      'this node can be fenced, then waits at its socket: the one that systemd gives it, or keeper.sock in ' +
      '/run/fence_sleepi3 (for other users than root in fence_sleepi3 in XDG_RUNTIME_DIR). SIGTERM ends it after the act ' +
      'that is under way, and at once when the node goes down.',
    options: {
      ...nodeOptions,
      port: wireOptions.port,
      bind: {
        value: 'ADDRESS',
        description: 'Address to listen on for the peer',
        otherwise: 'every address of this node',
      },
      metrics: {
        value: 'FILE',
        description: 'Textfile for node exporter, written where its directory is there; none: no file',
        default: `${textfileDirectory}/fence_sleepi3.prom`,
      },
      ...boardOptions,
    },
  },
  release: {
    summary: summaries.release,
    description:
      'Releases an EXTOUT that is asserted. fence-sleepi3.service runs it whenever its line keeper has ended, however it ' +
      'did. While the line keeper lives use boot, which leaves the line to an act that is under way.',
    options: boardOptions,
  },
  boot: {
    summary: summaries.boot,
    description:
      'Has the line keeper release an EXTOUT that was left asserted, set EIPDE when the defaults file says ' +
      'EXTIN_FORCED_SHUTDOWN=1 and EITRG to edge, read everything back, and give a wake pulse that is owed. Each is tried ' +
      'again until the timeout, since a single I2C error at boot is normal. The line keeper does the same when it starts, ' +
      'and this command runs once more before Pacemaker starts. Where no line keeper runs the command does it itself. A ' +
      'line that belongs to an act is left alone.',
    options: {
      ...boardOptions,
      timeout: { value: 'SECONDS', min: 0, max: 3600, unit: 's', default: 60, description: 'How long to try' },
      ...commonOptions,
    },
  },
  check: {
    summary: summaries.check,
    description:
      'What monitor says, and more: what the board, the line, the wire and the cluster files say, with why it matters and ' +
      'what mends it. Fails when something is wrong that would keep a fencing from working.',
    options: { ...nodeOptions, ...boardOptions, ...commonOptions },
  },
  'wire-listen': {
    summary: summaries['wire-listen'],
    description:
      'Waits for wire-test on the peer, watches EXTIN for the pulse and tells what arrived; with --both on the peer it gives ' +
      'a pulse back. Ends after one test, successfully if fencing would work. In a cluster it is not needed: the line ' +
      'keeper does the same for whoever has the key of corosync. Without that key anybody who reaches the port can have ' +
      'EXTIN watched, and in the name of the peer have a pulse of less than a second given, which cuts nothing; so run ' +
      'it for the test only, and bind it to the network between the nodes where others can reach this one.',
    options: {
      ...wireOptions,
      bind: { value: 'ADDRESS', description: 'Address to listen on', otherwise: 'every address of this node' },
      timeout: {
        value: 'SECONDS',
        min: 1,
        max: 86_400,
        unit: 's',
        default: 600,
        description: 'How long to wait for a test',
      },
      keep: { description: 'Go on after a test, until the timeout' },
      ...boardOptions,
      ...commonOptions,
    },
  },
  'wire-test': {
    summary: summaries['wire-test'],
    description:
      'Says whether this node could fence its peer right now. The line keeper of the peer answers, or ' +
      'wire-listen where there is no cluster yet: that is the proof that the peer is awake, since a pulse would wake a sleeping one. The pulse is of random length, from 0.3 to ' +
      '0.8 s, far below the 10 s that cut the power, and owned by a line keeper; the peer tells what arrived, and the ' +
      'lengths are compared. What came of it is kept with its date; monitor reminds of it after 30 days.',
    options: {
      both: { description: 'Test the wire from the peer to this node, too; not in a ring' },
      ...wireOptions,
      host: { value: 'HOST', description: 'Address of the peer', otherwise: "the peer's name" },
      ...boardOptions,
      ...commonOptions,
    },
  },
  characterize: {
    summary: summaries.characterize,
    description:
      'A guided run on two nodes that are out of the cluster and whose wires are sound. This node holds its EXTOUT and ' +
      'watches what becomes of the peer, whose power is cut: it asks before each such step. On the peer run ' +
      'characterize --subject, again after each boot. What was found is printed as options of the virtual board of ' +
      '@sleepi3/simulator and as a report to send in. EIPDE of this node is 0 while the peer is cut; should the run be ' +
      'killed then, run fence_sleepi3 boot.',
    options: {
      subject: { description: 'Be the side that is cut: read and write the board for the other one' },
      ...nodeOptions,
      port: {
        ...wireOptions.port,
        default: subjectPort,
        description: 'TCP port of the subject, the same on both nodes',
      },
      host: { value: 'HOST', description: 'Address of the peer', otherwise: "the peer's name" },
      bind: { value: 'ADDRESS', description: 'With --subject: address to listen on', otherwise: 'every address' },
      ...boardOptions,
      ...commonOptions,
    },
  },
} as const satisfies Readonly<Record<string, Command>>;

/** The commands as a program: how the agent itself is called, fence-protocol knows. */
export const program = {
  name: 'fence_sleepi3',
  summary: 'the fence agent of two Raspberry Pis with slee-Pi 3 boards',
  commands,
} as const satisfies Program;

export type CommandName = keyof typeof commands;

/** The values of a command's options. */
export type CommandValues<N extends CommandName> = Values<(typeof commands)[N]['options']>;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
