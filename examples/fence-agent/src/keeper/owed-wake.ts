// The wake pulse that a reboot owes its target. It is on the disk before anybody is told that the target is off, so that a
// keeper that dies, or a node that loses its power, does not leave the target off for ever.
import type { RecordFile } from '../line/power-record.js';

export interface OwedWakeUp {
  readonly target: string;
  /** When the reboot began, ISO 8601. */
  readonly since: string;
}

export class OwedWake {
  readonly #file: RecordFile;
  /** Undefined until the file was read; a disk that fails must not make anybody forget what is owed. */
  #known: { readonly owed: OwedWakeUp | undefined } | undefined;

  constructor(file: RecordFile) {
    this.#file = file;
  }

  async get(): Promise<OwedWakeUp | undefined> {
    this.#known ??= { owed: parse(await this.#file.read()) };
    return this.#known.owed;
  }

  /** Rejects when the disk does not take it; it is owed all the same, as long as this process lives. */
  async owe(owed: OwedWakeUp): Promise<void> {
    this.#known = { owed };
    await this.#file.replace(`${JSON.stringify(owed)}\n`);
  }

  /** It was given, or is not wanted any more. */
  async settle(): Promise<void> {
    const { owed } = this.#known ?? { owed: await this.get() };
    this.#known = { owed: undefined };
    if (owed) await this.#file.remove();
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
