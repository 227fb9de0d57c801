import { type Parameter, parameters } from '../board/parameters.js';
import { valueSyntax } from './values.js';

/** The commands as the help shows them; get, set and version are sleepi3ctl's. */
export const commands: Readonly<Record<string, readonly [syntax: string, description: string]>> = {
  get: ['get PARAMETER', 'print a parameter (-g)'],
  set: ['set PARAMETER VALUE', 'set a parameter, and see that the board has taken it (-s)'],
  status: ['status', 'print everything the board says'],
  watch: ['watch [PARAMETER...]', 'print what changes until interrupted'],
  alarm: ['alarm get|set DATE|clear', "when the board powers the Pi on; a DATE of date(1), such as 'tomorrow 07:00'"],
  version: ['version', 'print the version of this program (-v)'],
  completion: ['completion', 'print the completion for bash: source <(sleepi3 completion)'],
  help: ['help', 'print this text (-h)'],
};

export const options: Readonly<Record<string, readonly [syntax: string, description: string]>> = {
  '--json': ['--json', 'print JSON'],
  '--bus': ['--bus BUS', '1, i2c-tools:1 or unix:/path; the defaults file is not read then'],
  '--address': ['--address ADDRESS', '0x6E, 0x6D or 0x6B; else I2C_ADDRESS of the defaults file, with --bus 0x6E'],
  '--defaults-file': ['--defaults-file FILE', 'instead of /etc/default/sleepi3'],
  '--interval': ['--interval SECONDS', 'how often watch looks (default 1)'],
  '--exec': ['--exec COMMAND', 'what watch runs by sh at each change; see sleepi3 help watch'],
};

const table = (rows: Readonly<Record<string, readonly [string, string]>>): string =>
  Object.values(rows)
    .map(([syntax, description]) => `  ${syntax.padEnd(26)} ${description}\n`)
    .join('');

const usage = `Usage: sleepi3 COMMAND [OPTION...]

Commands:
${table(commands)}
Options:
${table(options)}
Exit status: 0 done, 1 failed, 2 wrong usage.
`;

const watchHelp = `Usage: sleepi3 watch [PARAMETER...] [--interval SECONDS] [--exec COMMAND]

Prints the state of the board and then each change, or each change of the parameters that are named.

With --exec each change runs COMMAND by sh, one after the other. In its environment are SLEEPI3_CHANGED, the names of
what changed, and each parameter by its name, such as SLEEPI3_EXTIN or SLEEPI3_WAKEUP_FLAG, as get prints it:
  sleepi3 watch extin --exec 'logger "the external input is $SLEEPI3_EXTIN"'
A command that has not ended after a minute is killed. While it runs the board is not looked at.
`;

const alarmHelp = `Usage: sleepi3 alarm get|set DATE|clear

The alarm of the clock chip, at which the board powers the Pi on. DATE is what date(1) takes:
  sleepi3 alarm set tomorrow 07:00
  sleepi3 alarm set '2026-12-24 18:00'
  sleepi3 alarm set +10 minutes
get prints it in the time of the system, and nothing when there is none.
`;

/** The help for one command, or for all. */
export function helpText(command?: string): string {
  const get = section(
    'Parameters of get',
    () => true,
    (name) => (name === 'voltage' ? '[1|2|active|all]' : ''),
  );
  const set = section(
    'Parameters and values of set',
    ({ access }) => access === 'read-write',
    (_, parameter) => valueSyntax(parameter),
  );
  if (command === 'get') return `Usage: sleepi3 get PARAMETER\n\n${get}`;
  if (command === 'watch') return watchHelp;
  if (command === 'alarm') return alarmHelp;
  if (command === 'set') return `Usage: sleepi3 set PARAMETER VALUE\n\n${set}`;
  return `${usage}\n${get}\n${set}`;
}

function section(
  title: string,
  included: (parameter: Parameter) => boolean,
  syntax: (name: string, parameter: Parameter) => string,
): string {
  const lines = Object.entries<Parameter>(parameters)
    .filter(([, parameter]) => included(parameter))
    .map(([name, parameter]) => `  ${`${name} ${syntax(name, parameter)}`.padEnd(34)} ${parameter.description}\n`);
  return `${title}:\n${lines.join('')}`;
}
