// The journal of one node: entries, boots, and what is missing of it.

/** One line of a journal. */
export interface Entry {
  readonly node: string;
  /** ms since 1970, by the clock of the node that asks. */
  readonly at: number;
  readonly program: string;
  readonly message: string;
  readonly boot: string;
}

/** From power-on to power-off, as far as the journal has it. */
export interface Boot {
  readonly node: string;
  readonly id: string;
  /** Its first and its last line, ms since 1970, by the clock of the node that asks. */
  readonly from: number;
  readonly to: number;
  /** Its last lines, the oldest first. */
  readonly end: readonly Entry[];
}

/** Whether the node was shut down, and did not just end, by its last lines. */
export function endedInOrder({ end }: Boot): boolean {
  return end.some(({ program, message }) => {
    if (program === 'systemd-journald') return message.startsWith('Journal stopped');
    return program === 'systemd' && /^Reached target .*(?:shutdown|reboot|power-?off)/i.test(message);
  });
}

/** What one node knows. */
export interface NodeRecord {
  readonly node: string;
  /** What happened before was not asked for, ms since 1970. */
  readonly from: number;
  /** How far its clock is ahead of that of the node that asks, ms; its entries are corrected by it. */
  readonly clockAhead: number;
  readonly entries: readonly Entry[];
  /** The oldest first. */
  readonly boots: readonly Boot[];
  /** What could not be had, in sentences. */
  readonly gaps: readonly string[];
}

/**
 * The entries that `journalctl --output=json` printed. A line that is cut off or none of a message is left out.
 *
 * @param clockAhead ms that are taken off each time.
 */
export function parseEntries(text: string, node: string, clockAhead: number): Entry[] {
  return text.split('\n').flatMap((line) => {
    const entry = entryIn(line);
    return entry === undefined ? [] : [{ ...entry, node, at: entry.at - clockAhead }];
  });
}

function entryIn(line: string): Omit<Entry, 'node'> | undefined {
  let fields: Partial<Record<string, unknown>>;
  try {
    fields = JSON.parse(line) as typeof fields;
  } catch {
    return undefined; // a line that was cut off, or an empty one
  }
  const message = textOf(fields['MESSAGE']);
  const microseconds = Number(fields['__REALTIME_TIMESTAMP']);
  const boot = fields['_BOOT_ID'];
  if (message === undefined || !(microseconds > 0) || typeof boot !== 'string') return undefined;
  return { at: microseconds / 1000, program: textOf(fields['SYSLOG_IDENTIFIER']) ?? '', message, boot };
}

/** journalctl writes what is not plain text as a list of bytes. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? Buffer.from(value as number[]).toString('utf8') : undefined;
}

/** A boot as `journalctl --list-boots` lists it, with TZ=UTC. */
export interface ListedBoot {
  readonly id: string;
  /** ms since 1970, to the second. */
  readonly from: number;
  readonly to: number;
}

const moment = String.raw`\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC`;
const bootLine = new RegExp(String.raw`\b([0-9a-f]{32})\s+${moment}\s*[—–-]?\s*${moment}`);

/** The boots of `journalctl --list-boots`, of any systemd from 247 on. */
export function parseBoots(text: string): ListedBoot[] {
  return text.split('\n').flatMap((line) => {
    const [, id, fromDay, fromTime, toDay, toTime] = bootLine.exec(line) ?? [];
    if (id === undefined) return [];
    return [
      {
        id,
        from: Date.parse(`${String(fromDay)}T${String(fromTime)}Z`),
        to: Date.parse(`${String(toDay)}T${String(toTime)}Z`),
      },
    ];
  });
}
