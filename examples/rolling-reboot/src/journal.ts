// What this node was doing, on the disk: written before each step, so that whatever dies, the next run knows.
import { RollError } from './errors.js';
import { type StepName, stepNames } from './step-names.js';

/** One turn of this node, from before it takes the lock until nothing of it is left. */
export interface Journal {
  readonly roll: string;
  readonly node: string;
  /** SERVICE and URL as the turn began, for when they cannot be read any more. */
  readonly service?: string;
  readonly url?: string;
  /** The boot in which the turn began; another one now means that the node has restarted. */
  readonly boot: string;
  /** The step that has begun; all before it have ended. */
  readonly step: StepName;
  /** ms since 1970. */
  readonly started: number;
  /** The process that carries it out, to be told to end. */
  readonly pid: number;
  /** Set while what was done is being undone. */
  readonly standingDown?: StandingDown;
  /** Whether the service ran here, so that `failback` knows where it belongs. */
  readonly hadService: boolean;
  /** The cloned resources that ran here: they shall run here again, or as many copies of them somewhere else. */
  readonly ran: readonly string[];
  /** How many copies of each were started in the cluster, by id; not in the journal of an earlier version. */
  readonly copies?: Readonly<Record<string, number>>;
  /** The wake alarm that was set before ours, ms since 1970. */
  readonly previousAlarm?: number;
  /** The board's wakeup flags before the reboot; undefined until the wake alarm is about to be set. */
  readonly wakeupBefore?: readonly string[];
  /** The longest time without an answer of the service that was seen so far, ms. */
  readonly outage: number;
  /** While this node was away another one took its lock over, and told people; undefined until the lock is to be given back. */
  readonly takenOver?: boolean;
}

export interface StandingDown {
  readonly reason: string;
  /** The node was rebooted, and something is wrong with it: no other node's turn may follow. */
  readonly failed: boolean;
}

/** How a turn ended. */
export interface Outcome {
  readonly roll: string;
  readonly node: string;
  /** `stood-down`: before the reboot, with nothing changed. */
  readonly result: 'done' | 'stood-down' | 'failed';
  readonly reason?: string;
  /** ms since 1970. */
  readonly started: number;
  readonly ended: number;
  /** The node was rebooted, well or not. */
  readonly rebooted: boolean;
  /** The longest time without an answer of the service, ms. */
  readonly outage: number;
}

/** Texts that outlive a power cut: each is replaced as a whole, and is on the disk before the call resolves. */
export interface Records {
  read(name: RecordName): Promise<string | undefined>;
  replace(name: RecordName, text: string): Promise<void>;
  remove(name: RecordName): Promise<void>;
}

export type RecordName = 'journal' | 'history';

/** As many outcomes as are remembered. */
const remembered = 50;

export async function readJournal(records: Records): Promise<Journal | undefined> {
  const text = await records.read('journal');
  if (text === undefined) return undefined;
  const journal = parse(text, 'journal');
  const { boot, step, pid } = journal as { [N in keyof Journal]?: unknown };
  if (typeof boot !== 'string' || !(stepNames as readonly unknown[]).includes(step) || !isProcessId(pid)) {
    throw unreadable('journal');
  }
  return journal as unknown as Journal;
}

export async function readHistory(records: Records): Promise<readonly Outcome[]> {
  const text = await records.read('history');
  if (text === undefined) return [];
  const history = parse(text, 'history');
  if (!Array.isArray(history)) throw unreadable('history');
  return history as readonly Outcome[];
}

/** Adds how a turn ended, in the place of an earlier entry for the same turn. */
export async function remember(records: Records, outcome: Outcome): Promise<void> {
  // A history that cannot be read must not keep the node in standby; it begins anew.
  const history = await readHistory(records).catch(() => []);
  const others = history.filter(({ started }) => started !== outcome.started);
  await records.replace('history', `${JSON.stringify([...others, outcome].slice(-remembered), undefined, 1)}\n`);
}

export function writeJournal(records: Records, journal: Journal): Promise<void> {
  return records.replace('journal', `${JSON.stringify(journal, undefined, 1)}\n`);
}

/** kill(2) takes 0 and negative numbers for whole groups of processes. */
function isProcessId(pid: unknown): boolean {
  return Number.isSafeInteger(pid) && (pid as number) > 0;
}

function parse(text: string, name: RecordName): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw unreadable(name);
}

function unreadable(name: RecordName): RollError {
  return new RollError(
    'BAD_RECORD',
    `the ${name} of this node cannot be read: look whether the node is in standby (pcs status), then end what there may be ` +
      'of a roll: rolling-reboot abort --force',
  );
}
