/** The command line of `sleepi3` as data: it is read by this, and help, completion and manual page are made from it. */

export interface CommandRow {
  /** What follows the command. */
  readonly operands?: string;
  readonly summary: string;
  /** The options by which sleepi3ctl knows it. */
  readonly aliases?: readonly string[];
  /** More of it, in lines that fit a terminal. */
  readonly description?: string;
}

/** The commands; get, set and version are sleepi3ctl's. */
export const commands: Readonly<Record<string, CommandRow>> = {
  get: { operands: 'PARAMETER', summary: 'print a parameter', aliases: ['-g', '--get'] },
  set: {
    operands: 'PARAMETER VALUE',
    summary: 'set a parameter and read it back',
    aliases: ['-s', '--set'],
  },
  status: { summary: 'print everything the board says' },
  watch: {
    operands: '[PARAMETER...]',
    summary: 'print what changes',
    description: `Prints the state of the board, then each change, or those of the parameters that are named.

With --exec each change runs COMMAND by sh, one after the other, with the names of what changed in SLEEPI3_CHANGED and each
parameter as get prints it, such as SLEEPI3_WAKEUP_FLAG:
  sleepi3 watch extin --exec 'logger "the external input is $SLEEPI3_EXTIN"'
After a minute it is killed. While it runs the board is not looked at.
`,
  },
  alarm: {
    operands: 'get|set DATE|clear',
    summary: 'when the board powers the Pi on',
    description: `The alarm of the clock chip. DATE is one of date(1):
  sleepi3 alarm set tomorrow 07:00
  sleepi3 alarm set '2026-12-24 18:00'
  sleepi3 alarm set +10 minutes
get prints it in the time of the system, or nothing.
`,
  },
  version: { summary: 'print the version of this program', aliases: ['-v', '--version'] },
  completion: { summary: 'print the completion for bash' },
  help: { operands: '[COMMAND]', summary: 'print this text', aliases: ['-h', '--help'] },
};

export interface OptionRow {
  /** What its value stands for; without one it has none. */
  readonly value?: string;
  readonly description: string;
}

export const options = {
  json: { description: 'print JSON' },
  bus: { value: 'BUS', description: '1, i2c-tools:1 or unix:/path; the defaults file is not read then' },
  address: {
    value: 'ADDRESS',
    description: 'of the board, instead of I2C_ADDRESS; with --bus 0x6E by default',
  },
  'defaults-file': { value: 'FILE', description: 'instead of /etc/default/sleepi3' },
  interval: { value: 'SECONDS', description: 'of watch, 0.1 to 3600 s (default 1)' },
  exec: { value: 'COMMAND', description: 'run by watch at each change' },
} as const satisfies Readonly<Record<string, OptionRow>>;
