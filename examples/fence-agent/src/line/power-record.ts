// What this node has proven about the peer's power. The only thing a record ever claims is "off", only after a verified
// hold, and only until something may have undone it. Everything else, a torn or foreign record included, means "on".
import { isSameNode } from '../target/node-names.js';

export interface OffRecord {
  /** The node that was powered off. */
  readonly target: string;
  /** ms that EXTOUT was seen asserted without a gap, and in how many samples. */
  readonly held: number;
  readonly samples: number;
  /** When the hold was complete, ISO 8601. */
  readonly at: string;
  /** The boot of this node that it happened in (/proc/sys/kernel/random/boot_id). */
  readonly bootId: string;
}

/** One small file, replaced as a whole. */
export interface RecordFile {
  /** The text, or undefined when there is none. */
  read(): Promise<string | undefined>;
  /** Replaces the file so that a reader sees the old or the new text, never a part. */
  replace(text: string): Promise<void>;
  /** Removes it; having none is fine. */
  remove(): Promise<void>;
}

export class PowerRecord {
  readonly #file: RecordFile;
  readonly #bootId: string | undefined;
  /** Changes come one after the other: one that was not waited for must not undo the next. */
  #lastChange: Promise<void> = Promise.resolve();

  /** @param bootId Undefined when nobody can tell: then nothing is recorded, and nothing believed. */
  constructor(file: RecordFile, bootId: string | undefined) {
    this.#file = file;
    this.#bootId = bootId;
  }

  /** The proof that `target` is off, or undefined: it is on, or nobody knows. */
  async offProof(target: string): Promise<OffRecord | undefined> {
    if (this.#bootId === undefined) return undefined;
    const text = await this.#file.read();
    const record = text === undefined ? undefined : parseOffRecord(text);
    const sound = record !== undefined && isSameNode(record.target, target) && record.bootId === this.#bootId;
    return sound ? record : undefined;
  }

  /** To be called after the act that it records. */
  async rememberOff(proof: Omit<OffRecord, 'bootId'>): Promise<void> {
    if (this.#bootId === undefined) return;
    const record: OffRecord = { ...proof, bootId: this.#bootId };
    await this.#inTurn(() => this.#file.replace(`${JSON.stringify({ state: 'off', ...record })}\n`));
  }

  /** To be called before anything that may power a node on: any edge on the wire. */
  async forget(): Promise<void> {
    await this.#inTurn(() => this.#file.remove());
  }

  /** Resolves when every change is made or has failed. */
  settled(): Promise<void> {
    return this.#lastChange;
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const changed = this.#lastChange.then(change);
    this.#lastChange = changed.catch(() => undefined);
    return changed;
  }
}

function parseOffRecord(text: string): OffRecord | undefined {
  // The newline is written last: without it the text is torn.
  if (!text.endsWith('\n')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // what cannot be read proves nothing
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { state, target, held, samples, at, bootId } = value as Record<string, unknown>;
  const sound =
    state === 'off' &&
    typeof target === 'string' &&
    typeof held === 'number' &&
    typeof samples === 'number' &&
    typeof at === 'string' &&
    typeof bootId === 'string';
  return sound ? { target, held, samples, at, bootId } : undefined;
}
