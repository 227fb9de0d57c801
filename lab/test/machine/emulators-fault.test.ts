import { expect, it } from 'vitest';
import { isEmulatorsFault } from '../../src/machine/emulators-fault.js';

it('tells a kernel that the emulator has let down from one that panics', () => {
  expect(
    isEmulatorsFault(
      '[    4.824240] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI\r\n' +
        '[    4.825020] RIP: 0010:sched_clock_cpu+0x9/0x1d0\r\n' +
        '[    4.830274] Kernel panic - not syncing: Fatal exception in interrupt\r\n',
    ),
  ).toBe(true);
  expect(isEmulatorsFault('')).toBe(false);
  expect(isEmulatorsFault('[  271.004417] Kernel panic - not syncing: sysrq triggered crash\r\n')).toBe(false);
  expect(isEmulatorsFault('[   12.100000] Oops: general protection fault: 0000 [#1] PREEMPT SMP\r\n')).toBe(false);
});
