// What `stonith_admin --history` tells. crm_mon's fence history carries the same events with every status.
import { readToolAnswer, type ToolAnswer, toolAnswer } from '../xml/pacemaker-result.js';
import { each, integer, one, shape, text, type WithUnknown } from '../xml/shape.js';
import { malformedAnswer } from '../xml/malformed.js';
import { type FencingEvent, fencingEvent } from './fencing-events.js';

interface HistoryAnswer extends ToolAnswer {
  readonly list: FencingHistory;
}

/** The fencing operations the fencer remembers. */
export interface FencingHistory extends WithUnknown {
  /** What the list calls itself: `fencing history`. */
  readonly name: string;
  /** How many events there are; the list is refused when it has another number of them. */
  readonly count: number;
  readonly events: readonly FencingEvent[];
}

const historyAnswer = shape<HistoryAnswer>({
  ...toolAnswer,
  list: one(
    'list',
    shape<FencingHistory>({ name: text('name'), count: integer('count'), events: each({ fence_event: fencingEvent }) }),
  ),
});

/**
 * Reads what `TZ=UTC stonith_admin --history '*' --verbose --output-as=xml` wrote. Without `--verbose` stonith_admin
 * tells of one successful operation alone.
 *
 * @throws PcsError `MALFORMED_ANSWER` for anything but one whole list; `NOT_RUNNING` and the like when stonith_admin
 * says that it failed.
 */
export function parseFencingHistory(xml: string): FencingHistory {
  const { list } = readToolAnswer(xml, 'stonith_admin', historyAnswer);
  if (list.count !== list.events.length) {
    throw malformedAnswer('stonith_admin', `it announces ${list.count} events and has ${list.events.length}`, xml);
  }
  return list;
}
