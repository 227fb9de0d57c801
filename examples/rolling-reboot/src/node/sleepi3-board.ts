// This node's slee-Pi 3, through the driver.
import {
  clearWakeAlarm,
  type Defaults,
  getRtcTime,
  getWakeAlarm,
  type ParsedDefaults,
  setWakeAlarm,
  type Sleepi3,
  type WakeAlarmFiles,
} from '@sleepi3/driver';
import type { Board } from './host.js';

/** Where the board's parts are found. */
export interface BoardParts {
  readonly open: () => Promise<Sleepi3>;
  /** /etc/default/sleepi3. */
  readonly defaults: () => Promise<ParsedDefaults>;
  /** Where the wake alarm's file is; this machine's by default. */
  readonly files?: WakeAlarmFiles;
}

/** Opens the board for each question: a turn takes minutes, and others use the bus too. */
export function sleepi3Board({ open, defaults, files }: BoardParts): Board {
  const alarm = async () => ({ device: (await defaults()).values.RTC_DEVICE, ...(files && { files }) });
  const ask = async <T>(question: (board: Sleepi3) => Promise<T>): Promise<T> => {
    const board = await open();
    try {
      return await question(board);
    } finally {
      await board.close();
    }
  };
  return {
    wakeupFlags: () => ask((board) => board.get('wakeup-flag')),
    watchdogProblems: async () => {
      const { values, problems } = await defaults();
      const unreadable = problems.map(
        ({ line, key, value, message }) =>
          `/etc/default/sleepi3, line ${line}: ${key === undefined ? value : `${key}=${value}`} ${message}`,
      );
      const timeout = await ask((board) => board.get('watchdog-timeout'));
      return [...unreadable, ...watchdogProblems(values, timeout)];
    },
    rtcTime: async () => (await getRtcTime(await alarm())).getTime(),
    wakeAlarm: async () => (await getWakeAlarm(await alarm()))?.getTime(),
    setWakeAlarm: async (time) => {
      const options = await alarm();
      await (time === undefined ? clearWakeAlarm(options) : setWakeAlarm(new Date(time), options));
    },
  };
}

/**
 * Whether the vendor's services leave a watchdog to the reboot: at a reboot they set it to BOOT_TIMEOUT, and what it does
 * to RETRY_BOOT (read off the vendor's code).
 */
function* watchdogProblems(values: Defaults, timeout: number): Generator<string> {
  const change = 'in /etc/default/sleepi3, then reboot by hand once';
  if (values.BOOT_TIMEOUT === 0)
    yield `BOOT_TIMEOUT=0: a boot that hangs is left alone: set it, 90 as the vendor does, ${change}`;
  if (!values.RETRY_BOOT) yield `RETRY_BOOT=0: a boot that hangs ends in power off: set it to 1 ${change}`;
  if (values.HEARTBEAT_TIMEOUT === 0)
    yield `HEARTBEAT_TIMEOUT=0: a system that hangs is left alone: set it, 60 as the vendor does, ${change}`;
  else if (timeout === 0)
    yield "the board's watchdog-timeout is 0, whatever /etc/default/sleepi3 says: is sleepi3-start.service well?";
}
