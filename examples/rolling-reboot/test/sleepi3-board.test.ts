import { editDefaults, parseDefaults, Sleepi3 } from '@sleepi3/driver';
import { VirtualBoard, VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { sleepi3Board } from '../src/node/sleepi3-board.js';

const sound = editDefaults('', { EXTIN_FORCED_SHUTDOWN: true });
/** What keeps a node with these lines in its settings from being rebooted. */
async function problems(lines: readonly string[], watchdogTimeout = 60): Promise<readonly string[]> {
  const clock = new VirtualClock({ settle: 'promises' });
  const virtual = new VirtualBoard({ name: 'a', clock });
  virtual.poke('watchdogTimeout', watchdogTimeout);
  const board = sleepi3Board({
    open: () => Sleepi3.open({ bus: virtual.bus, clock, random: () => 0.5 }),
    defaults: async () => parseDefaults(lines.reduce(replaceLine, sound)),
  });
  return clock.runUntil(board.watchdogProblems());
}

function replaceLine(text: string, line: string): string {
  return text.replace(new RegExp(`^${line.split('=', 1)[0] ?? ''}=.*$`, 'm'), line);
}

describe('the board before a reboot', () => {
  it('is well with the settings as delivered, and with RETRY_BOOT=0, which never takes effect', async () => {
    expect(await problems([])).toEqual([]);
    expect(await problems(['RETRY_BOOT=0'])).toEqual([]);
  });

  it.each([
    [['BOOT_TIMEOUT=0'], 60, /RETRY_BOOT=1 contradicts BOOT_TIMEOUT=0; to mend it: set BOOT_TIMEOUT/],
    [['RETRY_BOOT=0', 'BOOT_TIMEOUT=0'], 60, /BOOT_TIMEOUT is 0/],
    [['HEARTBEAT_TIMEOUT=0'], 0, /HEARTBEAT_TIMEOUT is 0/],
    [[], 0, /watchdog-timeout is 0 s; to mend it: sleepi3ctl set watchdog-timeout 60/],
    [['BOOT_TIMEOUT=256'], 60, /line 7: BOOT_TIMEOUT=256/],
  ])('is not with %j and a watchdog of %i s', async (lines, timeout, says) => {
    expect(await problems(lines, timeout)).toEqual([expect.stringMatching(says)]);
  });
});
