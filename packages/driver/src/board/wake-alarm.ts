/**
 * The RTC's wake alarm, the vendor's way: the board powers the Pi on when its clock chip (MCP7941x) says so, and Linux
 * sets that through /sys/class/rtc/rtc0/wakealarm.
 */
import { promises as fs } from 'node:fs';
import { Sleepi3Error } from '../errors.js';

/** The two file operations that are needed; Node's own fit. */
export interface WakeAlarmFiles {
  /** As that of node:fs/promises. */
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  /** As that of node:fs/promises. */
  writeFile(path: string, data: string): Promise<void>;
}

export interface WakeAlarmOptions {
  /** The clock's name under /sys/class/rtc; `rtc0` by default, RTC_DEVICE of the defaults file. */
  readonly device?: string;
  readonly files?: WakeAlarmFiles;
}

/**
 * What the clock chip itself says, to the second. The alarm goes by it and not by the system's clock, which may differ: the
 * chip may keep local time, or the system may not have synchronised it yet.
 *
 * @throws {@link Sleepi3Error} `WAKE_ALARM_FAILED`.
 */
export async function getRtcTime(options: WakeAlarmOptions = {}): Promise<Date> {
  const { device = 'rtc0', files = fs } = options;
  const path = fileOf(device, 'since_epoch');
  const text = (await files.readFile(path, 'utf8').catch(failed('read', path))).trim();
  if (/^\d+$/.test(text)) return new Date(Number(text) * 1000);
  throw new Sleepi3Error('WAKE_ALARM_FAILED', `${path} holds ${JSON.stringify(text)}`, { path });
}

/**
 * When the board will wake the Pi, or undefined when no alarm is set.
 *
 * @throws {@link Sleepi3Error} `WAKE_ALARM_FAILED`.
 */
export async function getWakeAlarm(options: WakeAlarmOptions = {}): Promise<Date | undefined> {
  const { path, files } = alarmOf(options);
  const text = (await files.readFile(path, 'utf8').catch(failed('read', path))).trim();
  if (text === '') return undefined;
  if (!/^\d+$/.test(text))
    throw new Sleepi3Error('WAKE_ALARM_FAILED', `${path} holds ${JSON.stringify(text)}`, { path });
  return new Date(Number(text) * 1000);
}

/**
 * Sets the alarm, in the place of one that is set, and reads it back.
 *
 * @param time - When to wake, by the RTC ({@link getRtcTime}); whole seconds count, a part of one is rounded up.
 * @throws {@link Sleepi3Error} `INVALID_VALUE` for no time; `WAKE_ALARM_FAILED`, also for a time that has passed, which
 * the kernel takes for none.
 */
export async function setWakeAlarm(time: Date, options: WakeAlarmOptions = {}): Promise<void> {
  const { path, files } = alarmOf(options);
  const seconds = Math.ceil(time.getTime() / 1000);
  if (!(seconds > 0))
    throw new Sleepi3Error('INVALID_VALUE', `${String(time)} is not a time to wake at`, { value: time });
  // The kernel refuses (EBUSY) to change an alarm that is set: it has to be cleared first.
  if ((await getWakeAlarm(options)) !== undefined) await clearWakeAlarm(options);
  await files.writeFile(path, `${seconds}\n`).catch(failed('set', path));
  const held = await getWakeAlarm(options);
  if (held?.getTime() === seconds * 1000) return;
  throw new Sleepi3Error(
    'WAKE_ALARM_FAILED',
    `the alarm was set to ${new Date(seconds * 1000).toISOString()} but reads ${held?.toISOString() ?? 'none'}; ` +
      'it must lie in the future of the RTC',
    { path, expected: seconds, ...(held && { actual: held.getTime() / 1000 }) },
  );
}

/**
 * Clears the alarm; there may be none.
 *
 * @throws {@link Sleepi3Error} `WAKE_ALARM_FAILED`.
 */
export async function clearWakeAlarm(options: WakeAlarmOptions = {}): Promise<void> {
  const { path, files } = alarmOf(options);
  await files.writeFile(path, '0\n').catch(failed('clear', path));
}

function alarmOf({ device = 'rtc0', files = fs }: WakeAlarmOptions): { path: string; files: WakeAlarmFiles } {
  return { path: fileOf(device, 'wakealarm'), files };
}

function fileOf(device: string, name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(device)) return `/sys/class/rtc/${device}/${name}`;
  throw new Sleepi3Error('INVALID_VALUE', `'${device}' is not the name of a clock, such as rtc0`, { value: device });
}

function failed(verb: string, path: string): (cause: unknown) => never {
  return (cause) => {
    const { code: errno, message } = cause as NodeJS.ErrnoException;
    const remedy =
      errno === 'EACCES' ? '; run as root' : errno === 'ENOENT' ? '; check RTC_DEVICE and the i2c-rtc overlay' : '';
    throw new Sleepi3Error('WAKE_ALARM_FAILED', `cannot ${verb} the wake alarm ${path}: ${message}${remedy}`, {
      path,
      ...(errno !== undefined && { errno }),
      cause,
    });
  };
}
