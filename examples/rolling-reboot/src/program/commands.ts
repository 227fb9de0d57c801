// The program as a table: the command line, the help, the completion and the manual page read it.
import { type Command, type CommandLine as Understood, pickOptions, type Program } from '@sleepi3/program';
import { defaultConfigPath, type SettingName, settingNames, settingText, settingValue } from '../settings.js';

export const defaultStateDirectory = '/var/lib/rolling-reboot';

const options = {
  config: { value: 'FILE', otherwise: defaultConfigPath, description: 'The settings' },
  'state-dir': { value: 'DIRECTORY', default: defaultStateDirectory, description: 'Journal and history' },
  'dry-run': { description: 'Look at every gate and show the steps; change nothing' },
  now: { description: 'Do it now, and ignore window, min-interval, max-per-day and when' },
  force: { description: 'Also when another node holds the lock, or a record cannot be read' },
  json: { description: 'Print JSON' },
} as const satisfies Command['options'];

/** Every setting is an option too. Its value is checked as that of the file is. */
const settings = Object.fromEntries(
  settingNames.map((name) => [
    name,
    {
      ...settingValue(name),
      description: settingText(name),
      section: 'Settings, as KEY=value in the file, or as options, which take precedence',
    },
  ]),
) as unknown as Readonly<Record<SettingName, { readonly value: string; readonly description: string }>>;

const common = { ...pickOptions(options, 'config', 'state-dir', 'json'), ...settings };

export const program = {
  name: 'rolling-reboot',
  summary: 'reboots each node of a Pacemaker cluster in its turn, without interrupting the service',
  commands: {
    run: {
      summary: 'reboot this node in its turn, when every gate is open',
      description:
        'What the timer starts on every node. Waits while other nodes have their turns, takes the lock, moves the service ' +
        'away, drains the node and reboots it; resume does the rest after the boot. What an earlier run left unfinished is ended ' +
        'first, and nothing new is begun then.',
      options: { ...pickOptions(options, 'dry-run', 'now'), ...common },
    },
    resume: {
      summary: 'go on after the boot, until the node serves again',
      description:
        'What the unit rolling-reboot-resume starts at boot. Waits for the cluster, lets the node run resources again, checks that ' +
        'it was an orderly reboot and that all is well, soaks, and hands the lock on. Does nothing when no roll was under way.',
      options: common,
    },
    status: {
      summary: 'show the roll, this node, and the last turns',
      description: 'Reads the lock, the journal and the history. Changes nothing.',
      options: common,
    },
    abort: {
      summary: 'end the roll: undo what is left of it, and let the next one begin',
      description:
        'Ends the program if it runs on this node, takes back standby, constraints and wake alarm of a turn of this node, and ' +
        'removes the lock, also that of a roll that failed. Another node at work is left alone, unless forced.',
      options: { ...pickOptions(options, 'force'), ...common },
    },
  },
  epilogue: ['First, to see whether it would begin, and why not: rolling-reboot run --dry-run'],
} as const satisfies Program;

export type CommandLine = Exclude<Understood<(typeof program)['commands']>, { readonly command: 'help' | 'version' }>;
