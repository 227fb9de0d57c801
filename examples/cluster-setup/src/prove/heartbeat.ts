// The watchdog of a board, off for a test. Otherwise the board of a node whose kernel has crashed may restart it before it is
// fenced, and nothing is shown.
//
// Nobody has to remember to turn it on again: the node itself does so after a while, by a timer of its own systemd that is there
// before the watchdog is off; and when the node goes down, the vendor's service sets it at the next boot. The file is not touched.
import { registers } from '@sleepi3/driver';
import { boardPlace, withBoardOf } from '../nodes/board.js';
import type { Machine } from '../nodes/machine.js';

/** The timer, and what it starts. */
export const heartbeatUnit = 'cluster-setup-heartbeat';
/** s after which the node turns its watchdog on again, whatever became of whoever turned it off. */
const offAtMost = 300;

/** Turns the watchdog off, for five minutes at most. */
export async function heartbeatOff(machine: Machine): Promise<void> {
  const { bus, address, heartbeat } = await boardPlace(machine);
  if (heartbeat === 0) return;
  const register = `0x${registers.watchdogTimeout.address.toString(16).padStart(2, '0')}`;
  await machine.run('systemd-run', [
    ...[
      '--collect',
      '--quiet',
      `--unit=${heartbeatUnit}`,
      `--on-active=${offAtMost}`,
      '--timer-property=AccuracySec=1',
    ],
    ...['--', '/usr/sbin/i2cset', '-y', bus, address, register, String(heartbeat), 'b'],
  ]);
  await withBoardOf(machine, (board) => board.set('watchdog-timeout', 0));
}

/**
 * Turns the watchdog on again where it is off for a test, or is not what the file says.
 * @returns whether it had to be.
 */
export async function heartbeatOn(machine: Machine): Promise<boolean> {
  const { heartbeat } = await boardPlace(machine);
  const changed = await withBoardOf(machine, async (board) => {
    if ((await board.get('watchdog-timeout')) === heartbeat) return false;
    await board.set('watchdog-timeout', heartbeat);
    return true;
  });
  // Only now: as long as it is off, the timer is what turns it on.
  await machine.run('systemctl', ['stop', `${heartbeatUnit}.timer`], { exitCodes: [0, 5] });
  return changed;
}

/** Whether the watchdog is off for a test that has not come to its end. */
export async function isOffForTest(machine: Machine): Promise<boolean> {
  const { exitCode } = await machine.run('systemctl', ['is-active', '--quiet', `${heartbeatUnit}.timer`], {
    exitCodes: [0, 3, 4],
  });
  return exitCode === 0;
}
