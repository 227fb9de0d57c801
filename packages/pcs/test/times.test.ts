import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digits } from '../src/xml/digits.js';
import { parseScore } from '../src/index.js';
import { parseTime } from '../src/xml/times.js';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As C's ctime(3) writes it, in UTC. */
function ctime(date: Date): string {
  const two = (number: number, fill: string) => String(number).padStart(2, fill);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) => two(part, '0')).join(':');
  return `${DAYS[date.getUTCDay()]!} ${MONTHS[date.getUTCMonth()]!} ${two(date.getUTCDate(), ' ')} ${time} ${String(date.getUTCFullYear())}`;
}

const instant = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('a time', () => {
  it('is read as ctime writes it, taken as UTC', () => {
    expect(parseTime('Sun Nov 22 07:56:27 2026')).toEqual(new Date('2026-11-22T07:56:27Z'));
    expect(parseTime('Fri May  8 15:21:03 2020')).toEqual(new Date('2020-05-08T15:21:03Z'));
    fc.assert(
      fc.property(instant, (date) => {
        expect(parseTime(ctime(date))).toEqual(new Date(Math.trunc(date.getTime() / 1000) * 1000));
      }),
    );
  });

  it.each([
    ['2026-11-22 07:46:31Z', '2026-11-22T07:46:31Z'],
    ['2026-11-22 07:46:31 +09:00', '2026-11-21T22:46:31Z'],
    ['2026-11-22 07:46:31 -05:30', '2026-11-22T13:16:31Z'],
    ['2026-11-22T07:46:31+0900', '2026-11-21T22:46:31Z'],
    ['2026-11-22 07:46:31', '2026-11-22T07:46:31Z'],
    ['2026-11-22 07:46:31.5Z', '2026-11-22T07:46:31.500Z'],
    ['2026-11-22 07:46:31.123456Z', '2026-11-22T07:46:31.123Z'],
  ])('is read with an offset or without: %s', (text, expected) => {
    expect(parseTime(text)).toEqual(new Date(expected));
  });

  it.each([
    '',
    'now',
    'Sun Nov 22 07:56:27 202',
    'Sun Nov 31 07:56:27 2026',
    'Sun Nov 00 07:56:27 2026',
    'Sun Nov xx 07:56:27 2026',
    'Sun Nov 22 24:56:27 2026',
    'Sun Nov 22 07:60:27 2026',
    'Sun Nov 22 07:56:60 2026',
    'Sun Nov 22 07-56-27 2026',
    'Sun Nov 22 07:56-27 2026',
    'Sun Nov.22 07:56:27 2026',
    'Sun Nov 22.07:56:27 2026',
    'Sun Nov 22 07:56:27.2026',
    'Sun Nop 22 07:56:27 2026',
    'Sun ov  22 07:56:27 2026',
    'Sun Nov 22 07:56:27 20x6',
    '2026-02-30 07:46:31Z',
    '2026-13-01 07:46:31Z',
    '2026-11-22 25:46:31Z',
    '2026-11-22',
    '2026-11-22 07:46:31 JST',
  ])('is none: %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });
});

describe('a number', () => {
  it('is plain digits', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        expect(digits(String(number))).toBe(number);
      }),
    );
    expect(digits('ab12cd', 2, 4)).toBe(12);
  });

  it.each(['', '-1', '1.5', '1e3', ' 1', '٣', '9007199254740993'])('is none: %j', (text) => {
    expect(digits(text)).toBeNaN();
  });

  it('is none beyond the end', () => {
    expect(digits('12', 0, 3)).toBeNaN();
    expect(digits('12', 2)).toBeNaN();
  });
});

describe('a score', () => {
  it.each([
    ['INFINITY', Infinity],
    ['+INFINITY', Infinity],
    ['-INFINITY', -Infinity],
    ['-infinity', undefined],
    ['infinity', undefined],
    ['12abc', 12],
    ['1000000', Infinity],
    ['-1000000', -Infinity],
    ['-2000000', -Infinity],
    ['999999', 999_999],
    ['+50', 50],
    ['-50', -50],
    ['0', 0],
    ['-0', 0],
    ['', undefined],
    ['high', undefined],
  ])('%s is %s', (text, expected) => {
    expect(parseScore(text)).toBe(expected);
  });
});
