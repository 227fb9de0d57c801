// The forms in which Pacemaker's tools write a time.

const MONTHS: ReadonlyMap<string, number> = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, i) => [name, i]),
);

const CTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/;
const ISO = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: ?(Z|[+-]\d\d:?\d\d))?$/;

/**
 * Reads a time as Pacemaker writes it: `Sun Nov 22 07:56:27 2026` (ctime, no zone) or `2026-11-22 07:46:31Z`
 * (ISO 8601, with `Z` or an offset such as ` +09:00`; both seen in api-version 2.25 and 2.38).
 *
 * A time without a zone is taken as UTC: run the program with `TZ=UTC`, as this package's commands do.
 *
 * @returns undefined when the text is no time in either form, the empty text included.
 */
export function parseTime(text: string): Date | undefined {
  const ctime = CTIME.exec(text);
  if (ctime !== null) {
    const [, month = '', day, hours, minutes, seconds, year] = ctime;
    return utc([Number(year), MONTHS.get(month) ?? Number.NaN, Number(day)], [hours, minutes, seconds].map(Number));
  }
  const iso = ISO.exec(text);
  if (iso === null) return undefined;
  const [, year, month, day, hours, minutes, seconds, fraction = '', zone = 'Z'] = iso;
  const time = utc([Number(year), Number(month) - 1, Number(day)], [hours, minutes, seconds].map(Number));
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  return time && new Date(time.getTime() + milliseconds - offsetMinutes(zone) * 60_000);
}

/** The instant, or undefined when there is no such day or time: February 30 does not become March 2. */
function utc([year = 0, month = 0, day = 0]: readonly number[], [h = 0, m = 0, s = 0]: readonly number[]) {
  const time = new Date(Date.UTC(year, month, day, h, m, s));
  const same = time.getUTCMonth() === month && time.getUTCDate() === day && h < 24 && m < 60 && s < 60;
  return same ? time : undefined;
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}
