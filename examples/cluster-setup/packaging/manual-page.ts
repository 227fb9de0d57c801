// What the manual page cluster-setup(8) says beside the commands and options.
import type { ManualPageText } from '@sleepi3/program';

export const manualPage: ManualPageText = {
  description: [
    'Holds one file against two nodes and the cluster on them, shows step by step what differs and why it matters, and makes ' +
      'the cluster that the file describes. Usually, on one of the two nodes, as root: plan, then apply, then doctor --all.',
    'Every key of the file has a default, and the defaults are the cluster of the example. cluster-setup schema prints the ' +
      'JSON schema.',
  ],
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
