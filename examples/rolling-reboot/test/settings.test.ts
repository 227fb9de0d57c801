import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RollError } from '../src/errors.js';
import { claimOf, type LockRecord, readLock, writeLock } from '../src/lock.js';
import { readSettings, rightSettings } from '../src/read-settings.js';
import { keyOf, settingNames, settingTable, turnTimeout } from '../src/settings.js';
import { describeWindow, isOpen, parseWindow, windowLength } from '../src/window.js';

const needed = { service: 'VIP', url: 'http://192.168.11.215/' };
const read = (texts: Readonly<Record<string, string>>) =>
  rightSettings({ given: { ...needed, ...texts }, hostname: 'raspberrypi-1.local' });
/** What is wrong with a file, beside what has to be in it. */
const problemsOf = (text: string) => readSettings({ text, path: 'f', given: needed, hostname: 'a' }).problems;

describe('the settings', () => {
  it('need a service and its URL, and nothing else', () => {
    expect(read({})).toMatchObject({ node: 'raspberrypi-1', failback: false, soak: 60, board: true });
    expect(() => rightSettings({ hostname: 'a' })).toThrow(/SERVICE=…\n.*URL=…$/);
    expect(() => read({ url: '' })).toThrow(/^[^\n]*URL is not set [^\n]*URL=…$/);
    expect(() => read({ service: '' })).toThrow('SERVICE is not set');
  });

  it('refuse what is wrong, by name and with what is allowed', () => {
    const cases: Readonly<Record<string, string>> = {
      soak: '-1',
      'max-per-day': '0',
      'move-timeout': '1e3',
      failback: 'maybe',
      when: 'never',
      url: 'ftp://x/',
      'health-url': 'http://fixed/',
      window: '05:00-05:00',
      node: 'a\u0007b',
      'wake-after': '900',
    };
    for (const [name, text] of Object.entries(cases)) {
      expect(() => read({ [name]: text }), name).toThrow(name);
    }
  });

  it('refuse a window in which no turn fits', () => {
    expect(() => read({ window: '03:00-03:10' })).toThrow('is too short');
    expect(turnTimeout(read({}))).toBe(60 + 120 + 300 + 600 + 300 + 60);
    expect(read({ window: '23:50-00:30' }).window.text).toBe('23:50-00:30');
  });

  it('refuse to wait for less than a turn, since nobody would notice a node that is lost', () => {
    expect(() => read({ 'turn-wait': '1000' })).toThrow('turn-wait must be at least 1440 s');
  });

  it('are told all at once when they are wrong, each with its line or its option', () => {
    const text = 'SERVICE=VIP\nMOVE_TIMEOUT=5\nSOAK 1\nWAKE_AFTER=900\nWINDOW=3:00-5:00\nMIN_INTERVALL=1\n';
    const { settings, problems } = readSettings({ text, path: 'f', given: { failback: 'maybe' }, hostname: 'a.b' });
    expect(problems).toEqual([
      'f:3: SOAK … is not KEY=value',
      'f:6: unknown setting MIN_INTERVALL: did you mean MIN_INTERVAL?',
      expect.stringMatching(/^f: URL is not set /),
      'f:5: WINDOW must be a span of the day such as 03:00-05:00, or always, not 3:00-5:00',
      'f:2: MOVE_TIMEOUT must be a whole number of seconds from 10 to 3600, not 5',
      '--failback must be yes or no, not maybe',
      expect.stringMatching(/^f:4: WAKE_AFTER must be less than reboot-timeout/),
    ]);
    expect(settings).toMatchObject({ node: 'a', service: 'VIP', url: '', 'move-timeout': 120, failback: false });
    expect(() => rightSettings({ text, hostname: 'a' })).toThrow(
      expect.objectContaining({
        code: 'BAD_SETTING',
        message: expect.stringMatching(/rolling-reboot:2: MOVE_TIMEOUT/),
      }),
    );
  });

  it('never show the rest of a line that cannot be read', () => {
    for (const line of ['HOOK="/bin/hook s3cr3t', 'HOOK=/bin/hook s3cr3t', 'HOOK: /bin/hook s3cr3t']) {
      expect(problemsOf(`SOAK=1\n  ${line}`), line).toEqual(['f:2: HOOK … is not KEY=value']);
    }
    expect(problemsOf('https://hooks/s3cr3t')).toEqual(['f:1: this line … is not KEY=value']);
  });

  it('refuse a password in a URL, which would stand in the journal when nothing answers there', () => {
    for (const name of ['url', 'health-url'] as const) {
      for (const user of ['me:s3cr3t', 's3cr3t', ':s3cr3t']) {
        expect(() => read({ [name]: `http://${user}@{node}/` })).toThrow(/^(?!.*s3cr3t).*must not have a user name or/);
      }
    }
  });

  it('are read from lines as those of /etc/default', () => {
    const text = '# c\n\nSERVICE="VIP"\nURL=http://x/ # here\nHOOK=\'/bin/hook -v\'\nMETRICS=\n';
    expect(rightSettings({ text, hostname: 'a' })).toMatchObject({
      service: 'VIP',
      url: 'http://x/',
      hook: ['/bin/hook', '-v'],
      metrics: '',
    });
    expect(problemsOf('SOAK=1\nSERVCE=VIP')).toEqual(['f:2: unknown setting SERVCE: did you mean SERVICE?']);
    expect(problemsOf('SOAK=1\nCOLOUR=red')).toEqual(['f:2: unknown setting COLOUR']);
    expect(problemsOf('SOAK=1\nSOAK=2')).toEqual(['f:2: SOAK is set twice']);
    expect(problemsOf('SOAK 1')).toEqual(['f:1: SOAK … is not KEY=value']);
  });

  it('stand in the file by the names of the options', () => {
    for (const name of settingNames) {
      const definition = settingTable[name];
      const fallback = 'default' in definition ? definition.default : 'http://x/';
      expect(problemsOf(`${keyOf(name)}="${fallback}"`)).toEqual([]);
    }
  });
});

describe('the window', () => {
  it('is open for as many minutes of the day as it is long, over midnight too', () => {
    const time = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) });
    const text = ({ hour, minute }: { hour: number; minute: number }) =>
      `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
    fc.assert(
      fc.property(time, time, (from, until) => {
        fc.pre(text(from) !== text(until));
        const window = parseWindow(`${text(from)}-${text(until)}`);
        let open = 0;
        for (let minute = 0; minute < 1440; minute++) {
          if (isOpen(window, new Date(2026, 0, 15, 0, minute))) open++;
        }
        expect(open).toBe(windowLength(window));
        expect(isOpen(window, new Date(2026, 0, 15, from.hour, from.minute))).toBe(true);
        expect(isOpen(window, new Date(2026, 0, 15, until.hour, until.minute))).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('may be the whole day', () => {
    expect(windowLength(parseWindow('always'))).toBe(1440);
    expect(windowLength(parseWindow('00:00-24:00'))).toBe(1440);
  });

  it('is refused when it is no span of the day', () => {
    for (const text of ['', '3:00-5:00', '03:00', '25:00-26:00', '03:00-24:30', '03:00-03:00', '03:00-05:60']) {
      expect(() => parseWindow(text), text).toThrow(RollError);
    }
  });
});

describe('the text of the lock', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,12}$/);
  const record = fc.record(
    {
      roll: word,
      holder: fc.record({ node: word, boot: word, expires: fc.integer({ min: 0, max: 2 ** 40 }) }),
      done: fc.array(word, { maxLength: 4 }),
      failed: word,
    },
    { requiredKeys: ['roll', 'done'] },
  );

  it('says what it was made from, in words that need no quoting', () => {
    fc.assert(
      fc.property(record, (one) => {
        const text = writeLock(one);
        expect(text).toMatch(/^[A-Za-z0-9_.:,= -]+$/);
        expect(readLock(text)).toEqual(one);
      }),
    );
  });

  it('is never taken for another when it was cut off', () => {
    fc.assert(
      fc.property(record, fc.nat(), (one, cut) => {
        const text = writeLock(one);
        const part = text.slice(0, cut % text.length);
        let found: LockRecord | undefined;
        try {
          found = readLock(part);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_RECORD' });
          return;
        }
        // What can still be read has lost its end, and nothing was made up.
        expect(found && writeLock(found)).toBe(part);
      }),
    );
  });

  it('gives one node at a time the turn, and a node that had it none in the same roll', () => {
    const me = { node: 'a', newRoll: 'new', now: 100 };
    const holder = (node: string, expires: number) => ({ roll: 'r', done: [], holder: { node, boot: 'b', expires } });
    expect(claimOf(undefined, me)).toEqual({ kind: 'free', roll: 'new', done: [] });
    expect(claimOf({ roll: 'r', done: ['b'] }, me)).toEqual({ kind: 'free', roll: 'r', done: ['b'] });
    expect(claimOf({ roll: 'r', done: ['a'] }, me)).toEqual({ kind: 'free', roll: 'new', done: [] });
    expect(claimOf(holder('b', 100), me).kind).toBe('held');
    expect(claimOf(holder('b', 99), me).kind).toBe('expired');
    expect(claimOf(holder('a', 99), me).kind).toBe('mine');
    expect(claimOf({ ...holder('b', 99), failed: 'b' }, me).kind).toBe('failed');
  });
});

describe('the window on the days when the clocks change', () => {
  const zone = process.env['TZ'];
  beforeAll(() => {
    process.env['TZ'] = 'Europe/Berlin';
  });
  afterAll(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  /** The minutes of a day, from its midnight on, in which the window is open. */
  const openMinutes = (text: string, ...[year, month, day]: readonly [number, number, number]) => {
    const midnight = new Date(year, month, day).getTime();
    const length = (new Date(year, month, day + 1).getTime() - midnight) / 60_000;
    const minutes = Array.from({ length }, (_, minute) => minute);
    return minutes.filter((minute) => isOpen(parseWindow(text), new Date(midnight + minute * 60_000)));
  };

  it('opens on the day that does not have its hours, an hour later and as long, and says so', () => {
    const spring = [2026, 2, 29] as const;
    // From 02:00 to 03:00 there is nothing: 120 minutes after midnight it is 03:00.
    expect(openMinutes('02:00-03:00', ...spring)).toEqual(Array.from({ length: 60 }, (_, minute) => 120 + minute));
    expect(openMinutes('02:15-02:45', ...spring)).toEqual(Array.from({ length: 30 }, (_, minute) => 135 + minute));
    expect(openMinutes('02:30-03:15', ...spring)).toHaveLength(45);
    expect(openMinutes('01:00-05:00', ...spring)).toHaveLength(180);
    expect(openMinutes('23:00-02:30', ...spring)).not.toHaveLength(0);
    const noon = new Date(2026, 2, 29, 12);
    expect(describeWindow(parseWindow('02:00-03:00'), noon)).toBe(
      '02:00-03:00, today 03:00-04:00 because the clocks are set forward',
    );
    expect(describeWindow(parseWindow('03:00-05:00'), noon)).toBe('03:00-05:00');
    expect(describeWindow(parseWindow('02:00-03:00'), new Date(2026, 2, 28, 12))).toBe('02:00-03:00');
  });

  it('opens on every day of the year for as long as it says, give or take the hour', () => {
    const all = Array.from({ length: 365 }, (_, day) => day);
    // The clocks change on days 87 and 297.
    const around = (day: number) => [87, 297].some((change) => Math.abs(day - change) < 3);
    const days = process.env['CI'] === 'true' ? all : all.filter((day) => day % 13 === 0 || around(day));
    for (const text of ['02:00-03:00', '01:30-02:30', '23:00-04:00', '03:00-05:00']) {
      for (const day of days) {
        const open = openMinutes(text, 2026, 0, 1 + day).length;
        expect(open, `${text} on day ${day}`).toBeGreaterThanOrEqual(
          Math.min(60, windowLength(parseWindow(text)) - 60) || 60,
        );
      }
    }
  });
});
