// What the fencer did and does.
import { parseTime } from '../xml/times.js';
import { lenient, optional, shape, text, type WithUnknown } from '../xml/shape.js';

/** One fencing operation, in `crm_mon`'s fence history or `stonith_admin --history`. */
export interface FencingEvent extends WithUnknown {
  /** `success`, `failed` or `pending`. */
  readonly status: string;
  /** For a pending one, how far it is; for a failed one, more about it. */
  readonly extendedStatus: string | undefined;
  /** Why it failed, in the agent's words. */
  readonly exitReason: string | undefined;
  /** The node that carried it out; `a human` after `stonith confirm`. Undefined while none was chosen. */
  readonly delegate: string | undefined;
  /** `reboot`, `off`, `on` or `unfence`. */
  readonly action: string;
  /** The node to be fenced. */
  readonly target: string;
  /** The program that asked: `pacemaker-controld.4997`, `stonith_admin.3588`. */
  readonly client: string;
  /** The node whose program asked. */
  readonly origin: string;
  /** When it ended; undefined while pending. */
  readonly completed: Date | undefined;
}

/** How {@link FencingEvent} is read. */
export const fencingEvent = shape<FencingEvent>({
  status: text('status'),
  extendedStatus: optional(text('extended-status')),
  exitReason: optional(text('exit-reason')),
  delegate: optional(text('delegate')),
  action: text('action'),
  target: text('target'),
  client: text('client'),
  origin: text('origin'),
  completed: lenient(['completed'], parseTime),
});
