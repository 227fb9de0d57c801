// What the manual page rolling-reboot(8) says beside the commands and options.
import type { ManualPageText } from '@sleepi3/program';
import { defaultConfigPath } from '../src/settings.js';

export const manualPage: ManualPageText = {
  description: [
    'Moves the service to another node that is healthy, puts this node into standby, reboots it, waits until everything ' +
      'runs and answers again, and hands the lock on to the next node. One node at a time, and only when all is well.',
    'rolling-reboot run --dry-run shows whether it would begin now, and why not. When every gate is open: ' +
      'systemctl enable --now rolling-reboot.timer on every node.',
  ],
  sections: {
    '"EXIT STATUS"': [
      ['0', 'All is well, or there was nothing to do.'],
      ['1', 'The turn ended otherwise than well; nothing of it is left.'],
      ['2', 'Something of it is left, and standard error says what a person must do.'],
      ['64', 'The command line cannot be carried out.'],
      ['75', "Not now: a gate is shut, it is another node's turn, or the system goes down."],
      ['78', 'A setting is missing or wrong.'],
    ],
    FILES: [
      [defaultConfigPath, 'The settings, as KEY=value.'],
      ['/var/lib/rolling-reboot', 'The journal of the turn that is under way, and how the last turns ended.'],
      ['/run/reboot-required', 'Asks for a reboot, with WHEN=required.'],
    ],
  },
  seeAlso: ['pcs (8)', 'pacemaker (7)', 'systemd.timer (5)', 'fence_sleepi3 (8)'],
};
