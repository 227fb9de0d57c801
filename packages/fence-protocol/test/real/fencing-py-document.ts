// The document that tells how this package and fencing.py compare, made of what was seen.
import type { ReferenceCase } from './reference-cases.js';
import type { OptionVerdict } from './reference-options.js';

/** What came of one run. */
export interface Outcome {
  readonly exitStatus: number;
  readonly stdout: string;
  /** What the device was told. */
  readonly told: readonly string[];
  /** The power of every plug in the end. */
  readonly power: string;
}

/** The releases of fence-agents that this was seen with, alike in all of it, and where each is. */
export const releases = { '4.12.1': 'Debian 12', '4.16.0': 'Debian 13' } as const;

interface Seen {
  readonly one: ReferenceCase;
  readonly theirs: Outcome;
  readonly ours: Outcome;
}

export function differenceDocument(
  options: readonly (OptionVerdict & { readonly name: string })[],
  seen: readonly Seen[],
): string {
  const better = seen.filter(({ one }) => one.better !== undefined);
  const same = seen.filter(({ one }) => one.better === undefined);
  return `# How agents of this package compare with those on fencing.py

fencing.py is the library of ClusterLabs' own agents; this is the one of fence-agents ${Object.entries(releases)
    .map(([release, debian]) => `${release} (${debian})`)
    .join(' and ')},
which are alike in all of this. This document is written by the package's tests and compared by them with what they see: the
options with fencing.py's table, the behaviours by giving both the same input. Only the short list in the middle is written by
hand.

## Options

${table(
  ['fencing.py', 'here', 'verdict', 'why'],
  options.map(({ name, here, verdict, why }) => [`\`${name}\``, here, verdict ?? '', why]),
)}

## Same input, other answer

${table(
  ['behaviour', 'input', 'fencing.py', 'here', 'why it is better'],
  better.map(({ one, theirs, ours }) => [one.behaviour, input(one), told(theirs), told(ours), one.better ?? '']),
)}

Beyond that, in behaviours that one input does not show:

${table(
  ['behaviour', 'fencing.py', 'here'],
  [
    [
      'an agent with plugs and no list function',
      'prints a NOTICE that Pacemaker takes for node names',
      'is refused when it is defined; with a monitor of its own it offers no list',
    ],
    [
      'power_timeout',
      'counts looks, however far apart',
      'seconds of a monotonic clock; a device that hangs does not hang the agent',
    ],
    ['a plug of several whose status cannot be told', 'is passed over when another one is on', 'is a failure'],
    ['the UUID of a plug', 'stays set for the next plug that is none', 'is of the plug alone'],
    ['stdin is a terminal', 'waits', 'shows the usage and exits with 1'],
    [
      'log lines',
      'followed by an empty line, which Pacemaker logs too',
      'one line each, the reason of a failure in one',
    ],
    ['secrets', 'may stand in debug lines', 'are blotted out'],
    ['texts in metadata', 'not all escaped', 'all escaped'],
  ],
)}

## Same input, same answer

${table(
  ['behaviour', 'input', 'both'],
  same.map(({ one, ours }) => [one.behaviour, input(one), told(ours)]),
)}
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function input({ stdin, argv, deaf, pacemaker, device }: ReferenceCase): string {
  const notes = [
    ...(device === undefined || device === 'plugs' ? [] : [device]),
    ...(pacemaker ? ['PCMK_service set'] : []),
    ...(deaf === undefined ? [] : [`the device ignores ${deaf.join(', ')}`]),
  ];
  const text =
    argv === undefined
      ? code(
          JSON.stringify(stdin ?? '')
            .slice(1, -1)
            .replaceAll('\\"', '"'),
        )
      : code(argv.join(' '));
  return [stdin === '' ? '(nothing)' : text, ...notes].join(', ');
}

function told({ exitStatus, stdout, told: calls }: Outcome): string {
  const said = stdout === '' ? [] : [code(stdout.trimEnd().replaceAll('\n', '⏎'))];
  const did = calls.length === 0 ? [] : [`tells ${calls.join(', ')}`];
  return [...said, ...did, `exit ${exitStatus}`].join('; ');
}

function code(text: string): string {
  return `\`${text.replaceAll('\uFEFF', '\\ufeff')}\``;
}
