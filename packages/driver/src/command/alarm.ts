/** `sleepi3 alarm`: when the board powers the Pi on, in the words of sleepi3alarm, which are those of GNU date. */
import { clearWakeAlarm, getRtcTime, getWakeAlarm, setWakeAlarm, type WakeAlarmOptions } from '../board/wake-alarm.js';
import { readDefaultsFile } from '../defaults/file.js';
import { Sleepi3Error } from '../errors.js';
import type { Arguments } from './arguments.js';
import type { CommandIo } from './io.js';
import { jsonOf } from './status.js';

/** ms. The clock chip counts whole seconds: a difference below is none. */
const sameTime = 2000;

/**
 * Prints, sets or clears the alarm. Times are the system's: the alarm itself goes by the clock chip, which may keep another.
 *
 * @returns the exit status.
 */
export async function alarm(io: CommandIo, given: Arguments, words: readonly string[]): Promise<number> {
  const [action, ...date] = words;
  if (action !== 'set' && date.length > 0) throw new Sleepi3Error('USAGE', `unexpected argument ${date.join(' ')}`);
  switch (action) {
    case 'get': {
      const options = await clockOf(io, given);
      const set = await getWakeAlarm(options);
      const time = set && new Date(set.getTime() - (await aheadOf(io, options)));
      io.write(given.json ? jsonOf({ alarm: time?.toISOString() ?? null }) : time ? `${localTime(time)}\n` : '');
      return 0;
    }
    case 'set': {
      if (date.length === 0) throw new Sleepi3Error('USAGE', 'alarm set needs a date, such as tomorrow 07:00');
      const time = await timeOf(io, date.join(' '));
      const options = await clockOf(io, given);
      await setWakeAlarm(new Date(time.getTime() + (await aheadOf(io, options))), options);
      return 0;
    }
    case 'clear':
      await clearWakeAlarm(await clockOf(io, given));
      return 0;
    default:
      throw new Sleepi3Error('USAGE', `alarm takes get, set DATE or clear, not ${action ?? 'nothing'}`);
  }
}

/** The clock chip of the defaults file. */
async function clockOf({ files }: CommandIo, { 'defaults-file': defaultsFile }: Arguments): Promise<WakeAlarmOptions> {
  const { values } = await readDefaultsFile(defaultsFile);
  return { device: values.RTC_DEVICE, ...(files && { files }) };
}

/** ms that the clock chip is ahead of the system's clock. */
async function aheadOf(io: CommandIo, options: WakeAlarmOptions): Promise<number> {
  const ahead = (await getRtcTime(options)).getTime() - io.epoch();
  return Math.abs(ahead) < sameTime ? 0 : Math.round(ahead / 1000) * 1000;
}

/** What Debian's date makes of the words. */
async function timeOf(io: CommandIo, words: string): Promise<Date> {
  const { status, stdout } = await io.run('date', [`--date=${words}`, '+%s'], { timeout: 5000 });
  const seconds = Number(stdout.trim());
  if (status !== 0 || stdout.trim() === '' || !Number.isSafeInteger(seconds)) {
    throw new Sleepi3Error(
      'USAGE',
      `'${words}' is not a date that date(1) takes; write 07:00, tomorrow 07:00 or 2026-12-24 18:00`,
    );
  }
  if (seconds * 1000 <= io.epoch()) {
    throw new Sleepi3Error('USAGE', `'${words}' is ${localTime(new Date(seconds * 1000))}, which has passed`);
  }
  return new Date(seconds * 1000);
}

/** `2026-12-24 18:00:00 +0100`, in the zone of the system. */
function localTime(time: Date): string {
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  const zone = -time.getTimezoneOffset();
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${date} ${clock} ${zone < 0 ? '-' : '+'}${two(zone / 60)}${two(zone % 60)}`;
}
