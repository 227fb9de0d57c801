// What is still to be sent, one file an event, so that neither a receiver that is down nor a reboot loses it; and what was
// sent already, so that it is not sent again and again.
import { createHash } from 'node:crypto';
import type { AlertEvent } from './event.js';

/** A directory, as far as the spool needs one. */
export interface Directory {
  /** The names of its files. */
  list(): Promise<readonly string[]>;
  /** A file's text; undefined when it is not there. */
  read(name: string): Promise<string | undefined>;
  /** Replaces a file as a whole: a reader sees the old or the new text. */
  replace(name: string, text: string): Promise<void>;
  /** Removes a file; having none is fine. */
  remove(name: string): Promise<void>;
  /** Runs `body` while nobody else who asks for this does, in whatever process. */
  alone<T>(body: () => Promise<T>): Promise<T>;
}

/** An event and how far it has come. */
export interface Pending {
  readonly event: AlertEvent;
  /** The file of its receivers. */
  readonly receivers: string;
  /** Who is not sent it any more, since he has it, or did not take it for a day: place and name. */
  readonly delivered: readonly string[];
}

/** How many events wait at most; of more, the oldest go. */
export const longestQueue = 100;

/** systemd's path unit looks for files of this ending. */
const ending = '.event';

export class Spool {
  readonly #directory: Directory;
  readonly #now: () => Date;

  constructor(directory: Directory, now: () => Date) {
    this.#directory = directory;
    this.#now = now;
  }

  /** Adds an event; false when the same was told a moment ago. Pacemaker may call for one fencing twice, at the same time. */
  async add(event: AlertEvent, receivers: string): Promise<boolean> {
    return this.#directory.alone(() => this.#add(event, receivers));
  }

  async #add(event: AlertEvent, receivers: string): Promise<boolean> {
    const sent = `sent-${fingerprint(event.key)}`;
    const last = Date.parse((await this.#directory.read(sent))?.trim() ?? '');
    const now = this.#now().getTime();
    // An entry from the future is a clock that was set back: it must not silence anybody.
    if (last <= now && now - last < event.quietSeconds * 1000) return false;
    const pending: Pending = { event, receivers, delivered: [] };
    await this.put(`${String(now).padStart(14, '0')}-${fingerprint(event.key)}${ending}`, pending);
    await this.#directory.replace(sent, `${new Date(now).toISOString()}\n`);
    return true;
  }

  /**
   * All that waits, the oldest first. What cannot be read is `undefined`.
   *
   * @param known What the caller has read before: only he changes it, and it is not read again.
   */
  async pending(
    known: ReadonlyMap<string, Pending> = new Map(),
  ): Promise<{ readonly name: string; readonly pending: Pending | undefined }[]> {
    const names = (await this.#directory.list()).filter((name) => name.endsWith(ending)).sort();
    const read = async (name: string) => parsed(await this.#directory.read(name));
    return Promise.all(names.map(async (name) => ({ name, pending: known.get(name) ?? (await read(name)) })));
  }

  async put(name: string, pending: Pending): Promise<void> {
    await this.#directory.replace(name, `${JSON.stringify(pending)}\n`);
  }

  async remove(name: string): Promise<void> {
    await this.#directory.remove(name);
  }

  /** Remembers that a node was lost. */
  async rememberLost(node: string): Promise<void> {
    await this.#directory.replace(lostFile(node), `${this.#now().toISOString()}\n`);
  }

  /** Whether a node was lost before, as this node saw it; forgets it. */
  async wasLost(node: string): Promise<boolean> {
    const lost = (await this.#directory.read(lostFile(node))) !== undefined;
    await this.#directory.remove(lostFile(node));
    return lost;
  }
}

const lostFile = (node: string) => `lost-${fingerprint(node.toLowerCase())}`;

/** A name for a file, whatever characters the text has. */
function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function parsed(text: string | undefined): Pending | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Pending> | null;
    // Files are replaced as a whole, by this program: only a damaged disk makes another of them.
    return value?.event?.title !== undefined && Array.isArray(value.delivered) ? (value as Pending) : undefined;
  } catch {
    return undefined;
  }
}
