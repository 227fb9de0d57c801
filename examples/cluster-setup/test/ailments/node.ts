// What can be wrong with a node: its packages, names, services and containers.
import type { Ailment } from './ailment.js';

export const nodeAilments: readonly Ailment[] = [
  [
    'packages',
    'error',
    /not installed: pacemaker-cli-utils, pcs$/,
    (n) =>
      n.answers.set(
        'dpkg-query',
        'installed pacemaker 1\ninstalled corosync 1\ninstalled resource-agents 1\ninstalled i2c-tools 1\ninstalled docker.io 1\n',
      ),
  ],
  [
    'packages',
    'warning',
    /pcs is 0\.11\.5-1/,
    (n) =>
      n.answers.set(
        'dpkg-query',
        'installed pacemaker 1\ninstalled pacemaker-cli-utils 1\ninstalled docker.io 1\ninstalled corosync 1\ninstalled pcs 0.11.5-1\ninstalled resource-agents 1\ninstalled i2c-tools 1\n',
      ),
  ],
  [
    'packages',
    'error',
    /fence_sleepi3 is not there/,
    (n) => n.answers.set('test -x /usr/sbin/fence_sleepi3', { exitCode: 1 }),
  ],
  [
    'packages',
    'error',
    /not installed: corosync-qdevice$/,
    (n) => {
      const packages = n.answers.get('dpkg-query') ?? '';
      n.addDevice();
      n.answers.set('dpkg-query', packages);
    },
  ],
  [
    'hosts',
    'error',
    /own name, raspberrypi-1, at 127\.0\.1\.1/,
    (n) => n.spoilFile('/etc/hosts', '192.168.11.211', '127.0.1.1'),
  ],
  [
    'hosts',
    'warning',
    /does not have raspberrypi-2/,
    (n) => n.spoilFile('/etc/hosts', '192.168.11.179\traspberrypi-2\n', ''),
  ],
  [
    'cloud-init',
    'error',
    /hosts\.debian\.tmpl, which does not have the nodes/,
    (n) => {
      n.answers.set('sh -c command -v cloud-init', 'true\n');
      n.files.set('/etc/cloud/templates/hosts.debian.tmpl', '127.0.1.1 {{fqdn}} {{hostname}}\n127.0.0.1 localhost\n');
    },
  ],
  [
    'cloud-init',
    'warning',
    /puts this node's own name at 127\.0\.1\.1/,
    (n) => n.answers.set('sh -c command -v cloud-init', 'localhost\n'),
  ],
  [
    'host-name',
    'warning',
    /this host is named kitchen, and the cluster's nodes are raspberrypi-1 and raspberrypi-2/,
    (n) => n.answers.set('hostname', 'kitchen\n'),
  ],
  ['packages', 'note', /this is Debian GNU\/Linux 11/, (n) => n.spoilFile('/etc/os-release', /12/g, '11')],
  ['packages', 'error', /not installed: docker-cli/, (n) => n.spoilFile('/etc/os-release', /12/g, '13')],
  [
    'enabled',
    'warning',
    /not enabled: corosync\.service, pacemaker\.service/,
    (n) => n.answers.set('systemctl is-enabled', { exitCode: 1 }),
  ],
  [
    'docker-order',
    'error',
    /does not wait for docker/,
    (n) =>
      n.answers
        .set('systemctl show', 'Requires=\nWants=\nAfter=\n')
        .delete('systemctl show resource-agents-deps.target'),
  ],
  ['container-outside', 'error', /restart policy always/, (n) => n.answers.set('docker inspect', 'always true\n')],
  [
    'container-outside',
    'error',
    /runs here, but the cluster did not start/,
    (n) => n.spoil('status', /<clone id="Apache[^]*<\/clone>/, ''),
  ],
  [
    'move-at-boot',
    'warning',
    /move-resource\.service runs pcs resource move/,
    (n) =>
      n.answers.set(
        'grep -rlE',
        '/etc/systemd/system/move-resource.service\n/etc/systemd/system/multi-user.target.wants/move-resource.service\n',
      ),
  ],
  ['time', 'warning', /not synchronised/, (n) => n.answers.set('timedatectl show', 'no\n')],
  [
    'journal',
    'note',
    /journal is in memory/,
    (n) => n.answers.set('sh -c systemd-analyze cat-config', 'volatile\nend\nkept\n'),
  ],
  ['journal', 'note', /journal is in memory/, (n) => n.answers.set('sh -c systemd-analyze cat-config', 'auto\nend\n')],
];
