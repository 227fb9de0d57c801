import { describe, expect, it } from 'vitest';
import type { Outcome } from '../src/journal.js';
import { metricsText } from '../src/report/metrics.js';
import { reporter, type ReporterHost } from '../src/report/reporter.js';
import { rightSettings } from '../src/read-settings.js';

const texts = { service: 'VIP', url: 'http://vip/', hook: '/bin/hook -v', metrics: '/m.prom' };
const settings = rightSettings({ given: texts, hostname: 'n1' });
const event = { event: 'failure', roll: 'r1', node: 'n1', text: 'it failed', rollStops: true } as const;
const ended = { status: 0, signal: null, stdout: '', stderr: '', timedOut: false };

function world(overrides: Partial<ReporterHost> = {}) {
  const lines: string[] = [];
  const calls: unknown[][] = [];
  const host: ReporterHost = {
    write: (text) => lines.push(text),
    toJournal: true,
    json: false,
    runProgram: async (...args) => {
      calls.push(args);
      return ended;
    },
    replaceTextfile: async (...args) => void calls.push(args),
    ...overrides,
  };
  return { lines, calls, reporter: reporter(settings, host) };
}

/** What alert_sleepi3 was called with for an event. */
async function alertOf(told: Parameters<ReturnType<typeof reporter>['event']>[0]) {
  const { calls, reporter: report } = world();
  await report.event(told);
  const call = calls.find(([program]) => program === '/usr/sbin/alert_sleepi3');
  return call?.[1] as string[];
}

describe('the reporter', () => {
  it('calls the hook with the event, and hands it to alert_sleepi3', async () => {
    const { calls, lines, reporter: report } = world();
    await report.event(event);
    expect(calls).toContainEqual(['/bin/hook', ['-v', 'failure', 'r1', 'n1', 'it failed'], { timeout: 30_000 }]);
    expect(await alertOf(event)).toEqual([
      ...['send', '--kind', 'roll', '--severity', 'error', '--subject', 'n1', 'the rolling reboot of n1 failed'],
      'it failed. No other node is rebooted before somebody has looked: "rolling-reboot status".',
    ]);
    expect(lines).toEqual([]);
  });

  it('has a roll that never begins told as well, and a turn that is well only those who ask for it', async () => {
    expect(await alertOf({ ...event, roll: '', text: 'there is no quorum' })).toEqual([
      ...['send', '--kind', 'roll', '--severity', 'error', '--subject', 'n1', 'n1 is not rebooted'],
      'there is no quorum. No turn of n1 begins until that is mended; its timer tries again.',
    ]);
    for (const one of ['start', 'success'] as const) {
      expect((await alertOf({ ...event, event: one })).slice(0, 5)).toEqual([
        'send',
        '--kind',
        'turn',
        '--severity',
        'info',
      ]);
    }
  });

  it('says of a turn that was undone that it is tried again, and nothing of other nodes, which go on', async () => {
    expect(await alertOf({ ...event, text: 'move: it did not move', rollStops: false })).toEqual([
      ...['send', '--kind', 'roll', '--severity', 'error', '--subject', 'n1', 'the rolling reboot of n1 failed'],
      'move: it did not move. Its timer tries again.',
    ]);
  });

  it('survives a hook and an alert that fail, and says so', async () => {
    const { lines, reporter: report } = world({ runProgram: async () => ({ ...ended, status: 1, stderr: 'no\n' }) });
    await report.event(event);
    expect(lines.sort()).toEqual([
      '<4>roll=r1 the alert: /usr/sbin/alert_sleepi3 exited 1: no\n',
      '<4>roll=r1 the hook: /bin/hook exited 1: no\n',
    ]);
  });

  it('misses no alert_sleepi3 where it is not installed', async () => {
    const missing = Object.assign(new Error('spawn ENOENT'), { code: 'ENOENT' });
    const { lines, reporter: report } = world({
      runProgram: async (program) => (program.endsWith('alert_sleepi3') ? Promise.reject(missing) : ended),
    });
    await report.event(event);
    expect(lines).toEqual([]);
  });

  it('says how a hook has ended', async () => {
    const result = { ...ended, status: 3, stderr: 'no\n' };
    const one = world({ runProgram: async () => result });
    await one.reporter.event(event);
    expect(one.lines.join('')).toContain('/bin/hook exited 3: no');
    const other = world({ runProgram: async () => ({ ...result, status: null, timedOut: true }) });
    await other.reporter.event(event);
    expect(other.lines.join('')).toContain('did not end within 30 s');
  });

  it('writes lines with one roll id, for the journal with their priority, or as JSON', () => {
    const journal = world();
    journal.reporter.line('error', 'two\nlines', 'r1');
    expect(journal.lines).toEqual(['<3>roll=r1 two lines\n']);
    const json = world({ json: true });
    json.reporter.line('info', 'text', 'r1');
    expect(JSON.parse(json.lines[0]!)).toEqual({ level: 'info', node: 'n1', roll: 'r1', text: 'text' });
  });
});

describe('the textfile', () => {
  const outcome: Outcome = {
    roll: 'r',
    node: 'n1',
    result: 'done',
    started: 1000,
    ended: 91_000,
    rebooted: true,
    outage: 40,
  };

  it('tells the last success, its duration and outage, the phase and the lock', () => {
    const failed: Outcome = { ...outcome, result: 'failed', started: 200_000, ended: 300_000, outage: 9 };
    const text = metricsText({ phase: 'soak', lockHeld: true }, [outcome, failed], 'n1');
    for (const line of [
      'rolling_reboot_last_success_timestamp_seconds{node="n1"} 91',
      'rolling_reboot_last_end_timestamp_seconds{node="n1"} 300',
      'rolling_reboot_last_result{node="n1",result="failed"} 1',
      'rolling_reboot_last_duration_seconds{node="n1"} 90',
      'rolling_reboot_last_outage_seconds{node="n1"} 0.04',
      'rolling_reboot_phase{node="n1",phase="soak"} 1',
      'rolling_reboot_phase{node="n1",phase="idle"} 0',
      'rolling_reboot_lock_held{node="n1"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('has nothing of a last turn before there was one, and every line in the format', () => {
    const text = metricsText({ phase: 'idle', lockHeld: false }, [], 'n"1');
    expect(text).not.toContain('last_success');
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+\{(?:\w+="(?:[^"\\]|\\.)*",?)+\} [\d.]+)$/);
    }
  });
});
