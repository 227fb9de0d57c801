// What can be wrong with quorum and corosync.
import type { Ailment } from './ailment.js';

export const quorumAilments: readonly Ailment[] = [
  [
    'corosync',
    'error',
    /two_node is set in corosync\.conf beside a quorum device/,
    (n) => {
      n.addDevice();
      n.spoilFile('/etc/corosync/corosync.conf', 'quorum {', 'quorum {\n two_node: 1');
    },
  ],
  [
    'corosync',
    'note',
    /wait_for_all is 1 in corosync\.conf beside a quorum device/,
    (n) => {
      n.addDevice();
      n.spoilFile('/etc/corosync/corosync.conf', 'quorum {', 'quorum {\n wait_for_all: 1');
    },
  ],
  [
    'quorum-device',
    'error',
    /the quorum device qnetd gives no vote \(Connecting\)$/,
    (n) => {
      n.addDevice(0, 'Connecting');
      n.answers.set('journalctl', "Can't connect to qnetd host. (-5986): Network address not available (in use?)\n");
    },
  ],
  [
    'quorum-device',
    'error',
    /refuses this node: the certificates do not match/,
    (n) => {
      n.addDevice(0, 'Connecting');
      n.answers.set(
        'journalctl',
        'Connect timeout\nUnhandled error when reading from server. Disconnecting from server\n',
      );
    },
  ],
  ['quorum-device', 'error', /gives its vote to others/, (n) => n.addDevice(0)],
  ['quorum-device', 'error', /has 3 votes, and ffsplit on 2 nodes wants 1/, (n) => n.addDevice(3)],
  [
    'quorum-device',
    'error',
    /corosync-qdevice does not run on this node/,
    (n) => {
      n.addDevice();
      n.device = { votes: 0, registered: false, state: '' };
    },
  ],
  [
    'quorum-device',
    'error',
    /corosync-qdevice\.service does not start at boot/,
    (n) => {
      n.addDevice();
      n.answers.set('systemctl is-enabled --quiet corosync-qdevice.service', { exitCode: 1 });
    },
  ],
  [
    'quorum-device',
    'error',
    /the quorum device is on raspberrypi-2, a node of this cluster/,
    (n) => {
      n.addDevice();
      n.spoilFile('/etc/corosync/corosync.conf', 'host: qnetd', 'host: 192.168.11.179');
    },
  ],
  ['corosync', 'error', /two_node is not set/, (n) => n.spoilFile('/etc/corosync/corosync.conf', 'two_node: 1', '')],
  [
    'corosync',
    'error',
    /wait_for_all is 0/,
    (n) => n.spoilFile('/etc/corosync/corosync.conf', 'two_node: 1', 'two_node: 1\n    wait_for_all: 0'),
  ],
  [
    'no-quorum-policy',
    'error',
    /no-quorum-policy is ignore/,
    (n) =>
      n.spoil(
        'cib',
        '</cluster_property_set>',
        '<nvpair id="q" name="no-quorum-policy" value="ignore"/></cluster_property_set>',
      ),
  ],
];
