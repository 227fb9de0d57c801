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
 * @throws RollError `BAD_SETTING` for anything else, and for one that never opens.
 */
export function parseWindow(text: string): Window {
  if (text === 'always') return { from: 0, until: day, text };
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)$/.exec(text);
  if (match === null) {
    throw new RollError('BAD_SETTING', `window: ${text} is no span of the day such as 03:00-05:00, nor always`);
  }
  const [from, until] = [Number(match[1]) * 60 + Number(match[2]), Number(match[3]) * 60 + Number(match[4])] as const;
  if (until > day) throw new RollError('BAD_SETTING', `window: a day ends at 24:00, not later: ${text}`);
  if (from === until) {
    throw new RollError('BAD_SETTING', `window: ${text} never opens, because it ends when it begins; or write always`);
  }
  return { from, until, text };
}

/** Minutes that the window is open each day. */
export function windowLength({ from, until }: Window): number {
  return until > from ? until - from : until - from + day;
}

/** Whether the window is open, by local time. */
export function isOpen({ from, until }: Window, date: Date): boolean {
  const minute = date.getHours() * 60 + date.getMinutes();
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}
