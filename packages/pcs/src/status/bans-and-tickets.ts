// The two things in a cluster status that keep a resource away: location constraints against a node, and tickets.
import { parseTime } from '../xml/times.js';
import { flag, lenient, optional, score, shape, text, type WithUnknown } from '../xml/shape.js';

/** A location constraint with a negative score: by `pcs resource ban`, by a move, or configured. */
export interface Ban extends WithUnknown {
  /** The constraint's id; `cli-ban-…` when a command left it. */
  readonly id: string;
  readonly resource: string;
  readonly node: string;
  /** Negative; `-Infinity` forbids, a smaller one only advises. */
  readonly weight: number;
  /** Bans only the role Promoted. Written `master_only` as well. */
  readonly promotedOnly: boolean;
}

/** How {@link Ban} is read. */
export const ban = shape<Ban>({
  id: text('id'),
  resource: text('resource'),
  node: text('node'),
  weight: score('weight'),
  promotedOnly: flag('promoted-only', 'master_only'),
});

/** A ticket: the right of this site to run what depends on it. */
export interface Ticket extends WithUnknown {
  readonly id: string;
  /** `granted` or `revoked`; undefined when newer versions leave it out, which means revoked. */
  readonly status: string | undefined;
  readonly standby: boolean | undefined;
  readonly lastGranted: Date | undefined;
}

/** How {@link Ticket} is read. */
export const ticket = shape<Ticket>({
  id: text('id'),
  status: optional(text('status')),
  standby: optional(flag('standby')),
  lastGranted: lenient(['last-granted'], parseTime),
});
