import { describe, expect, it } from 'vitest';
import { sendAlert } from '../src/index.js';

const event = { kind: 'roll', severity: 'error', subject: 'n1', title: 'it failed', text: 'Look.' } as const;
const ended = { status: 0, signal: null, stderr: '', timedOut: false };

describe('telling people', () => {
  it('hands the event to alert_sleepi3', async () => {
    const calls: unknown[] = [];
    expect(
      await sendAlert(event, async (...call) => {
        calls.push(call);
        return ended;
      }),
    ).toBe(true);
    expect(calls).toEqual([
      [
        '/usr/sbin/alert_sleepi3',
        ['send', '--kind', 'roll', '--severity', 'error', '--subject', 'n1', 'it failed', 'Look.'],
        { timeout: 20_000 },
      ],
    ]);
  });

  it('is nobody’s wish where the program is not installed', async () => {
    const missing = Object.assign(new Error('spawn /usr/sbin/alert_sleepi3 ENOENT'), { code: 'ENOENT' });
    expect(await sendAlert(event, () => Promise.reject(missing))).toBe(false);
    await expect(sendAlert(event, () => Promise.reject(new Error('EAGAIN')))).rejects.toThrow('EAGAIN');
  });

  it('says why it could not be handed over', async () => {
    const how = (end: object) => sendAlert(event, async () => ({ ...ended, ...end }));
    await expect(how({ status: 1, stderr: 'no space\n' })).rejects.toThrow('alert_sleepi3 exited 1: no space');
    await expect(how({ status: null, signal: 'SIGKILL' })).rejects.toThrow('exited SIGKILL');
    await expect(how({ status: null, timedOut: true })).rejects.toThrow('did not end within 20 s');
  });
});
