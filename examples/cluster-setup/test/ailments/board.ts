// What can be wrong with a board and its settings.
import { Sleepi3Error } from '@sleepi3/driver';
import type { SoundNode } from '../sound-node.js';
import type { Ailment } from './ailment.js';

/** Something that the fence agent found besides the board. */
const agentFinding = (severity: 'error' | 'warning', fact: string) =>
  ({ id: 'x', severity, concerns: 'fencing', fact, why: 'It matters.', remedy: ['fence_sleepi3 boot'] }) as const;

function boardOf(node: SoundNode) {
  if (node.board instanceof Error) throw node.board;
  return node.board;
}

export const boardAilments: readonly Ailment[] = [
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
];
