// This node's slee-Pi 3, through the driver.
import {
  clearWakeAlarm,
  getRtcTime,
  getWakeAlarm,
  healthMessage,
  type HealthId,
  judgeHealth,
  type ParsedDefaults,
  setWakeAlarm,
  type Sleepi3,
  type WakeAlarmFiles,
} from '@sleepi3/driver';
import type { FenceCheck } from '@sleepi3/program';
import type { Board } from './host.js';

/** What is asked of an open board. */
type OpenBoard = Pick<Sleepi3, 'get' | 'snapshot' | 'close'>;

/** Where the board's parts are found. */
export interface BoardParts {
  readonly open: () => Promise<OpenBoard>;
  /** /etc/default/sleepi3. */
  readonly defaults: () => Promise<ParsedDefaults>;
  /** What the fence agent says of this node; undefined where there is none, or an older one. */
  readonly fenceCheck: () => Promise<FenceCheck | undefined>;
  /** Where the wake alarm's file is; this machine's by default. */
  readonly files?: WakeAlarmFiles;
}

/** Opens the board for each question: a turn takes minutes, and others use the bus too. */
export function sleepi3Board({ open, defaults, fenceCheck, files }: BoardParts): Board {
  const alarm = async () => ({ device: (await defaults()).values.RTC_DEVICE, ...(files && { files }) });
  const ask = async <T>(question: (board: OpenBoard) => Promise<T>): Promise<T> => {
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
      // The agent asks the same judge. Where there is none, the board is looked at from here.
      const findings =
        (await fenceCheck())?.findings ??
        judgeHealth({ board: await ask((board) => board.snapshot()), defaults: await defaults() });
      return findings.filter(({ id }) => shutting.has(id)).map(healthMessage);
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
 * What of the driver's table keeps a node from being rebooted: at a reboot the vendor's services set the watchdog to
 * BOOT_TIMEOUT, and a system or a boot that hangs is to be power-cycled. RETRY_BOOT=0 is not in it: it never takes effect with
 * the vendor's services up to 1.0.8.
 */
const shutting: ReadonlySet<string> = new Set<HealthId>([
  'board-silent',
  'bus-hung',
  'defaults-unreadable',
  'boot-timeout-contradicted',
  'boot-timeout-off',
  'watchdog-off',
  'watchdog-differs',
]);
