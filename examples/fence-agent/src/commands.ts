// The commands that go with the agent, as data: the command line, --help, the manual page and the completion read them.

export interface CommandOption {
  /** What the value stands for; a flag has none. */
  readonly value?: string;
  /** One sentence for people. */
  readonly description: string;
  /** Said in the help; the command itself knows what absence means. */
  readonly default?: string;
}

export interface Command {
  /** One line. */
  readonly summary: string;
  /** What it does and when to run it, in a few sentences. */
  readonly description: string;
  /** By their long names, without dashes. */
  readonly options: Readonly<Record<string, CommandOption>>;
}

const boardOptions = {
  bus: { value: 'bus', description: 'I2C bus of the board: 1, i2c-tools:1 or unix:/path', default: 'I2C_BUS' },
  address: { value: 'address', description: 'I2C address of the board: 0x6e, 0x6d or 0x6b', default: 'I2C_ADDRESS' },
  'defaults-file': {
    value: 'file',
    description: "The vendor's settings of the board",
    default: '/etc/default/sleepi3',
  },
  'state-dir': {
    value: 'directory',
    description: 'Where the lock and the line keeper live',
    default: '/run/fence_sleepi3',
  },
} as const satisfies Command['options'];

const commonOptions = {
  json: { description: 'Print the result as one JSON object' },
  help: { description: 'Print this help and exit' },
} as const satisfies Command['options'];

export const commands = {
  boot: {
    summary: 'clear EXTOUT and make sure that this node can be fenced (run at boot)',
    description:
      'Releases an EXTOUT that was left asserted, sets EIPDE when the defaults file says EXTIN_FORCED_SHUTDOWN=1 and ' +
      'EITRG to edge, and reads everything back. Tries again until the timeout, since a single I2C error at boot is ' +
      'normal. The unit fence-sleepi3-boot.service runs it before Pacemaker starts. A line that a line keeper owns is ' +
      'left alone.',
    options: {
      ...boardOptions,
      timeout: { value: 'seconds', description: 'How long to try', default: '60' },
      ...commonOptions,
    },
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
