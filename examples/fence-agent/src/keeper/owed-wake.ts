// The wake pulse that a reboot owes its target. It is on the disk before anybody is told that the target is off, so that a
// keeper that dies, or a node that loses its power, does not leave the target off for ever.
import type { RecordFile } from '../line/power-record.js';
import type { CandidRecordFile } from '../node/record-file.js';

export interface OwedWakeUp {
  readonly target: string;
  /** When the reboot began, ISO 8601. */
  readonly since: string;
}

/** A file that cannot tell a record that cannot be read from none is believed whatever it reads. */
type DebtFile = RecordFile & Partial<CandidRecordFile>;

export class OwedWake {
  readonly #file: DebtFile;
  /** Undefined until the file was read; a disk that fails must not make anybody forget what is owed. */
  #known: { readonly owed: OwedWakeUp | undefined } | undefined;
  /** The reading that is under way. */
  #reading: Promise<void> | undefined;
  /** Whether the file is known to be gone. */
  #isGone = false;
  /** Changes come one after the other: a slow one must not undo the next. */
  #lastChange: Promise<void> = Promise.resolve();

  constructor(file: DebtFile) {
    this.#file = file;
  }

  /** What is owed, as far as it is known. Never rejects: what could not be read is read again the next time. */
  async get(): Promise<OwedWakeUp | undefined> {
    await this.read().catch(() => undefined);
    return this.#known?.owed;
  }

  /** Whether one is owed, or may be because the file cannot be read. */
  async mayOwe(): Promise<boolean> {
    const owed = await this.get();
    return owed !== undefined || this.#known === undefined;
  }

  /** Reads the file unless it is known what is owed. Rejects when the file cannot be read. */
  async read(): Promise<void> {
    if (this.#known) return;
    this.#reading ??= this.#readFile().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  /** Rejects when the disk does not take it; it is owed all the same, as long as this process lives. */
  async owe(owed: OwedWakeUp): Promise<void> {
    this.#known = { owed };
    await this.#inTurn(async () => {
      this.#isGone = false;
      await this.#file.replace(`${JSON.stringify(owed)}\n`);
    });
  }

  /** It was given, or is not wanted any more. Rejects when the file could not be removed; the next call tries again. */
  async settle(): Promise<void> {
    this.#known = { owed: undefined };
    await this.#inTurn(async () => {
      if (this.#isGone) return;
      await this.#file.remove();
      this.#isGone = true;
    });
  }

  async #readFile(): Promise<void> {
    const text = await (this.#file.readOrFail?.() ?? this.#file.read());
    if (this.#known) return; // what was said meanwhile is newer
    this.#known = { owed: parse(text) };
    this.#isGone = text === undefined;
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const changed = this.#lastChange.then(change);
    this.#lastChange = changed.catch(() => undefined);
    return changed;
  }
}

function parse(text: string | undefined): OwedWakeUp | undefined {
  // The newline is written last: without it the text is torn.
  if (!text?.endsWith('\n')) return undefined;
  try {
    const { target, since } = JSON.parse(text) as Partial<Record<keyof OwedWakeUp, unknown>>;
    return typeof target === 'string' && target !== '' && typeof since === 'string' ? { target, since } : undefined;
  } catch {
    return undefined;
  }
}
