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
 * Rejects with the last failure.
 */
export async function settleExtout(lines: Lines, asserted: boolean, writes = 4): Promise<LineState> {
  let failure: unknown;
  for (let written = 0; ; written++) {
    try {
      const state = await readSettled(lines);
      if (state.extout === asserted) return state;
      if (written > 0) failure ??= new Error(`EXTOUT was written ${asserted ? 1 : 0} and reads ${asserted ? 0 : 1}`);
    } catch (error) {
      // Unreadable: written to all the same, because a line that cannot be seen must not stay asserted.
      failure = error;
    }
    if (written === writes) throw failure;
    try {
      await lines.writeExtout(asserted);
      failure = undefined;
    } catch (error) {
      failure = error;
    }
  }
}
