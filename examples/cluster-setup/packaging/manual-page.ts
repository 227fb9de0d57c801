// The manual page cluster-setup(8), from the tables that the command line and the help read.
import type { ManualPage } from '../../../tools/debian/manual-page.js';
import { type CommandDefinition, commandTable, type OptionDefinition, options } from '../src/program/commands.js';

export function manualPage(version: string, date: Date): ManualPage {
  const all: readonly (readonly [string, CommandDefinition])[] = Object.entries(commandTable);
  return {
    name: 'cluster-setup',
    version,
    date,
    summary: 'a fenced two-node cluster of Raspberry Pis with slee-Pi 3 boards, from one file',
    synopsis: all.map(([name, { file }]) => `${name}${file === 'none' ? '' : ' FILE'} [options]`),
    description: [
      'Holds one file against two nodes and the cluster on them, shows step by step what differs and why it matters, and makes ' +
        'the cluster that the file describes. Usually, on one of the two nodes, as root: plan, then apply, then doctor --all.',
      'Every key of the file has a default, and the defaults are the cluster of the example. cluster-setup schema prints the ' +
        'JSON schema.',
    ],
    commands: all.map(([name, command]) => ({
      name,
      description: command.description,
      options: command.options.map((option) => {
        const { value, description }: OptionDefinition = options[option];
        return [`--${option}${value === undefined ? '' : ` ${value}`}`, `${description}.`] as const;
      }),
    })),
    sections: {
      '"EXIT STATUS"': [
        ['0', 'All is well; doctor: nothing to say but notes.'],
        ['1', 'It failed, and standard error says why; doctor: warnings.'],
        ['2', 'doctor: errors.'],
        ['3', 'doctor: a node could not be looked at.'],
        ['64', 'The command line cannot be carried out.'],
      ],
      FILES: [
        ['/usr/share/doc/cluster-setup/examples/cluster.yaml', 'A first file.'],
        ['/usr/share/cluster-setup/cluster.schema.json', 'The JSON schema of the file, for editors.'],
        ['/etc/default/sleepi3.before-cluster-setup', "The board's settings as they were, for undo."],
      ],
    },
    seeAlso: ['pcs (8)', 'fence_sleepi3 (8)', 'rolling-reboot (8)'],
  };
}
