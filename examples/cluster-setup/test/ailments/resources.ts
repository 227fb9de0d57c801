// What can be wrong with resources.
import { cibOf } from '../sound-node.js';
import type { Ailment } from './ailment.js';

export const resourcesAilments: readonly Ailment[] = [
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
];
