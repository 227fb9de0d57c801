// The lock of a roll: one text in the cluster's configuration, changed by compare-and-set alone. It names the roll, who
// has the turn, who had it, and whether something went wrong.
import type { Cluster } from './cluster/cluster.js';
import { RollError } from './errors.js';

/** What the lock says. */
export interface LockRecord {
  readonly roll: string;
  /** Who has the turn; undefined between two turns. */
  readonly holder?: Holder;
  /** The nodes that have been rebooted. */
  readonly done: readonly string[];
  /** The node where the roll failed. No turn begins until a person has ended the roll. */
  readonly failed?: string;
}

/** The node that has the turn. */
export interface Holder {
  readonly node: string;
  /** The boot during which it took or renewed the lock. */
  readonly boot: string;
  /** s since 1970 (UTC), by the holder's clock. */
  readonly expires: number;
}

/** As it stands in the configuration: words only that need no quoting in XML, XPath or a shell. */
export function writeLock({ roll, holder, done, failed }: LockRecord): string {
  const fields = [
    ['roll', roll],
    ['holder', holder?.node],
    ['boot', holder?.boot],
    ['expires', holder?.expires],
    ['done', done.length > 0 ? done.join(',') : undefined],
    ['failed', failed],
  ] as const;
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join(' ');
}

const word = '[A-Za-z0-9_.:-]+';
const lockText = new RegExp(
  `^roll=(${word})(?: holder=(${word}) boot=(${word}) expires=(\\d+))?(?: done=(${word}(?:,${word})*))?(?: failed=(${word}))?$`,
);

/** @throws RollError `BAD_RECORD` for anything that {@link writeLock} does not write. */
export function readLock(text: string | undefined): LockRecord | undefined {
  if (text === undefined) return undefined;
  const match = lockText.exec(text);
  if (match?.[1] === undefined) {
    throw new RollError(
      'BAD_RECORD',
      `the lock in the cluster's configuration reads ${JSON.stringify(text)}, which this program did not write: ` +
        'find out what did, then remove it: rolling-reboot abort --force',
    );
  }
  const [, roll, node, boot, expires, done, failed] = match;
  return {
    roll,
    ...(node !== undefined && boot !== undefined && { holder: { node, boot, expires: Number(expires) } }),
    done: done?.split(',') ?? [],
    ...(failed !== undefined && { failed }),
  };
}

/** For people. */
export function describeLock(record: LockRecord | undefined): string {
  if (record === undefined) return 'no roll is under way';
  const { roll, holder, done, failed } = record;
  const state =
    failed !== undefined
      ? `failed on ${failed}`
      : holder === undefined
        ? 'is between two turns'
        : `is held by ${holder.node}, until ${new Date(holder.expires * 1000).toISOString()} at the latest`;
  return `roll ${roll} ${state}${done.length > 0 ? `; done: ${done.join(', ')}` : ''}`;
}

/**
 * The roll whose lock this node may take now, or why it may not.
 *
 * @param now - s since 1970.
 */
export function claimOf(
  record: LockRecord | undefined,
  { node, newRoll, now }: { readonly node: string; readonly newRoll: string; readonly now: number },
):
  | { readonly kind: 'free'; readonly roll: string; readonly done: readonly string[] }
  | { readonly kind: 'failed' | 'held' | 'expired' | 'mine'; readonly record: LockRecord } {
  if (record?.failed !== undefined) return { kind: 'failed', record };
  if (record?.holder !== undefined) {
    if (record.holder.node === node) return { kind: 'mine', record };
    return { kind: record.holder.expires < now ? 'expired' : 'held', record };
  }
  // A node that had its turn in this roll begins the next one.
  if (record === undefined || record.done.includes(node)) return { kind: 'free', roll: newRoll, done: [] };
  return { kind: 'free', roll: record.roll, done: record.done };
}

/**
 * Changes the lock as `change` says, however often others change it in between.
 *
 * @param change - From what the lock says to what it shall say; `keep` leaves it. It may be called again.
 */
export async function changeLock(
  cluster: Cluster,
  change: (record: LockRecord | undefined) => LockRecord | undefined | 'keep',
): Promise<void> {
  for (;;) {
    const { lock } = await cluster.facts();
    const after = change(readLock(lock));
    if (after === 'keep') return;
    const text = after && writeLock(after);
    if (text === lock || (await cluster.compareAndSetLock(lock, text))) return;
  }
}
