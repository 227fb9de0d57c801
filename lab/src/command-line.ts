// The command line of the lab as data, what it means, and its help.
import { releases } from '../../tools/parts/debian-sources.js';
import { LabError } from './errors.js';
import { architectures, type Platform } from './machine/platform.js';

/** A command that was understood. */
export interface Invocation {
  readonly command: CommandName;
  readonly words: readonly string[];
  readonly options: LabFlags;
}

export interface LabFlags extends Platform {
  /** Install the Debian packages that are missing. */
  readonly install: boolean;
  /** kvm, tcg, or auto: kvm where it boots the guest. */
  readonly accel: 'auto' | 'kvm' | 'tcg';
  /** What EXTOUT does when its own Pi loses its power. */
  readonly extout: 'held' | 'released';
  /** How often each scenario is run. */
  readonly times: number;
  readonly help: boolean;
}

interface Command {
  /** Its arguments, as the help shows them. */
  readonly usage: string;
  readonly summary: string;
  /** How many arguments it takes, at least and at most. */
  readonly arity: readonly [number, number];
  /** Everything after the first argument is the command's own, options too. */
  readonly passThrough?: true;
}

/** All commands. */
export const commands = {
  up: {
    usage: '',
    summary: 'build the image if need be, boot both machines, wait until the cluster is at rest',
    arity: [0, 0],
  },
  down: { usage: '', summary: 'end the machines', arity: [0, 0] },
  status: { usage: '', summary: 'power, lines and registers of both boards, and the cluster', arity: [0, 0] },
  shell: {
    usage: 'N',
    summary: 'the serial console of machine N, logged in as root; leave with Ctrl-]',
    arity: [1, 1],
  },
  exec: { usage: 'N COMMAND…', summary: 'run a command on machine N', arity: [2, Infinity], passThrough: true },
  power: {
    usage: 'N on|off|cut',
    summary: "press machine N's switch, shut it down, or take its board's supply for 5 s",
    arity: [2, 2],
  },
  panic: { usage: 'N', summary: "make machine N's kernel panic", arity: [1, 1] },
  hang: { usage: 'N', summary: 'stop machine N dead, with its power on and its lines as they are', arity: [1, 1] },
  'cut-link': { usage: '', summary: 'cut the link between the machines; clients reach both', arity: [0, 0] },
  heal: { usage: '', summary: 'heal the link', arity: [0, 0] },
  record: {
    usage: 'FILE',
    summary: 'write what happened since the last record as FILE.svg, FILE.vcd and FILE.json',
    arity: [1, 1],
  },
  run: {
    usage: '[SCENARIO…|all]',
    summary: 'run scenarios on machines of their own; by default one of each kind',
    arity: [0, Infinity],
  },
  report: { usage: '', summary: 'make one HTML page of what the last run of each scenario saw', arity: [0, 0] },
  bench: {
    usage: '[WAY…]',
    summary: "measure the article's agent and procedure, ours, and keepalived, or only the ways that are named",
    arity: [0, Infinity],
  },
  build: { usage: '', summary: 'build the image only', arity: [0, 0] },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

const isCommand = (word: string): word is CommandName => Object.hasOwn(commands, word);

/**
 * Understands a command line.
 * @throws LabError `usage`
 */
export function parseCommandLine(args: readonly string[]): Invocation {
  const flags: { -readonly [Flag in keyof LabFlags]: LabFlags[Flag] } = {
    ...{ install: false, accel: 'auto', extout: 'held', times: 1, help: false },
    ...{ release: 'bookworm', architecture: 'amd64' },
  };
  const words: string[] = [];
  const rest = [...args];
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    const [name = '', value] = word.split(/=(.*)/s, 2);
    const first = words[0];
    const verbatim = words.length >= 2 && first !== undefined && isCommand(first) && 'passThrough' in commands[first];
    if (verbatim || !word.startsWith('-')) words.push(word);
    else if (word === '--help' || word === '-h') flags.help = true;
    else if (word === '--install') flags.install = true;
    else if (name === '--accel') flags.accel = oneOf(name, value ?? rest.shift(), ['auto', 'kvm', 'tcg']);
    else if (name === '--release') flags.release = oneOf(name, value ?? rest.shift(), releases);
    else if (name === '--arch') flags.architecture = oneOf(name, value ?? rest.shift(), architectures);
    else if (name === '--times') flags.times = count(name, value ?? rest.shift());
    else if (name === '--extout') flags.extout = oneOf(name, value ?? rest.shift(), ['held', 'released']);
    else throw usage(`unknown option ${word}`);
  }
  const [command, ...operands] = words;
  if (command === undefined) return { command: 'run', words: [], options: { ...flags, help: true } };
  if (!isCommand(command)) throw usage(`unknown command ${command}`);
  const [least, most] = commands[command].arity;
  if (!flags.help && (operands.length < least || operands.length > most)) {
    throw usage(`usage: lab ${command} ${commands[command].usage}`.trimEnd());
  }
  return { command, words: operands, options: flags };
}

/** A scenario as the help shows it. */
interface NamedScenario {
  readonly name: string;
  readonly mustSee: string;
}

/** The help, with the scenarios that run by default, and the others. */
export function help(scenarios: readonly NamedScenario[], others: readonly NamedScenario[]): string {
  const rows = Object.entries(commands).map(
    ([name, { usage, summary }]) => [`${name} ${usage}`.trim(), summary] as const,
  );
  return [
    'The two-Pi lab: two virtual Raspberry Pis with virtual slee-Pi 3 boards, cross-wired, with the real corosync,',
    'Pacemaker, pcs and docker of Debian 12 or 13 on them. Needs Debian and root; the first run builds the image.',
    '',
    'Usage: npm run lab -- COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...table(rows),
    '',
    'Options:',
    ...table([
      ['--install', 'install the Debian packages that are missing'],
      ['--times N', 'run: each scenario N times'],
      [`--release ${releases.join('|')}`, 'the release of Debian on the machines: 12, or 13 as Raspberry Pi OS'],
      [`--arch ${architectures.join('|')}`, 'the architecture of the machines; arm64 as a Raspberry Pi'],
      ['--accel auto|kvm|tcg', 'how the processors are virtualised; auto takes kvm where it boots the guest'],
      ['--extout held|released', "up: what a board's EXTOUT does when its own Pi loses its power (nobody knows)"],
    ]),
    '',
    'Scenarios, and what must be seen in each:',
    ...table(scenarios.map(({ name, mustSee }) => [name, mustSee] as const)),
    '',
    'More of them, run by name, or all there are with run all:',
    ...table(others.map(({ name, mustSee }) => [name, mustSee] as const)),
    '',
    'Machines are 1 (raspberrypi-1) and 2 (raspberrypi-2); the service is at http://192.168.11.215/ inside the lab.',
    'A first session:  npm run lab -- up;  npm run lab -- status;  npm run lab -- exec 2 pcs stonith fence raspberrypi-1',
    '',
  ].join('\n');
}

function count(name: string, value: string | undefined): number {
  if (!/^[1-9]\d{0,2}$/.test(value ?? '')) throw usage(`${name} takes a number from 1 to 999`);
  return Number(value);
}

function oneOf<const Choice extends string>(
  name: string,
  value: string | undefined,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw usage(`${name} takes ${choices.join(', ')}`);
  return choice;
}

const usage = (message: string) => new LabError('usage', `${message}; see lab --help`);

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(26, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) => {
    const lines = wrap(right, 116 - width - 4);
    return lines.map((line, index) => `  ${(index === 0 ? left : '').padEnd(width)}  ${line}`);
  });
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const line = lines[last] ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[last] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
