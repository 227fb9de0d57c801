// What can be wrong with fencing: its devices, levels and history.
import type { Ailment } from './ailment.js';

const levelsOfTwo =
  '<fencing-level id="l3" target="raspberrypi-2" index="1" devices="fence_raspberrypi-2"/>' +
  '<fencing-level id="l4" target="raspberrypi-2" index="2" devices="fence_raspberrypi-2_2"/>';

export const fencingAilments: readonly Ailment[] = [
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
