// The two lines between the boards, as this node's board shows them: EXTOUT goes to the peer, EXTIN comes from it.

/** One look at both lines, taken in a single bus transfer. */
export interface LineState {
  /** This board asserts its external output: the peer's EXTIN. */
  readonly extout: boolean;
  /** The peer asserts its external output: this board's EXTIN. */
  readonly extin: boolean;
}

export interface Lines {
  /** Reads io_status once. Rejects when the bus fails for longer than the driver's retries. */
  read(): Promise<LineState>;
  /**
   * Writes EXTOUT, in a single transfer that is not repeated: a write that failed may have taken effect, and another one could
   * be an edge of its own. {@link settleExtout} looks before it writes again.
   */
  writeExtout(asserted: boolean): Promise<void>;
}

/** How many readings in a row must agree before a decision rests on them. */
const agreeingReadings = 3;
const readingAttempts = 12;

/**
 * Reads the lines until two readings in a row agree: for a decision that is looked at again while it can still be taken
 * back, where each transfer more is time. Rejects as {@link readSettled}.
 */
export function readTwice(lines: Lines): Promise<LineState> {
  return settled(bothLines, () => lines.read(), isSameState, 2);
}

/**
 * Reads the lines until three readings in a row agree, because a single one may have been garbled on the bus and
 * the decision that follows cannot be taken back. Rejects when the bus fails or does not come to rest.
 */
export function readSettled(lines: Lines): Promise<LineState> {
  return settled(bothLines, () => lines.read(), isSameState);
}

const bothLines = 'EXTIN and EXTOUT';

function isSameState(a: LineState, b: LineState): boolean {
  return a.extout === b.extout && a.extin === b.extin;
}

/**
 * Reads until three readings in a row agree, as {@link readSettled} does.
 *
 * @param what Stands in the error.
 */
export async function settled<T>(
  what: string,
  read: () => Promise<T>,
  agree: (a: T, b: T) => boolean,
  readings = agreeingReadings,
): Promise<T> {
  let last = await read();
  let agreeing = 1;
  for (let attempt = 1; attempt < readingAttempts; attempt++) {
    const next = await read();
    agreeing = agree(last, next) ? agreeing + 1 : 1;
    last = next;
    if (agreeing >= readings) return last;
  }
  throw new Error(`${what} read differently each time, ${readingAttempts} readings without agreement`);
}

/**
 * Brings EXTOUT to where it is wanted, as three readings in a row must show. It writes only while EXTOUT does not read so:
 * a needless write that is garbled on the bus is an edge, and an edge wakes a node that was just powered off.
 * A line that cannot be read is written to, because it must not stay asserted unseen, unless the last write was taken.
 * Rejects with the last failure.
 *
 * @param taken Whether it was written so just before, and the bus took the write.
 */
export async function settleExtout(
  lines: Lines,
  asserted: boolean,
  { attempts = 4, taken = false }: { readonly attempts?: number; readonly taken?: boolean } = {},
): Promise<LineState> {
  let failure: unknown;
  let isTaken = taken;
  for (let attempt = 0; ; attempt++) {
    try {
      const state = await readSettled(lines);
      if (state.extout === asserted) return state;
      if (attempt > 0) failure ??= new Error(`EXTOUT was written ${asserted ? 1 : 0} and reads ${asserted ? 0 : 1}`);
      isTaken = false;
    } catch (error) {
      failure = error;
    }
    if (attempt === attempts) throw failure;
    if (isTaken) continue;
    try {
      await lines.writeExtout(asserted);
      failure = undefined;
      isTaken = true;
    } catch (error) {
      failure = error;
    }
  }
}
