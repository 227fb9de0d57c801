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
    fenceCheck: async () => undefined,
  });
  return clock.runUntil(board.watchdogProblems());
}

function replaceLine(text: string, line: string): string {
  return text.replace(new RegExp(`^${line.split('=', 1)[0] ?? ''}=.*$`, 'm'), line);
}

describe('the fence agent before a reboot', () => {
  const finding = { severity: 'error', concerns: 'fencing', why: 'It matters.', remedy: ['look'] } as const;

  it('is asked in the place of the board, and heard about what concerns the reboot', async () => {
    const nobody = () => Promise.reject(new Error('the board is not asked'));
    const findings = [
      { ...finding, id: 'board-silent', fact: 'the board does not answer' },
      { ...finding, id: 'wire-never-tested', fact: 'the wire has never been tested' },
      { ...finding, id: 'watchdog-off', fact: 'the watchdog is off' },
    ];
    const board = sleepi3Board({
      open: nobody,
      defaults: nobody,
      fenceCheck: async () => ({ ready: false, findings }),
    });
    expect(await board.watchdogProblems()).toEqual([
      'the board does not answer; to mend it: look',
      'the watchdog is off; to mend it: look',
    ]);
  });
});

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
