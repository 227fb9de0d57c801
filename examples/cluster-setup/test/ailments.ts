// What can be wrong with a cluster, brought about on a sound one, and what doctor says to it.
import { Sleepi3Error } from '@sleepi3/driver';
import type { Roll } from '@sleepi3/program';
import type { Severity } from '../src/doctor/check.js';
import { cibOf, type SoundNode } from './sound-node.js';

type Spoil = (node: SoundNode) => void;

/** Something that the fence agent found besides the board. */
const agentFinding = (severity: 'error' | 'warning', fact: string) =>
  ({ id: 'x', severity, concerns: 'fencing', fact, why: 'It matters.', remedy: ['fence_sleepi3 boot'] }) as const;

/** What rolling-reboot says of the roll that is under way. */
const rollingReboot = (roll: Partial<Roll>) =>
  ['/usr/sbin/rolling-reboot status --json', JSON.stringify({ roll: { roll: 'r', done: [], ...roll } })] as const;

const levelsOfTwo =
  '<fencing-level id="l3" target="raspberrypi-2" index="1" devices="fence_raspberrypi-2"/>' +
  '<fencing-level id="l4" target="raspberrypi-2" index="2" devices="fence_raspberrypi-2_2"/>';

/** Each thing that can be wrong: the check that finds it, how bad it is, what it says, and how to bring it about. */
export const ailments: readonly (readonly [check: string, severity: Severity, says: RegExp, spoil: Spoil])[] = [
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
  [
    'fence-levels',
    'error',
    /level 2 of raspberrypi-2 names socket, which is not a fence device/,
    (n) => n.addSecond('fence_apc', levelsOfTwo.replace('fence_raspberrypi-2_2', 'socket'), ''),
  ],
  [
    'fence-levels',
    'warning',
    /fence_raspberrypi-2_2 is in no level of raspberrypi-2/,
    (n) =>
      n.addSecond(
        'fence_apc',
        '<fencing-level id="l3" target="raspberrypi-2" index="1" devices="fence_raspberrypi-2"/>',
      ),
  ],
  [
    'fence-levels',
    'warning',
    /raspberrypi-2 has several fence devices and no levels/,
    (n) => n.addSecond('fence_apc', ''),
  ],
  [
    'fence-levels',
    'warning',
    /is for raspberrypi-7, which is not a node/,
    (n) =>
      n.addSecond(
        'fence_apc',
        `${levelsOfTwo}<fencing-level id="l5" target="raspberrypi-7" index="1" devices="fence_raspberrypi-2"/>`,
      ),
  ],
  [
    'fence-levels',
    'warning',
    /all that fences raspberrypi-2 shares its power/,
    (n) => n.addSecond('fence_ipmilan', levelsOfTwo),
  ],
  [
    'second-password',
    'error',
    /fence-second-password is not there/,
    (n) => {
      n.addSecond('fence_apc', levelsOfTwo);
      n.answers.set('stat --format=%U %a /etc/sleepi3/fence-second-password', { exitCode: 1 });
    },
  ],
  [
    'second-password',
    'warning',
    /fence-second-password is root 644/,
    (n) => {
      n.addSecond('fence_apc', levelsOfTwo);
      n.answers.set('stat --format=%U %a /etc/sleepi3/fence-second-password', 'root 644\n');
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
    'monitor-hooks',
    'warning',
    /extin\.d\/99-off shuts this node down/,
    (n) => {
      n.answers.set(
        'find -L /etc/sleepi3-monitor',
        '/etc/sleepi3-monitor/extin.d/99-off\n/etc/sleepi3-monitor/extin.d/1\n',
      );
      n.files.set('/etc/sleepi3-monitor/extin.d/99-off', '#!/bin/bash\nif true; then\n  poweroff\nfi\n');
      n.files.set('/etc/sleepi3-monitor/extin.d/1', '#!/bin/sh\n# no shutdown here\nlogger EXTIN\n');
    },
  ],
  [
    'monitor-hooks',
    'warning',
    /monitor\.yml shuts this node down/,
    (n) =>
      n.files.set(
        '/etc/sleepi3-monitor/monitor.yml',
        'extin:\n  history_size: 1\n  commands:\n    - { exec: "shutdown -h now", condition: over, threshold: 3 }\n',
      ),
  ],
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
  ['i2c', 'error', /\/dev\/i2c-1 is not there/, (n) => n.answers.set('test -e /dev/i2c-1', { exitCode: 1 })],
  ['board', 'error', /does not answer: EREMOTEIO/, (n) => (n.board = new Error('EREMOTEIO'))],
  ['board', 'warning', /measures 4300 mV/, (n) => (n.board = { ...boardOf(n), voltage: 4300 })],
  [
    'board',
    'error',
    /the I2C bus hangs: timed out/,
    (n) => (n.board = new Sleepi3Error('TRANSFER_FAILED', 'timed out', { errno: 'ETIMEDOUT' })),
  ],
  [
    'extin',
    'error',
    /EXTIN has been asserted for 255 s/,
    (n) => (n.board = { ...boardOf(n), extin: true, 'extin-count': 255 }),
  ],
  ['restart', 'warning', /RETRY_BOOT is 0/, (n) => n.spoilFile('/etc/default/sleepi3', 'RETRY_BOOT=1', 'RETRY_BOOT=0')],
  [
    'startup-fencing',
    'error',
    /startup-fencing is false/,
    (n) =>
      n.spoil('cib', /(<nvpair )([^>]*name="stonith-enabled")/, '$1id="sf" name="startup-fencing" value="OFF"/>$1$2'),
  ],
  [
    'pending-fencing',
    'warning',
    /a fencing of raspberrypi-2 \(reboot\), which raspberrypi-1 asked for, is pending/,
    (n) =>
      n.spoil(
        'status',
        '<fence_history>',
        '<fence_history><fence_event status="pending" extended-status="1" action="reboot" target="raspberrypi-2" client="pacemaker-controld.1" origin="raspberrypi-1"/>',
      ),
  ],
  [
    'if-lost',
    'warning',
    /when raspberrypi-1 is lost, VIP runs nowhere/,
    (n) =>
      n.spoil(
        'cib',
        '<rsc_order ',
        '<rsc_location id="x" rsc="VIP" node="raspberrypi-2" score="-INFINITY"/><rsc_order ',
      ),
  ],
  ['defaults', 'warning', /sleepi3 does not exist/, (n) => n.files.delete('/etc/default/sleepi3')],
  [
    'defaults',
    'warning',
    /line 5: HEARTBEAT_TIMEOUT=256 must be whole seconds/,
    (n) => n.spoilFile('/etc/default/sleepi3', 'TIMEOUT=60', 'TIMEOUT=256'),
  ],
  [
    'extin-forced-shutdown',
    'error',
    /EXTIN_FORCED_SHUTDOWN is not 1/,
    (n) => n.spoilFile('/etc/default/sleepi3', 'SHUTDOWN=1', 'SHUTDOWN=0'),
  ],
  ['extin-forced-shutdown', 'error', /EIPDE is 0/, (n) => (n.board = { ...boardOf(n), 'extin-powerdown': false })],
  ['extin-trigger', 'error', /EITRG is 1, level/, (n) => (n.board = { ...boardOf(n), 'extin-trigger': 'level' })],
  ['extout', 'error', /EXTOUT is asserted/, (n) => (n.board = { ...boardOf(n), extout: true })],
  [
    'watchdog',
    'warning',
    /HEARTBEAT_TIMEOUT is 0/,
    (n) => n.spoilFile('/etc/default/sleepi3', 'TIMEOUT=60', 'TIMEOUT=0'),
  ],
  [
    'watchdog',
    'error',
    /HEARTBEAT_TIMEOUT=60 contradicts the board, whose watchdog-timeout is 0 s/,
    (n) => (n.board = { ...boardOf(n), 'watchdog-timeout': 0 }),
  ],
  [
    'boot-timeout',
    'error',
    /BOOT_TIMEOUT is 90 s, and this node's last boot took 95 s/,
    (n) => n.answers.set('systemd-analyze time', 'Startup finished in 5s (kernel) + 1min 30s (userspace) = 1min 35s\n'),
  ],
  [
    'boot-timeout',
    'warning',
    /last boot took 80 s/,
    (n) => n.answers.set('systemd-analyze time', 'Startup finished in 5s + 75s = 1min 20s\n'),
  ],
  [
    'wire',
    'warning',
    /the wire has never been tested/,
    (n) => (n.agentFindings = [agentFinding('warning', 'the wire has never been tested')]),
  ],
  [
    'wire',
    'error',
    /the line keeper did not answer/,
    (n) => (n.agentFindings = [agentFinding('error', 'the line keeper did not answer')]),
  ],
  [
    'wire',
    'warning',
    /fence_sleepi3 check does not answer/,
    (n) => {
      n.agentFindings = undefined;
      n.answers.set('/usr/sbin/fence_sleepi3 check', { exitCode: 1 });
    },
  ],
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
  ['stickiness', 'warning', /not set/, (n) => n.spoil('cib', /<rsc_defaults>[^]*<\/rsc_defaults>/, '')],
  [
    'stickiness',
    'warning',
    /resource-stickiness is 0/,
    (n) => n.spoil('cib', 'name="resource-stickiness" value="100"', 'name="resource-stickiness" value="0"'),
  ],
  ['vip', 'error', /VIP is not tied/, (n) => n.spoil('cib', /<rsc_colocation[^>]*>/, '')],
  ['vip', 'error', /VIP does not wait for Apache_container-clone/, (n) => n.spoil('cib', /<rsc_order[^>]*>/, '')],
  [
    'vip',
    'note',
    /Apache_container moves with VIP, which leaves before it has stopped/,
    (n) => {
      n.cib = cibOf('active-passive').replace(/<rsc_order[^>]*>/, '');
    },
  ],
  ['container-init', 'note', /without --init/, (n) => n.spoil('cib', '--init ', '')],
  [
    'cli-constraints',
    'warning',
    /cli-prefer-VIP was left behind/,
    (n) =>
      n.spoil(
        'cib',
        '</constraints>',
        '<rsc_location id="cli-prefer-VIP" rsc="VIP" node="raspberrypi-2" score="INFINITY"/></constraints>',
      ),
  ],
  [
    'failed-actions',
    'warning',
    /monitor of VIP failed on raspberrypi-1: not running/,
    (n) =>
      n.spoil(
        'status',
        '<fence_history>',
        '<failures><failure op_key="VIP_monitor_10000" node="raspberrypi-1" exitstatus="not running" exitreason="" exitcode="7" call="9" status="complete" last-rc-change="2026-11-22 10:00:00Z" queued="0" exec="0" interval="10000" task="monitor"/></failures><fence_history>',
      ),
  ],
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
  [
    'stonith-enabled',
    'warning',
    /stonith-enabled is ture/,
    (n) => n.spoil('cib', 'name="stonith-enabled" value="true"', 'name="stonith-enabled" value="ture"'),
  ],
  [
    'stonith-enabled',
    'error',
    /stonith-enabled is false/,
    (n) => n.spoil('cib', 'name="stonith-enabled" value="true"', 'name="stonith-enabled" value="false"'),
  ],
  [
    'fence-devices',
    'error',
    /fence_raspberrypi-1 is for raspberrypi-1 and raspberrypi-2/,
    (n) =>
      n.spoil(
        'cib',
        'name="pcmk_host_list" value="raspberrypi-1"',
        'name="pcmk_host_list" value="raspberrypi-1 raspberrypi-2"',
      ),
  ],
  [
    'fence-devices',
    'error',
    /is for whatever node is asked for/,
    (n) => n.spoil('cib', /<nvpair id="[^"]*" name="pcmk_host_list" value="raspberrypi-1"\/>/, ''),
  ],
  [
    'fence-devices',
    'error',
    /which is not a node of this cluster/,
    (n) => n.spoil('cib', 'name="pcmk_host_list" value="raspberrypi-1"', 'name="pcmk_host_list" value="raspberypi-1"'),
  ],
  [
    'fence-devices',
    'error',
    /no fence device is for raspberrypi-2/,
    (n) => {
      n.spoil('cib', /<primitive id="fence_raspberrypi-2"[^]*?<\/primitive>/, '');
      n.spoil('cib', /<rsc_location id="fence_raspberrypi-2[^>]*>/, '');
    },
  ],
  [
    'fence-bans',
    'error',
    /fence_raspberrypi-1 may run on raspberrypi-1/,
    (n) => n.spoil('cib', /<rsc_location id="fence_raspberrypi-1[^>]*>/, ''),
  ],
  [
    'fence-delays',
    'warning',
    /no fence device has a delay/,
    (n) => n.spoil('cib', /<nvpair id="[^"]*" name="pcmk_delay_base"[^>]*>/, ''),
  ],
  [
    'fence-delays',
    'warning',
    /both fence devices wait 3 s/,
    (n) =>
      n.spoil(
        'cib',
        'name="pcmk_host_list" value="raspberrypi-2"/>',
        'name="pcmk_host_list" value="raspberrypi-2"/><nvpair id="d" name="pcmk_delay_base" value="3s"/>',
      ),
  ],
  [
    'fence-timeouts',
    'warning',
    /pcmk_reboot_timeout is 20s/,
    (n) => n.spoil('cib', 'name="pcmk_reboot_timeout" value="60s"', 'name="pcmk_reboot_timeout" value="20s"'),
  ],
  [
    'fence-timeouts',
    'warning',
    /pcmk_off_timeout is not set, and stonith-timeout 10 s/,
    (n) => {
      n.spoil('cib', /<nvpair id="[^"]*" name="pcmk_off_timeout"[^>]*>/, '');
      n.spoil('cib', /(<nvpair )([^>]*name="stonith-enabled")/, '$1id="st" name="stonith-timeout" value="10"/>$1$2');
    },
  ],
  [
    'fence-started',
    'error',
    /fence_raspberrypi-2 is not started/,
    (n) => n.spoil('status', /<resource id="fence_raspberrypi-2"[^]*?<\/resource>/, ''),
  ],
  [
    'fence-started',
    'error',
    /fence_raspberrypi-2 is failed/,
    (n) => n.spoil('status', /(<resource id="fence_raspberrypi-2"[^>]*failed=")false/, '$1true'),
  ],
  [
    'fencing-proven',
    'warning',
    /no fencing of raspberrypi-2 is on record/,
    (n) => n.spoil('status', /<fence_event [^>]*target="raspberrypi-2"[^>]*>/, ''),
  ],
  [
    'fencing-proven',
    'warning',
    /raspberrypi-1 was last fenced 367 days ago/,
    (n) => n.spoil('status', '2026-11-20 10:00:00Z', '2025-11-20 10:00:00Z'),
  ],
  [
    'fencing-proven',
    'error',
    /the last fencing of raspberrypi-1 failed/,
    (n) =>
      n.spoil(
        'status',
        'client="stonith_admin.1" origin="raspberrypi-2" status="success"',
        'client="stonith_admin.1" origin="raspberrypi-2" status="failed"',
      ),
  ],
];

function boardOf(node: SoundNode) {
  if (node.board instanceof Error) throw node.board;
  return node.board;
}
