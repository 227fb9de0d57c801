// The hours of the day in which a turn may begin.
import { RollError } from './errors.js';

/** A daily span of local time; it may reach over midnight. */
export interface Window {
  /** Minutes after midnight. */
  readonly from: number;
  readonly until: number;
  /** As it was written. */
  readonly text: string;
}

const day = 24 * 60;

/**
 * Reads `03:00-05:00`; `always` has no limits.
 *
 * @throws RollError `BAD_SETTING` for anything else, and for one that never opens. Its message follows the name of the setting.
 */
export function parseWindow(text: string): Window {
  if (text === 'always') return { from: 0, until: day, text };
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)$/.exec(text);
  if (match === null) {
    throw new RollError('BAD_SETTING', `must be a span of the day such as 03:00-05:00, or always, not ${text}`);
  }
  const [from, until] = [Number(match[1]) * 60 + Number(match[2]), Number(match[3]) * 60 + Number(match[4])] as const;
  if (until > day) throw new RollError('BAD_SETTING', `must end at 24:00 at the latest, not ${text}`);
  if (from === until) {
    throw new RollError(
      'BAD_SETTING',
      `must not end when it begins, as ${text} does: it would never open; for the whole day write always`,
    );
  }
  return { from, until, text };
}

/** Minutes that the window is open each day. */
export function windowLength({ from, until }: Window): number {
  return until > from ? until - from : until - from + day;
}

/** When the window is open on one day: ms since 1970, the end not included. */
export interface Opening {
  readonly from: number;
  readonly until: number;
  /** The clocks are set forward over its beginning that day, so that it opens later than it says. */
  readonly shifted: boolean;
}

/**
 * The opening of the day on which `date` falls, by local time. A time that the day does not have, because the clocks are set
 * forward over it, comes as much later as they are set; where nothing of the window is left then, it is open for as long as
 * it says.
 */
export function openingOn(window: Window, date: Date): Opening {
  const at = (minutes: number) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate(), Math.floor(minutes / 60), minutes % 60);
  const from = at(window.from);
  const length = windowLength(window);
  const until = at(window.from + length).getTime();
  const shifted = from.getHours() * 60 + from.getMinutes() !== window.from;
  return {
    from: from.getTime(),
    until: until > from.getTime() ? until : from.getTime() + length * 60_000,
    shifted,
  };
}

/** Whether the window is open. */
export function isOpen(window: Window, date: Date): boolean {
  if (window.text === 'always') return true;
  const now = date.getTime();
  // One that reaches over midnight may have opened the day before.
  const before = new Date(date.getFullYear(), date.getMonth(), date.getDate() - 1, 12);
  return [date, before].some((one) => {
    const { from, until } = openingOn(window, one);
    return now >= from && now < until;
  });
}

/** The window as it is on this day: what was written, and what the clocks make of it. */
export function describeWindow(window: Window, date: Date): string {
  if (window.text === 'always') return window.text;
  const { from, until, shifted } = openingOn(window, date);
  return shifted
    ? `${window.text}, today ${clockTime(from)}-${clockTime(until)} because the clocks are set forward`
    : window.text;
}

/** Local time of the day. */
export function clockTime(time: number): string {
  const date = new Date(time);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
