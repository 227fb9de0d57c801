// The command line of the lab as a table, and what it means.
import {
  type Command,
  helpText,
  parseCommandLine as understand,
  pickOptions,
  type Program,
  UsageError,
} from '@sleepi3/program';
import { releases } from '../../tools/parts/debian-sources.js';
import { measurementWords } from './bench/measurements.js';
import { LabError } from './errors.js';
import { architectures, type Platform } from './machine/platform.js';

/** A command that was understood. */
export interface Invocation {
  readonly command: CommandName;
  readonly words: readonly string[];
  readonly options: LabFlags;
}

/** Help is wanted, of the lab or of one command. */
export interface HelpWanted {
  readonly command: 'help';
  readonly about: CommandName | undefined;
}

export interface LabFlags extends Platform {
  /** Install the Debian packages that are missing. */
  readonly install: boolean;
  /** kvm, tcg, or auto: kvm where it boots the guest. */
  readonly accel: 'auto' | 'kvm' | 'tcg';
  /** What EXTOUT does when its own Pi loses its power. */
  readonly extout: 'held' | 'released';
  /** How often each scenario is run, or each way is measured. */
  readonly times: number;
  /** min after which no further scenario is begun. */
  readonly within?: number | undefined;
  /** The only measurement of a bench; all without. */
  readonly only?: (typeof measurementWords)[number] | undefined;
}

const options = {
  install: { description: 'Install the Debian packages that are missing' },
  release: {
    choices: releases,
    default: 'bookworm',
    description: 'The release of Debian on the machines: 12, or 13 as Raspberry Pi OS',
  },
  arch: {
    choices: architectures,
    default: 'amd64',
    description: 'The architecture of the machines; arm64 as a Raspberry Pi',
  },
  accel: {
    choices: ['auto', 'kvm', 'tcg'],
    default: 'auto',
    description: 'How the processors are virtualised; auto takes kvm where it boots the guest',
  },
  times: {
    value: 'N',
    min: 1,
    max: 999,
    whole: true,
    default: 1,
    description: 'Run each scenario, or measure each way, so often',
  },
  within: {
    value: 'MINUTES',
    ...{ min: 1, max: 999, whole: true },
    description: 'Begin no further scenario after so many minutes; those left out are named',
    otherwise: 'all are run',
  },
  only: {
    choices: measurementWords,
    description: 'Measure this alone: HTTP in a planned move, a fencing by either program, or HTTP after a panic',
    otherwise: 'all that a way is measured for',
  },
  extout: {
    choices: ['held', 'released'],
    default: 'held',
    description: "What a board's EXTOUT does when its own Pi loses its power (nobody knows)",
  },
} as const satisfies Command['options'];

const machines = pickOptions(options, 'install', 'release', 'arch', 'accel');
const machine = { name: 'N', choices: ['1', '2'] } as const;
const upLab = 'In the lab that is up. Machines are 1 (raspberrypi-1) and 2 (raspberrypi-2).';

/** All commands. */
export const commands = {
  up: {
    summary: 'build the image if need be, boot both machines, wait until the cluster is at rest',
    description: 'Needs Debian and root; the first time builds the image.',
    options: { ...machines, ...pickOptions(options, 'extout') },
  },
  down: { summary: 'end the machines', description: upLab, options: {} },
  status: { summary: 'power, lines and registers of both boards, and the cluster', description: upLab, options: {} },
  shell: {
    summary: 'the serial console of machine N, logged in as root; leave with Ctrl-]',
    description: upLab,
    operands: [machine],
    options: {},
  },
  exec: {
    summary: 'run a command on machine N',
    description: upLab,
    operands: [machine, { name: 'COMMAND', many: true, verbatim: true }],
    options: {},
  },
  power: {
    summary: "press machine N's switch, shut it down, or take its board's supply for 5 s",
    description: upLab,
    operands: [machine, { name: 'on|off|cut' }],
    options: {},
  },
  panic: { summary: "make machine N's kernel panic", description: upLab, operands: [machine], options: {} },
  hang: {
    summary: 'stop machine N dead, with its power on and its lines as they are',
    description: upLab,
    operands: [machine],
    options: {},
  },
  'cut-link': {
    summary: 'cut the link between the machines; clients reach both',
    description: upLab,
    options: {},
  },
  heal: { summary: 'heal the link', description: upLab, options: {} },
  record: {
    summary: 'write what happened since the last record as FILE.svg, FILE.vcd and FILE.json',
    description: upLab,
    operands: [{ name: 'FILE' }],
    options: {},
  },
  run: {
    summary: 'run scenarios on machines of their own; by default one of each kind',
    description: 'Runs the scenarios that are named, or with all all there are, each on machines of its own.',
    operands: [{ name: 'SCENARIO', optional: true, many: true }],
    options: { ...machines, ...pickOptions(options, 'times', 'within') },
  },
  report: {
    summary: 'make one HTML page of what the last run of each scenario saw',
    description: 'Reads what the runs have left.',
    options: {},
  },
  bench: {
    summary: "measure the article's agent and procedure, ours, and keepalived, or only the ways that are named",
    description: 'Takes machines of its own for each.',
    operands: [{ name: 'WAY', optional: true, many: true }],
    options: { ...machines, ...pickOptions(options, 'only', 'times') },
  },
  build: { summary: 'build the image only', description: 'Builds it when it is not there.', options: machines },
} as const satisfies Program['commands'];

export type CommandName = keyof typeof commands;

const program = {
  name: 'lab',
  summary:
    'two virtual Raspberry Pis with virtual slee-Pi 3 boards, cross-wired, with the real corosync, Pacemaker, pcs and docker of ' +
    'Debian 12 or 13 on them',
  commands,
  epilogue: [
    'It is started by npm run lab --, and lab run --help has the scenarios. A first session:',
    '  npm run lab -- up;  npm run lab -- status;  npm run lab -- exec 2 pcs stonith fence raspberrypi-1',
  ],
} as const satisfies Program;

/**
 * Understands a command line.
 * @throws LabError `USAGE`
 */
export function parseCommandLine(args: readonly string[]): Invocation | HelpWanted {
  try {
    const line = understand(program, args);
    if (line.command === 'help') return line;
    if (line.command === 'version') throw new UsageError('unknown option --version');
    const { command, operands, values } = line;
    const { arch, ...others }: Partial<Flags> = values;
    return {
      command,
      words: operands,
      options: {
        ...{ install: false, accel: 'auto', extout: 'held', times: 1, release: 'bookworm' },
        ...others,
        architecture: arch ?? 'amd64',
      },
    };
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new LabError('USAGE', `${cause.message}; see lab --help`, { cause });
  }
}

type Flags = Omit<LabFlags, 'architecture'> & { readonly arch: LabFlags['architecture'] };

/** A scenario as the help shows it. */
interface NamedScenario {
  readonly name: string;
  readonly mustSee: string;
}

/** The help of the lab or of one command; that of run has the scenarios that run by default, and the others. */
export function help(
  scenarios: readonly NamedScenario[],
  others: readonly NamedScenario[],
  about?: CommandName,
): string {
  const rows = (some: readonly NamedScenario[]) => some.map(({ name, mustSee }) => [name, mustSee] as const);
  const lists = {
    'Scenarios, and what must be seen in each': rows(scenarios),
    'More of them, run by name, or all there are with run all': rows(others),
  };
  return helpText({ ...program, commands: { ...commands, run: { ...commands.run, lists } } }, about);
}
