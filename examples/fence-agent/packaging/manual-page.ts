// The manual page fence_sleepi3(8), from the agent's own definition: what --help and Pacemaker's metadata say, it says.
import type { ActionName, AgentOption, FenceAgent } from '@sleepi3/fence-protocol';
import { manualPageOf, roffText as text } from '@sleepi3/program';
import { program } from '../src/commands/table.js';

export interface ManualPage {
  readonly agent: FenceAgent;
  readonly version: string;
  readonly date: Date;
}

const actions: Readonly<Record<ActionName, string>> = {
  on: 'Wake the target with a pulse of one second.',
  off: 'Cut the power of the target: hold EXTOUT until the board of the target has cut it, reading back throughout.',
  reboot:
    'As off, and then a wake pulse, which nobody waits for: success is said as soon as the power is verified off.',
  status: 'Say OFF (exit status 2) only of a verified power-off of this target that nothing has undone; else ON.',
  list: 'Print the one node that can be fenced from here.',
  'list-status': 'As list, with the status.',
  monitor: 'Read the board and fail, saying what to do, when this node could not fence or could not be fenced.',
  metadata: 'Print the XML that tells Pacemaker what the agent takes and can do.',
  manpage: 'Print the same for generators of manual pages.',
  'validate-all': 'Check the options without touching the board.',
};

/** The page as roff, for the man macros. */
export function renderManualPage({ agent, version, date }: ManualPage): string {
  const options = [...agent.options.values()].sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
  const page = manualPageOf(program, { description: [], sections: {}, seeAlso: [] }, { version, date });
  const lines = [
    `.TH FENCE_SLEEPI3 8 ${date.toISOString().slice(0, 10)} "fence_sleepi3 ${version}" "System administration"`,
    '.nh',
    '.SH NAME',
    `fence_sleepi3 \\- ${text(lowerFirst(agent.shortDescription))}`,
    '.SH SYNOPSIS',
    '.B fence_sleepi3',
    '[\\fIoptions\\fR]',
    ...Object.keys(program.commands).flatMap((name) => ['.br', '.B fence_sleepi3', `${text(name)} [\\fIoptions\\fR]`]),
    '.SH DESCRIPTION',
    text(agent.longDescription),
    '.PP',
    text(
      'Called with options it reads them from the command line; called without, it reads lines of name=value from ' +
        'standard input up to its end, as Pacemaker sends them. There the names are those in parentheses below.',
    ),
    '.SH ACTIONS',
    ...agent.actions.flatMap((action) => ['.TP', `.B ${text(action)}`, text(actions[action])]),
    '.SH OPTIONS',
    ...options.flatMap((option) => ['.TP', agentForms(option), agentText(option, agent)]),
    '.SH COMMANDS',
    ...page.commands.flatMap(({ name, description, options: list }) => [
      `.SS ${text(name)}`,
      text(description),
      ...list.flatMap(([form, meaning]) => ['.TP', `.B ${text(form)}`, text(meaning)]),
    ]),
    '.SH EXIT STATUS',
    ...exitStatus.flatMap(([status, meaning]) => ['.TP', `.B ${status}`, text(meaning)]),
    '.SH FILES',
    ...files.flatMap(([path, meaning]) => ['.TP', `.I ${text(path)}`, text(meaning)]),
    '.SH EXAMPLES',
    text('One fence device for each node, banned from the node that it fences:'),
    '.PP',
    '.EX',
    ...examples.map(text),
    '.EE',
    '.SH SEE ALSO',
    '.BR pcs (8),',
    '.BR stonith_admin (8),',
    '.BR pacemaker\\-fenced (7)',
  ];
  return `${lines.join('\n')}\n`;
}

const exitStatus = [
  ['0', 'Done, or for status: ON. For a command: all is well.'],
  ['1', 'Failed or refused; one line on standard error says why.'],
  ['2', 'For status: OFF.'],
] as const;

const files = [
  ['/etc/default/sleepi3', "The vendor's settings of the board. EXTIN_FORCED_SHUTDOWN=1 makes a node fenceable."],
  ['/etc/corosync/corosync.conf', 'Where the names of the nodes are found unless self and peer are given.'],
  [
    '/run/fence_sleepi3',
    'The socket of the line keeper, the record of the last verified power-off, and where the board is.',
  ],
  ['/var/lib/fence_sleepi3', 'What came of the last wire test, and when; a wake pulse that is owed.'],
] as const;

const examples = [
  'pcs stonith create fence-rpi1 fence_sleepi3 pcmk_host_list=raspberrypi-1 \\',
  '    pcmk_reboot_action=reboot pcmk_reboot_timeout=60 pcmk_reboot_retries=1 \\',
  '    pcmk_off_timeout=60 pcmk_off_retries=1 pcmk_delay_base=3',
  'pcs stonith create fence-rpi2 fence_sleepi3 pcmk_host_list=raspberrypi-2 \\',
  '    pcmk_reboot_action=reboot pcmk_reboot_timeout=60 pcmk_reboot_retries=1 \\',
  '    pcmk_off_timeout=60 pcmk_off_retries=1',
  'pcs constraint location fence-rpi1 avoids raspberrypi-1',
  'pcs constraint location fence-rpi2 avoids raspberrypi-2',
] as const;

function agentForms(option: AgentOption): string {
  const short = option.short === undefined ? '' : `\\fB\\-${text(option.short)}\\fR, `;
  const takesValue = option.kind !== 'boolean' || option.written === true;
  const value = takesValue ? `=\\fI${text(option.valueName ?? (option.written ? 'true/false' : 'value'))}\\fR` : '';
  return `${short}\\fB\\-\\-${text(option.long)}\\fR${value} (${text(option.name)})`;
}

function agentText(option: AgentOption, agent: FenceAgent): string {
  const choices = option.name === 'action' ? `: ${agent.actions.join(', ')}` : '';
  const fallback = option.default === undefined ? '' : ` (default ${option.default})`;
  return text(sentence(option.description + choices + fallback));
}

function sentence(plain: string): string {
  return /[.!?]$/.test(plain) ? plain : `${plain}.`;
}

function lowerFirst(plain: string): string {
  return plain.charAt(0).toLowerCase() + plain.slice(1);
}
