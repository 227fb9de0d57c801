// What can be wrong with the cluster as a whole.
import type { Roll } from '@sleepi3/program';
import type { Ailment } from './ailment.js';

/** What rolling-reboot says of the roll that is under way. */
const rollingReboot = (roll: Partial<Roll>) =>
  ['/usr/sbin/rolling-reboot status --json', JSON.stringify({ roll: { roll: 'r', done: [], ...roll } })] as const;

export const clusterAilments: readonly Ailment[] = [
  ['running', 'error', /does not run on this node/, (n) => (n.status = undefined)],
  [
    'nodes',
    'error',
    /raspberrypi-2 is UNCLEAN/,
    (n) => n.spoil('status', /(name="raspberrypi-2" id="2" online="true".*?unclean=")false/, '$1true'),
  ],
  [
    'nodes',
    'warning',
    /raspberrypi-2 is offline/,
    (n) => n.spoil('status', 'name="raspberrypi-2" id="2" online="true"', 'name="raspberrypi-2" id="2" online="false"'),
  ],
  [
    'nodes',
    'warning',
    /raspberrypi-2 is in standby/,
    (n) => n.spoil('status', 'id="2" online="true" standby="false"', 'id="2" online="true" standby="true"'),
  ],
  ['nodes', 'warning', /different versions/, (n) => n.spoil('status', 'mixed_version="false"', 'mixed_version="true"')],
  [
    'modes',
    'warning',
    /maintenance-mode is true/,
    (n) =>
      n.spoil(
        'cib',
        '</cluster_property_set>',
        '<nvpair id="m" name="maintenance-mode" value="true"/></cluster_property_set>',
      ),
  ],
  [
    'nodes',
    'note',
    /raspberrypi-2 is in standby for its turn of a rolling reboot/,
    (n) => {
      n.spoil('status', 'id="2" online="true" standby="false"', 'id="2" online="true" standby="true"');
      n.answers.set(...rollingReboot({ holder: { node: 'raspberrypi-2', expires: 9 } }));
    },
  ],
  [
    'reboot-settings',
    'warning',
    /SERVICE=vip in .* is not a resource of this cluster/,
    (n) => n.files.set('/etc/default/rolling-reboot', 'SERVICE=vip\n'),
  ],
  [
    'rolling-reboot',
    'warning',
    /a rolling reboot failed on raspberrypi-2/,
    (n) => n.answers.set(...rollingReboot({ done: ['x'], failed: 'raspberrypi-2' })),
  ],
  [
    'modes',
    'error',
    /shutdown-lock is true/,
    (n) =>
      n.spoil(
        'cib',
        '</cluster_property_set>',
        '<nvpair id="m" name="shutdown-lock" value="true"/></cluster_property_set>',
      ),
  ],
];
