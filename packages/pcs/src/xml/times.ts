// The forms in which Pacemaker's tools write a time.
import { digits } from './digits.js';

/**
 * Reads a time as Pacemaker writes it: `Sun Nov 22 07:56:27 2026` (ctime, no zone) or `2026-11-22 07:46:31Z`
 * (ISO 8601, with `Z` or an offset such as ` +09:00`; both seen in api-version 2.25 and 2.38).
 *
 * A time without a zone is taken as UTC: run the program with `TZ=UTC`, as this package's commands do.
 *
 * @returns undefined when the text is not a time in either form, the empty text included.
 */
export function parseTime(text: string): Date | undefined {
  return text.length === CTIME_LENGTH && text[3] === ' ' ? ctime(text) : iso(text);
}

const CTIME_LENGTH = 'Sun Nov 22 07:56:27 2026'.length;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec';

function ctime(text: string): Date | undefined {
  if (text[7] !== ' ' || text[10] !== ' ' || text[19] !== ' ') return undefined;
  // An unknown name, or one that straddles two, gives a fraction, and a fraction gives no date.
  const month = MONTHS.indexOf(text.slice(4, 7)) / 4;
  const day = text[8] === ' ' ? digits(text, 9, 10) : digits(text, 8, 10);
  return instant(digits(text, 20, 24), month, day, text, 11);
}

const ISO = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,](\d+))?(?: ?(Z|[+-]\d\d:?\d\d))?$/;

function iso(text: string): Date | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, fraction = '', zone = 'Z'] = match;
  const time = instant(digits(text, 0, 4), digits(text, 5, 7) - 1, digits(text, 8, 10), text, 11);
  const milliseconds = digits(fraction.padEnd(3, '0'), 0, 3);
  return time && new Date(time.getTime() + milliseconds - offsetMinutes(zone) * 60_000);
}

/** The instant of a day and an `hh:mm:ss` at `at`; undefined when there is none: February 30 is not March 2. */
function instant(year: number, month: number, day: number, text: string, at: number): Date | undefined {
  if (text[at + 2] !== ':' || text[at + 5] !== ':') return undefined;
  const hours = digits(text, at, at + 2);
  const minutes = digits(text, at + 3, at + 5);
  const seconds = digits(text, at + 6, at + 8);
  // All comparisons are false for a NaN.
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return undefined;
  const time = new Date(Date.UTC(year, month, day, hours, minutes, seconds));
  return time.getUTCMonth() === month && time.getUTCDate() === day ? time : undefined;
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = digits(zone, 1, 3) * 60 + digits(zone, zone.length - 2);
  return zone.startsWith('-') ? -minutes : minutes;
}
