// The values of a configuration as Pacemaker's own parsers read them, from 2.0 to 3.0: what is true, which number, how long.

const TRUE = new Set(['true', 'on', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'off', 'no', 'n', '0']);

/**
 * A boolean as Pacemaker reads it: `true`, `on`, `yes`, `y`, `1` and `false`, `off`, `no`, `n`, `0`, in any case.
 *
 * @returns undefined for any other text. A cluster property then has its default (`stonith-enabled=ture` is true); a
 * meta attribute is false then, see {@link isTrue}.
 */
export function parseBoolean(text: string): boolean | undefined {
  const word = asciiLower(text);
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}

/** Whether Pacemaker takes it for true, as it reads meta attributes: anything else, nothing too, is false. */
export function isTrue(text: string | undefined): boolean {
  return text !== undefined && parseBoolean(text) === true;
}

/** Pacemaker's INFINITY as a number. */
const INFINITY_SCORE = 1_000_000;

/**
 * A score as Pacemaker reads it: `INFINITY`, `+INFINITY` and `-INFINITY` in capitals alone, or a number that may have a
 * sign, and anything after it (`12abc` is 12). ±1000000 and beyond are ±`Infinity`. The words of node health, `red`,
 * `yellow` and `green`, are 0 here: what they come to is for the cluster's health strategy to say.
 *
 * @returns undefined when there is no number in it. Pacemaker takes 0 then, for `infinity` too.
 */
export function parseScore(text: string): number | undefined {
  if (text === 'INFINITY' || text === '+INFINITY') return Infinity;
  if (text === '-INFINITY') return -Infinity;
  if (/^(?:red|yellow|green)$/i.test(text)) return 0;
  const number = leadingInteger(text)?.value;
  if (number === undefined || Math.abs(number) < INFINITY_SCORE) return number;
  return number > 0 ? Infinity : -Infinity;
}

/** The score that Pacemaker goes by: 0 for what is none, and for nothing. */
export function scoreOf(text: string | undefined): number {
  return (text === undefined ? undefined : parseScore(text)) ?? 0;
}

/** The longest time Pacemaker keeps, in milliseconds: an unsigned int. */
const LONGEST_MS = 4_294_967_295;

/** Milliseconds in a unit; Pacemaker looks at its first letters alone, so `minutes` is as good as `min`. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^$|^s/i, 1000],
  [/^ms/i, 1],
  [/^us/i, 0.001],
  [/^m/i, 60_000],
  [/^h/i, 3_600_000],
];

/**
 * A time in milliseconds, as Pacemaker reads intervals, delays and cluster properties: a number of seconds, a number with
 * a unit (`us`, `ms`, `s`, `min`, `h` and their longer forms, in any case, with or without a space), or an ISO 8601
 * duration (`PT3S`; a month is 30 days, a year 365). Of a decimal the whole part counts: `1.5s` is 1 s.
 *
 * @returns undefined when Pacemaker cannot read it, negative times included. A cluster property then has its default;
 * an interval is 0.
 */
export function parseDuration(text: string): number | undefined {
  const milliseconds = text.startsWith('P') ? isoDuration(text) : numberWithUnit(text);
  if (milliseconds === undefined || milliseconds < 0) return undefined;
  return Math.min(milliseconds, LONGEST_MS);
}

function numberWithUnit(text: string): number | undefined {
  const number = leadingInteger(text);
  if (number === undefined) return undefined;
  const unit = text.slice(number.length).replace(/^[\d.]*[ \t\n\r\f\v]*/, '');
  const factor = UNITS.find(([pattern]) => pattern.test(unit))?.[1];
  return factor === undefined ? undefined : Math.trunc(number.value * factor);
}

/** Seconds in a unit of an ISO 8601 duration, before and after its `T`. Pacemaker is not strict about their order. */
const DAY = 86_400;
const DATE_UNITS: Readonly<Record<string, number>> = { Y: 365 * DAY, M: 30 * DAY, W: 7 * DAY, D: DAY, H: 3600, S: 1 };
const TIME_UNITS: Readonly<Record<string, number>> = { ...DATE_UNITS, M: 60 };

function isoDuration(text: string): number | undefined {
  // What follows a space or a slash is not a part of it.
  let seconds = 0;
  let inTime = false;
  let rest = text.slice(1).replace(/[\s/].*/s, '');
  while (rest !== '') {
    if (rest.startsWith('T')) {
      inTime = true;
      rest = rest.slice(1);
      continue;
    }
    const [element = '', number, unit = ''] = /^([-+]?\d{1,10})([YMWDHS])/.exec(rest) ?? [];
    if (number === undefined) return undefined;
    seconds += Number(number) * ((inTime ? TIME_UNITS : DATE_UNITS)[unit] ?? 0);
    rest = rest.slice(element.length);
  }
  // A duration of nothing is none to Pacemaker, "PT0S" too.
  return seconds === 0 ? undefined : seconds * 1000;
}

/** As C's strtoll reads it: white space, a sign, digits, and then anything. */
function leadingInteger(text: string): { readonly value: number; readonly length: number } | undefined {
  const [whole = '', digits] = /^[ \t\n\r\f\v]*([-+]?\d+)/.exec(text) ?? [];
  return digits === undefined ? undefined : { value: Number(digits) + 0, length: whole.length };
}

/** Whether two texts are the same time to Pacemaker: `4`, `4s` and `PT4S` are. */
export function sameDuration(one: string, other: string): boolean {
  const milliseconds = parseDuration(one);
  return one === other || (milliseconds !== undefined && milliseconds === parseDuration(other));
}

/** Whether two names are one to Pacemaker, which compares the names of nodes without case. */
export function sameName(one: string, other: string): boolean {
  return asciiLower(one) === asciiLower(other);
}

/** The one of `words` that the text is, in any case, as Pacemaker reads its enumerations; undefined when it is none. */
export function parseWord<const T extends string>(text: string, words: readonly T[]): T | undefined {
  return words.find((word) => sameName(word, text));
}

/** Without case as C's strcasecmp has it: the letters A to Z alone. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
