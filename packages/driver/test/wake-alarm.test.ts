import { describe, expect, it } from 'vitest';
import { clearWakeAlarm, getRtcTime, getWakeAlarm, setWakeAlarm, type WakeAlarmFiles } from '../src/index.js';

/** Behaves as the kernel's /sys/class/rtc/rtc0/wakealarm at RTC time `now`, s. */
function sysfs(now = 1_000_000) {
  const state = { alarm: '', writes: [] as string[] };
  const files: WakeAlarmFiles = {
    readFile: async (path) => {
      if (path === '/sys/class/rtc/rtc0/since_epoch') return `${now}\n`;
      if (path !== '/sys/class/rtc/rtc0/wakealarm') {
        throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
      }
      return state.alarm === '' ? '' : `${state.alarm}\n`;
    },
    writeFile: async (_, data) => {
      state.writes.push(data.trim());
      const time = Number(data);
      if (time > now && state.alarm !== '') throw Object.assign(new Error('EBUSY: busy, write'), { code: 'EBUSY' });
      state.alarm = time > now ? String(time) : '';
    },
  };
  return { state, files };
}

describe('the wake alarm', () => {
  it('is none, set, replaced and cleared', async () => {
    const { state, files } = sysfs();
    expect(await getWakeAlarm({ files })).toBeUndefined();
    await setWakeAlarm(new Date(1_000_060_000), { files });
    expect(await getWakeAlarm({ files })).toEqual(new Date(1_000_060_000));
    await setWakeAlarm(new Date(1_000_090_001), { files });
    expect(await getWakeAlarm({ files })).toEqual(new Date(1_000_091_000));
    expect(state.writes).toEqual(['1000060', '0', '1000091']);
    await clearWakeAlarm({ files });
    await clearWakeAlarm({ files });
    expect(await getWakeAlarm({ files })).toBeUndefined();
  });

  it('goes by the time of the RTC, which can be asked for', async () => {
    const { files } = sysfs();
    expect(await getRtcTime({ files })).toEqual(new Date(1_000_000_000));
    await expect(getRtcTime({ files, device: 'rtc7' })).rejects.toMatchObject({
      code: 'WAKE_ALARM_FAILED',
      message: expect.stringContaining('RTC_DEVICE'),
    });
    await expect(getRtcTime({ files: { ...files, readFile: async () => 'noon' } })).rejects.toMatchObject({
      message: '/sys/class/rtc/rtc0/since_epoch holds "noon"',
    });
  });

  it('is an error in the past of the RTC, which the kernel takes for none', async () => {
    const { files } = sysfs();
    await expect(setWakeAlarm(new Date(999_000_000), { files })).rejects.toMatchObject({
      code: 'WAKE_ALARM_FAILED',
      expected: 999_000,
    });
  });

  it('is an error when the RTC holds another time', async () => {
    const { state, files } = sysfs();
    const spoiled: WakeAlarmFiles = {
      ...files,
      writeFile: async (path, data) => {
        await files.writeFile(path, data);
        state.alarm = '1000061';
      },
    };
    await expect(setWakeAlarm(new Date(1_000_060_000), { files: spoiled })).rejects.toMatchObject({
      code: 'WAKE_ALARM_FAILED',
      expected: 1_000_060,
      actual: 1_000_061,
    });
    state.alarm = 'soon';
    await expect(getWakeAlarm({ files })).rejects.toMatchObject({ code: 'WAKE_ALARM_FAILED' });
  });

  it.each([new Date(Number.NaN), new Date(0), new Date(-5000)])('does not take %s for a time', async (time) => {
    const { state, files } = sysfs();
    await expect(setWakeAlarm(time, { files })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    expect(state.writes).toEqual([]);
  });

  it.each<[NodeJS.ErrnoException, object, string]>([
    [Object.assign(new Error('EACCES'), { code: 'EACCES' }), { errno: 'EACCES' }, 'root'],
    [Object.assign(new Error('ENOENT'), { code: 'ENOENT' }), { errno: 'ENOENT' }, 'RTC_DEVICE'],
    [new Error('odd'), {}, 'odd'],
  ])('says what to do after %s', async (failure, facts, part) => {
    const files: WakeAlarmFiles = {
      readFile: () => Promise.reject(failure),
      writeFile: () => Promise.reject(failure),
    };
    const wanted = { code: 'WAKE_ALARM_FAILED', ...facts, message: expect.stringContaining(part) as string };
    await expect(getWakeAlarm({ files })).rejects.toMatchObject(wanted);
    await expect(clearWakeAlarm({ files })).rejects.toMatchObject(wanted);
    await expect(setWakeAlarm(new Date(1e12), { files })).rejects.toMatchObject(wanted);
  });

  it('belongs to the clock that RTC_DEVICE names, and that cannot be a path', async () => {
    const { files } = sysfs();
    await expect(getWakeAlarm({ files, device: 'rtc1' })).rejects.toMatchObject({
      path: '/sys/class/rtc/rtc1/wakealarm',
    });
    await expect(getWakeAlarm({ files, device: '../rtc0' })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    await expect(getWakeAlarm({ device: 'rtc-none' })).rejects.toMatchObject({ errno: 'ENOENT' });
  });
});
