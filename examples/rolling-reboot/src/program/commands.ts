// The program's commands and options as data: the command line and the help read them.

export interface OptionDefinition {
  /** What the value stands for; a flag has none. */
  readonly value?: string;
  readonly description: string;
}

export interface CommandDefinition {
  readonly summary: string;
  readonly description: string;
  readonly options: readonly OptionName[];
}

export const options = {
  config: { value: 'FILE', description: 'The settings; by default /etc/default/rolling-reboot' },
  'state-dir': { value: 'DIRECTORY', description: 'Journal and history; by default /var/lib/rolling-reboot' },
  'dry-run': { description: 'Look at every gate and show the steps; change nothing' },
  now: { description: 'Whatever window, min-interval, max-per-day and when say' },
  force: { description: 'Also when another node holds the lock, or a record cannot be read' },
  json: { description: 'Print JSON' },
  help: { description: 'Print this help and exit' },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

export type OptionName = keyof typeof options;

const common = ['config', 'state-dir', 'json', 'help'] as const;

export const commandTable = {
  run: {
    summary: 'reboot this node in its turn, when every gate is open',
    description:
      'What the timer starts on every node. Waits while other nodes have their turns, takes the lock, moves the service ' +
      'away, drains the node and reboots it; resume does the rest after the boot. What an earlier run left unfinished is ended ' +
      'first, and nothing new is begun then.',
    options: ['dry-run', 'now', ...common],
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
    options: ['force', ...common],
  },
} as const satisfies Readonly<Record<string, CommandDefinition>>;

export type CommandName = keyof typeof commandTable;
