// What the last wire test of a board found, kept over reboots.
import type { RecordFile } from '../line/power-record.js';

export interface WireTestResult {
  readonly at: Date;
  /** Whether fencing would have worked. */
  readonly works: boolean;
  /** The verdict in a word. */
  readonly verdict: string;
}

/** One line: the date, and the verdict in a word. */
export class WireTestRecord {
  readonly #file: RecordFile;

  constructor(file: RecordFile) {
    this.#file = file;
  }

  /** Undefined when there was no test, or none that can be read. */
  async last(): Promise<WireTestResult | undefined> {
    const [, date = '', verdict = ''] = /^(\S+) ([\w-]+)\n/.exec((await this.#file.read()) ?? '') ?? [];
    const at = new Date(date);
    return Number.isNaN(at.getTime()) ? undefined : { at, works: verdict === 'sound', verdict };
  }

  async remember(at: Date, verdict: string): Promise<void> {
    await this.#file.replace(`${at.toISOString()} ${verdict}\n`);
  }
}
