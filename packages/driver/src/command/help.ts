import { type Parameter, parameters } from '../board/parameters.js';
import { valueSyntax } from './values.js';

const usage = `Usage: sleepi3 COMMAND [OPTION...]

Commands (get, set and version are sleepi3ctl's):
  get PARAMETER              print a parameter (-g)
  set PARAMETER VALUE        set a parameter, and see that the board has taken it (-s)
  status                     print everything the board says
  watch                      print what changes until interrupted
  version                    print the version of this program (-v)
  help                       print this text (-h)

Options:
  --json                     print JSON
  --bus BUS                  1, i2c-tools:1 or unix:/path; the defaults file is not read then
  --address ADDRESS          0x6E, 0x6D or 0x6B; else I2C_ADDRESS of the defaults file, with --bus 0x6E
  --defaults-file FILE       instead of /etc/default/sleepi3
  --interval SECONDS         how often watch looks (default 1)

Exit status: 0 done, 1 failed, 2 wrong usage.
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
